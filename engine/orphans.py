"""What an update that was killed made on the engine and could not record: removed before it is made again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pulumi
from docker.models.containers import Container

from engine import cutover
from engine.api import connect
from engine.identity import COMPONENT_LABEL, OWNER_LABEL, STACK_LABEL
from engine.ownership import refuse_another_owner
from engine.swarm import tasks

if TYPE_CHECKING:
    from docker import DockerClient

CONTAINER = "docker:index/container:Container"
SERVICE = "docker:index/service:Service"
COLLECTIONS: Mapping[str, str] = {
    CONTAINER: "containers",
    "docker:index/network:Network": "networks",
    "docker:index/secret:Secret": "secrets",
    SERVICE: "services",
    "docker:index/serviceConfig:ServiceConfig": "configs",
}
"""What docker-py calls the things that Pulumi makes."""


@dataclass(frozen=True, kw_only=True)
class Leave:
    """How a container goes: after `grace` seconds at most, and first out of the edge with this status page, if any."""

    grace: int
    status_url: str | None


def removed_before_create(label: str, leave: Leave | None = None) -> pulumi.ResourceHookBinding:
    """Return the hooks of what the stack with `label` (Identity.label) makes on the engine; of a container, `leave`.

    Pulumi is about to create it, so whatever has its name and its owner's label is in no state. Two containers of one
    name cannot be, nor two services, secrets or configs; two networks of one name can, and then nothing can be attached
    to either. What another state's stack of the same name owns is not touched: the update fails and says so.
    """
    return pulumi.ResourceHookBinding(before_create=[_hook(label, leave)])


@cache
def _hook(label: str, leave: Leave | None) -> pulumi.ResourceHook:
    def remove(args: pulumi.ResourceHookArgs) -> None:
        inputs = args.new_inputs or {}
        name = str(inputs["name"])
        labels = {entry["label"]: entry["value"] for entry in inputs["labels"]}
        client = connect()
        try:
            for orphan in _orphans(client, args.type, name=name, label=label):
                refuse_another_owner(orphan, owner=labels[OWNER_LABEL])
                pulumi.log.warn(f"{name} is left from an update that was killed; it is removed and made again")
                _remove(orphan, leave)
            if args.type == SERVICE:
                ended = {name: labels[name] for name in (STACK_LABEL, COMPONENT_LABEL)}
                tasks.wait_until_ended(client, labels=ended, timeout=tasks.STOP_SECONDS)
        finally:
            client.close()

    name = f"remove-orphans-of-{label}"
    return pulumi.ResourceHook(f"{name}-{leave.grace}-{leave.status_url}" if leave else name, remove)


def _remove(orphan: Any, leave: Leave | None) -> None:
    if not isinstance(orphan, Container):
        orphan.remove()
        return
    if leave:
        # A replica has been found by the edge meanwhile, and has requests.
        if leave.status_url:
            cutover.withdraw(orphan, status_url=leave.status_url, grace=leave.grace)
        orphan.stop(timeout=leave.grace)
    # Its image's volumes have no name, and nothing else would remove them.
    orphan.remove(v=True)


def _orphans(client: DockerClient, kind: str, *, name: str, label: str) -> Iterator[Any]:
    """Return what has the name and the stack's label, in whatever state it is."""
    filters = {"label": f"{STACK_LABEL}={label}", "name": name}
    every = {"all": True, "ignore_removed": True} if kind == CONTAINER else {}
    for thing in getattr(client, COLLECTIONS[kind]).list(filters=filters, **every):
        # The filter finds parts of names too.
        if thing.name == name:
            yield thing
