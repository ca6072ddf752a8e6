"""The network of a stack on one host.

pulumi-docker has a resource for it, and waits two seconds whenever it reads one (networkReadRefreshDelay in
terraform-provider-docker, resource_docker_network_funcs.go): two of the five that each preview and each update took.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from docker.errors import APIError, NotFound
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider

from engine.api import EngineError, connect
from engine.identity import OWNER_LABEL, Identity
from engine.ownership import labels_of, refuse_another_owner

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.networks import Network

MADE_LABEL = "io.litellm-stack.made-by"
ENGINE = "engine"
"""On a network that is made here: pulumi-docker's have no such label."""


class BridgeProvider(ResourceProvider):
    """Makes bridge networks. Stateless, so that Pulumi stores it by reference."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Another name is another network."""
        replaces = ["name"] if _olds.get("name") != _news["name"] else []
        return DiffResult(changes=bool(replaces), replaces=replaces, delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make the network, or take the one that an update made which was killed before it could record it.

        Raises EngineError where one of that name is somebody else's.
        """
        client = connect()
        try:
            found = _named(client, props["name"])
            if found:
                refuse_another_owner(found, owner=props["labels"][OWNER_LABEL])
            made = found or client.networks.create(props["name"], driver="bridge", labels=props["labels"])
        finally:
            client.close()
        return CreateResult(id_=str(made.id), outs=props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Report a network that was removed as gone, so that the next update makes it again."""
        client = connect()
        try:
            client.networks.get(id_)
        except NotFound:
            return ReadResult(None, {})
        finally:
            client.close()
        return ReadResult(id_, props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Remove the network. Raises EngineError where a container that is not the stack's is in it."""
        client = connect()
        try:
            network = client.networks.get(_id)
            network.remove()
        except NotFound:
            return
        except APIError as error:
            raise EngineError(f"the network {_props['name']} cannot be removed: {error.explanation}") from None
        finally:
            client.close()


class Bridge(Resource, module="engine", name="Network"):
    """A bridge network with Docker's own name server, which knows every container by its alias."""

    name: pulumi.Output[str]

    def __init__(self, name: str, *, identity: Identity, opts: pulumi.ResourceOptions | None = None) -> None:
        labels = {**identity.labels("network"), MADE_LABEL: ENGINE}
        super().__init__(BridgeProvider(), name, {"name": identity.name("network"), "labels": labels}, opts)


def is_of_the_provider(name: str) -> bool:
    """Tell whether the network `name` is there and was made by pulumi-docker, for a stack of an earlier version.

    Such a stack keeps it: a network cannot be removed while containers are in it.
    """
    client = connect()
    try:
        found = _named(client, name)
    finally:
        client.close()
    return found is not None and MADE_LABEL not in labels_of(found)


def _named(client: DockerClient, name: str) -> Network | None:
    # The engine's filter finds parts of names too.
    return next((network for network in client.networks.list(names=[name]) if network.name == name), None)
