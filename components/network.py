"""The network that the stack's containers share with nobody else."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.platform import platform
from config.settings import Settings
from engine.identity import Identity


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Whose network it is."""

    identity: Identity
    settings: Settings


class Network(pulumi.ComponentResource):
    """A network with Docker's own name server, which knows every container by its alias."""

    network: pulumi.Resource
    network_name: pulumi.Output[str]

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Network", name, {}, opts)
        made = platform(args.settings).network(name, identity=args.identity, opts=pulumi.ResourceOptions(parent=self))
        self.network, self.network_name = made.resource, made.reference
        self.register_outputs({"networkName": self.network_name})
