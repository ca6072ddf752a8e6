"""The network that the stack's containers share with nobody else."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from engine.identity import Identity
from engine.orphans import removed_before_create


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Whose network it is."""

    identity: Identity


class Network(pulumi.ComponentResource):
    """A bridge network with Docker's own name server, which knows every container by its alias."""

    network: docker.Network
    network_name: pulumi.Output[str]

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Network", name, {}, opts)
        self.network = docker.Network(
            f"{name}-bridge",
            name=args.identity.name("network"),
            labels=[
                docker.NetworkLabelArgs(label=label, value=value)
                for label, value in args.identity.labels("network").items()
            ],
            opts=pulumi.ResourceOptions(parent=self, hooks=removed_before_create(args.identity.label)),
        )
        self.network_name = self.network.name
        self.register_outputs({"networkName": self.network_name})
