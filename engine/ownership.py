"""Who owns an object on an engine: two Pulumi states may each have a stack of the same name.

The owner is a label (OWNER_LABEL) that is derived from the seed in a stack's state, so another state has another one.
Providers compare it again when they create or delete an object. Labels of a volume cannot be changed, so the state also
records which owner a volume had when the stack took it over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from docker.errors import APIError, NotFound

from engine.api import EngineError, connect
from engine.identity import COMPONENT_LABEL, OWNER_LABEL, STACK_LABEL, VOLUME_LABEL
from engine.swarm import listing

if TYPE_CHECKING:
    from docker import DockerClient

UNLABELLED = "unlabelled"
"""What `takeOver` is for a volume without an owner label: one that was created by hand."""
TASK_LABEL = "com.docker.swarm.task"
"""On the containers of a Swarm's tasks (moby, daemon/cluster/executor/container/container.go)."""


@dataclass(frozen=True, kw_only=True)
class RecordedVolume:
    """A volume in the state: the owner on its label when the state recorded it, and when it was created.

    `created` is as the engine writes it, empty where an earlier version recorded the volume.
    """

    owner: str | None
    created: str

    def id(self, name: str) -> str:
        """Return what tells this volume from a later one of the same name: the value of `emptyDatabase`."""
        return sha256(f"{name} {self.created}".encode()).hexdigest()[:8]


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What the state of a stack records: its owner, none before the first update, and its volumes by name."""

    owner: str | None = None
    volumes: Mapping[str, RecordedVolume] = field(default_factory=dict)


def labels_of(thing: Any) -> Mapping[str, str]:
    """Return the labels of an object that docker-py returns."""
    attrs = thing.attrs
    # Those of a network, a container, and an object of a Swarm.
    places = (attrs, attrs.get("Config", {}), attrs.get("Spec", {}))
    return next((place["Labels"] for place in places if place.get("Labels")), {})


def refuse_another_owner(thing: Any, *, owner: str) -> None:
    """Raise EngineError if `thing` does not have the owner's label."""
    found = labels_of(thing).get(OWNER_LABEL)
    if found != owner:
        raise EngineError(
            f"{thing.name} belongs to another Pulumi state ({shown(found)}) with a stack of the same name, and this one"
            " does not touch it; choose another stack name, or see docs/lost-state.md if that state is lost"
        )


def shown(owner: str | None) -> str:
    """Return the owner on a label as messages show it."""
    return f"owner {owner}" if owner else "no owner label"


def check(
    *, label: str, recorded: Recorded, volumes: Collection[str], take_over: str | None, swarm: bool = False
) -> None:
    """Raise one EngineError that names each object of the stack with `label` that has another owner.

    It runs before anything is registered, so a refused update leaves nothing in the state. `volumes` are the engine's
    names of the volumes that the stack uses; those of the owner `take_over` count as its own. On a Swarm a record says
    who owns the volumes of its nodes (engine/swarm/volume.py).
    """
    client = connect()
    try:
        objects, kept = [*_containers(client, label), *_networks(client, label)], [*_volumes(client, volumes)]
        if swarm and listing.is_manager(client):
            objects += _of_swarm(client, label)
            kept += _node_volumes(client, label, volumes)
    except APIError as error:
        raise EngineError(f"the engine does not list its objects: {error.explanation}") from None
    finally:
        client.close()
    found = [each for each in objects if not _is_own(each.owner, recorded)]
    found += [each for each in kept if not _is_own_volume(each, recorded, take_over)]
    if found:
        listed = "\n".join(f"  - {line}" for line in sorted({str(each) for each in found}))
        raise EngineError(
            f"stack {label.partition('/')[2]} cannot use this engine, and nothing was touched: another Pulumi state has"
            f" a stack of the same name here, which owns\n{listed}\nChoose another stack name. If that state is lost,"
            " docs/lost-state.md shows the way back to its data"
        )


@dataclass(frozen=True, kw_only=True)
class _Found:
    """An object on the engine; `kind` is the engine's word for it."""

    kind: str
    name: str
    owner: str | None

    def __str__(self) -> str:
        return f"{self.kind} {self.name} ({shown(self.owner)})"


def _is_own(owner: str | None, recorded: Recorded) -> bool:
    # Early versions set no owner label; a state that has created the stack goes on with what they left.
    return recorded.owner is not None and owner in (recorded.owner, None)


def _is_own_volume(volume: _Found, recorded: Recorded, take_over: str | None) -> bool:
    if (volume.owner or UNLABELLED) == take_over:
        return True
    before = recorded.volumes.get(volume.name)
    # A volume without a label that the state records may have been created by hand to restore a copy of its files.
    if before:
        return volume.owner in (recorded.owner, before.owner, None)
    return volume.owner is not None and volume.owner == recorded.owner


def _labelled(label: str) -> dict[str, Any]:
    return {"label": f"{STACK_LABEL}={label}"}


def _containers(client: DockerClient, label: str) -> Iterator[_Found]:
    listed: Any = client.api.containers  # untyped; the other call inspects each container
    for container in listed(all=True, filters=_labelled(label)):
        labels = container["Labels"] or {}
        # A probe of a preview is named after its component, and a service stands for its tasks.
        if TASK_LABEL not in labels and labels.get(OWNER_LABEL) != labels.get(COMPONENT_LABEL, ""):
            # One that is being removed may have lost its name.
            name = str((container["Names"] or [container["Id"]])[0]).removeprefix("/")
            yield _Found(kind="container", name=name, owner=labels.get(OWNER_LABEL))


def _networks(client: DockerClient, label: str) -> Iterator[_Found]:
    for network in client.networks.list(filters=_labelled(label)):
        yield _Found(kind="network", name=str(network.name), owner=labels_of(network).get(OWNER_LABEL))


def _volumes(client: DockerClient, names: Collection[str]) -> Iterator[_Found]:
    for name in names:
        try:
            volume = client.volumes.get(name)
        except NotFound:
            continue
        yield _Found(kind="volume", name=name, owner=labels_of(volume).get(OWNER_LABEL))


def _of_swarm(client: DockerClient, label: str) -> Iterator[_Found]:
    for kind in ("service", "secret", "config"):
        listed: Any = getattr(client, f"{kind}s").list  # docker-py leaves it untyped
        for thing in listed(filters=_labelled(label)):
            labels = labels_of(thing)
            if VOLUME_LABEL not in labels:
                yield _Found(kind=kind, name=str(thing.name), owner=labels.get(OWNER_LABEL))


def _node_volumes(client: DockerClient, label: str, names: Collection[str]) -> Iterator[_Found]:
    listed: Any = client.configs.list
    for record in listed(filters=_labelled(label)):
        labels = labels_of(record)
        if labels.get(VOLUME_LABEL) in names:
            yield _Found(kind="volume", name=labels[VOLUME_LABEL], owner=labels.get(OWNER_LABEL))
