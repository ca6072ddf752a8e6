"""The salt key as a resource, and the end of its rotation as another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi.dynamic import Resource

from ciphertext.provider import SaltKeyProvider, SettledProvider


@dataclass(frozen=True, kw_only=True)
class SaltKeyArgs:
    """The salt key, the database whose rows it encrypts, and the replicas that read them.

    rotation: its number; only with another one may the salt key of an encrypted database change. database: the id of
    its container; another one is looked at. algorithm: general_settings.encryption_algorithm. name: of the jobs'
    containers, which run like the replicas (`image`, `network`, `user`, `environment`, `tmpfs`, `files`) and end within
    `timeout` seconds. stack, component, edge: labels of the stack, its replicas and its edge, whose status page is at
    `status_url`. service: the name of the service whose tasks the replicas are, if they are. config: LiteLLM's
    config.yaml in the replicas. grace: seconds that they need to stop.
    """

    salt_key: pulumi.Input[str]
    rotation: int
    database_url: pulumi.Input[str]
    database: pulumi.Input[str]
    algorithm: str | None
    name: str
    image: pulumi.Input[str]
    network: pulumi.Input[str]
    user: str
    environment: Mapping[str, str]
    tmpfs: Mapping[str, str]
    files: Mapping[str, str]
    labels: Mapping[str, pulumi.Input[str]]
    timeout: int
    stack: str
    component: str
    edge: str
    status_url: str
    config: str
    grace: int
    service: str | None = None


class SaltKey(Resource, module="ciphertext", name="SaltKey"):
    """A salt key that reads all that the database holds encrypted. Replicas that use it start after it.

    Its rotation re-encrypts everything before replicas with the new salt key start, while stand-ins of the old ones
    serve. `former` are the salt keys before it, for `Settled`.
    """

    former: pulumi.Output[list[str]]

    def __init__(self, name: str, args: SaltKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(SaltKeyProvider(), name, {**_props(args), "former": None}, _secret(opts))


class Settled(Resource, module="ciphertext", name="Settled"):
    """The end of a rotation: no stand-in is left, and no row that the salt key before encrypted."""

    def __init__(
        self,
        name: str,
        args: SaltKeyArgs,
        *,
        former: pulumi.Input[Sequence[str]],
        replicas: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Take what SaltKey took, its `former`, and the ids of the replicas that the edge sends requests to."""
        props = {**_props(args), "former": former, "replicas": list(replicas)}
        super().__init__(SettledProvider(), name, props, _secret(opts))


def _props(args: SaltKeyArgs) -> dict[str, object]:
    given = {name: value for name, value in vars(args).items() if name != "service" or value}
    return {**given, "salt_key": pulumi.Output.secret(args.salt_key)}


def _secret(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    # What a provider returns is secret only where an input of the same name is.
    secret = pulumi.ResourceOptions(additional_secret_outputs=["salt_key", "former", "database_url"])
    return pulumi.ResourceOptions.merge(opts, secret)
