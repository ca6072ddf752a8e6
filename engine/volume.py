"""The volumes of a stack on one host: what the engine keeps when containers go.

pulumi-docker has a resource for them, whose create takes over any volume of that name without a word, and whose delete
removes any volume of that name (resource_docker_volume.go in terraform-provider-docker).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
from docker.errors import APIError, NotFound
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from engine.api import EngineError, connect
from engine.identity import OWNER_LABEL
from engine.ownership import UNLABELLED, Recorded, RecordedVolume, labels_of, refuse_another_owner, shown

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.volumes import Volume as DockerVolume

Props = dict[str, Any]

OF_PULUMI_DOCKER = "docker:index/volume:Volume"
"""The type of volumes in the states of earlier versions; they become VOLUME in place, and keep their data."""
VOLUME = "pulumi-python:dynamic/engine:Volume"


class VolumeProvider(ResourceProvider):
    """Creates volumes, and removes none that has another owner. Stateless, so that Pulumi stores it by reference."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Another name is another volume; a label is not worth a database.

        One that is gone is created again, and one of pulumi-docker is recorded.
        """
        if _olds.get("name") != _news["name"]:
            return DiffResult(changes=True, replaces=["name"], delete_before_replace=False)
        gone = not volume_exists(_news["name"])
        if gone:
            print(f"warning: volume {_news['name']} is gone; the update creates it again, empty")
        return DiffResult(changes=gone or "created" not in _olds)

    def create(self, props: Props) -> CreateResult:
        """Create the volume, or take the stack's own of that name. Raises EngineError if another owner has it."""
        client = connect()
        try:
            return CreateResult(id_=props["name"], outs=_recorded(props, _own(client, props)))
        finally:
            client.close()

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Record a volume of pulumi-docker, or create one again that is gone.

        Raises EngineError if it was protected and the config does not name its id (`emptyDatabase`).
        """
        client = connect()
        try:
            volume = _found(client, _news["name"])
            if volume is None:
                lost = RecordedVolume(owner=_olds.get("owner"), created=str(_olds.get("created") or ""))
                if _news["protected"] and _news.get("lost") != lost.id(_news["name"]):
                    raise EngineError(_gone(_news["name"], lost))
                return UpdateResult(outs=_recorded(_news, _own(client, _news)))
            # Of a volume of pulumi-docker no owner is recorded: an early version gave it none.
            _refuse(volume, _news, also=_olds.get("owner"))
            return UpdateResult(outs=_recorded(_news, volume))
        finally:
            client.close()

    def read(self, id_: str, props: Props) -> ReadResult:
        """Keep what is recorded: a refresh that forgot a lost volume would let the update create an empty one."""
        return ReadResult(id_, props)

    def delete(self, _id: str, _props: Props) -> None:
        """Remove the volume, unless it has another owner than the one that was recorded."""
        name, client = _props["name"], connect()
        try:
            volume = _found(client, name)
            if volume is None:
                return
            owner = labels_of(volume).get(OWNER_LABEL)
            if owner != _props["owner"]:
                print(f"warning: volume {name} ({shown(owner)}) is not the one that this stack created, and stays")
                return
            volume.remove()
        except APIError as error:
            raise EngineError(f"the volume {name} cannot be removed: {error.explanation}") from None
        finally:
            client.close()


class Volume(Resource, module="engine", name="Volume"):
    """A named volume.

    protected: a volume that is gone is not created again, unless `lost` is its id. take_over: the owner whose volume
    the stack may take. owner, created: what the engine said of it when it was recorded.
    """

    name: pulumi.Output[str]
    created: pulumi.Output[str | None]

    def __init__(
        self,
        name: str,
        *,
        volume_name: str,
        labels: Mapping[str, pulumi.Input[str]],
        protected: bool,
        take_over: str | None,
        lost: str | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "name": volume_name,
            "labels": dict(labels),
            "protected": protected,
            "take_over": take_over,
            "lost": lost,
            "owner": None,
            "created": None,
        }
        before = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=OF_PULUMI_DOCKER)])
        super().__init__(VolumeProvider(), name, inputs, pulumi.ResourceOptions.merge(opts, before))


def volume_exists(name: str) -> bool:
    """Tell whether the engine has a volume called `name`."""
    client = connect()
    try:
        return _found(client, name) is not None
    finally:
        client.close()


def refuse_lost(name: str, *, recorded: Recorded, accepted: str | None, backups: Sequence[Path], stack: str) -> None:
    """Raise EngineError, with the `backups` that exist, if the volume `name` is recorded and the engine lacks it.

    `accepted` is the id of a volume that is to be replaced by an empty one (`emptyDatabase`).
    """
    before = recorded.volumes.get(name)
    if before is None or before.id(name) == accepted or volume_exists(name):
        return
    listed = "\n".join(f"  make restore STACK={stack} CONFIRM={stack} FILE={file}" for file in backups)
    restore = f"Then restore one of the backups on this host:\n{listed}" if backups else "This host has no backup of it"
    raise EngineError(f"{_gone(name, before)}. {restore}")


def _gone(name: str, before: RecordedVolume) -> str:
    return (
        f"the volume {name} of the protected database is gone from this engine, and nothing was touched. Bring it back,"
        f" or start with an empty database: `pulumi config set emptyDatabase {before.id(name)}`"
    )


def _found(client: DockerClient, name: str) -> DockerVolume | None:
    try:
        return client.volumes.get(name)
    except NotFound:
        return None


def _own(client: DockerClient, props: Props) -> DockerVolume:
    """Return the volume, created if the engine has none; Docker returns one that another state created meanwhile."""
    volume = _found(client, props["name"])
    if volume:
        print(f"volume {props['name']} exists, and the stack goes on with its data")
    volume = volume or client.volumes.create(props["name"], labels=props["labels"])
    _refuse(volume, props, also=props["labels"][OWNER_LABEL])
    return volume


def _refuse(volume: DockerVolume, props: Props, *, also: str | None) -> None:
    """Raise EngineError unless the volume has the stack's label, `also`, or the owner that is taken over."""
    owner = labels_of(volume).get(OWNER_LABEL)
    if owner != also and (owner or UNLABELLED) != props.get("take_over"):
        refuse_another_owner(volume, owner=props["labels"][OWNER_LABEL])


def _recorded(props: Props, volume: DockerVolume) -> Props:
    return {**props, "owner": labels_of(volume).get(OWNER_LABEL), "created": str(volume.attrs["CreatedAt"])}
