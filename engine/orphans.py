"""What an update that was killed made on the engine and could not record: removed before it is made again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import pulumi

from engine.api import connect
from engine.identity import STACK_LABEL

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container
    from docker.models.networks import Network

NETWORK = "docker:index/network:Network"


def removed_before_create(label: str) -> pulumi.ResourceHookBinding:
    """Return the hooks of a container or network of the stack with `label` (Identity.label).

    Pulumi is about to create it, so whatever has its name and its stack's label is in no state. Two containers of one
    name cannot be; two networks of one name can, and then nothing can be attached to either.
    """
    return pulumi.ResourceHookBinding(before_create=[_hook(label)])


@cache
def _hook(label: str) -> pulumi.ResourceHook:
    def remove(args: pulumi.ResourceHookArgs) -> None:
        name = str((args.new_inputs or {})["name"])
        client = connect()
        try:
            for orphan in _orphans(client, args.type, name=name, label=label):
                pulumi.log.warn(f"{name} is left from an update that was killed; it is removed and made again")
                orphan.remove()
        finally:
            client.close()

    return pulumi.ResourceHook(f"remove-orphans-of-{label}", remove)


def _orphans(client: DockerClient, kind: str, *, name: str, label: str) -> Iterator[Container | Network]:
    filters: dict[str, str | list[str] | bool] = {"label": f"{STACK_LABEL}={label}", "name": name}
    if kind == NETWORK:
        yield from (network for network in client.networks.list(filters=filters) if network.name == name)
        return
    for container in client.containers.list(all=True, filters=filters):
        # The filter finds parts of names too.
        if container.name == name:
            container.stop()
            yield container
