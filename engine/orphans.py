"""What an update that was killed made on the engine and could not record: removed before it is made again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import pulumi
from docker.models.containers import Container

from engine.api import EngineError, connect
from engine.identity import OWNER_LABEL, STACK_LABEL

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.networks import Network

NETWORK = "docker:index/network:Network"


def removed_before_create(label: str) -> pulumi.ResourceHookBinding:
    """Return the hooks of a container or network of the stack with `label` (Identity.label).

    Pulumi is about to create it, so whatever has its name and its owner's label is in no state. Two containers of one
    name cannot be; two networks of one name can, and then nothing can be attached to either. What another state's stack
    of the same name owns is not touched: the update fails and says so.
    """
    return pulumi.ResourceHookBinding(before_create=[_hook(label)])


@cache
def _hook(label: str) -> pulumi.ResourceHook:
    def remove(args: pulumi.ResourceHookArgs) -> None:
        inputs = args.new_inputs or {}
        name = str(inputs["name"])
        owner = next(entry["value"] for entry in inputs["labels"] if entry["label"] == OWNER_LABEL)
        client = connect()
        try:
            for orphan in _orphans(client, args.type, name=name, label=label):
                if _owner(orphan) != owner:
                    raise EngineError(
                        f"{name} belongs to a stack of the same name in another Pulumi state (another user's, or one"
                        " that was lost); choose another stack name, or remove that one first"
                    )
                pulumi.log.warn(f"{name} is left from an update that was killed; it is removed and made again")
                _stop(orphan)
                orphan.remove()
        finally:
            client.close()

    return pulumi.ResourceHook(f"remove-orphans-of-{label}", remove)


def _stop(orphan: Container | Network) -> None:
    if isinstance(orphan, Container):
        orphan.stop()


def _orphans(client: DockerClient, kind: str, *, name: str, label: str) -> Iterator[Container | Network]:
    filters: dict[str, str | list[str] | bool] = {"label": f"{STACK_LABEL}={label}", "name": name}
    if kind == NETWORK:
        yield from (network for network in client.networks.list(filters=filters) if network.name == name)
        return
    for container in client.containers.list(all=True, filters=filters, ignore_removed=True):
        # The filter finds parts of names too.
        if container.name == name:
            yield container


def _owner(thing: Container | Network) -> str | None:
    labels = thing.attrs.get("Labels") or thing.attrs.get("Config", {}).get("Labels") or {}
    owner: str | None = labels.get(OWNER_LABEL)
    return owner
