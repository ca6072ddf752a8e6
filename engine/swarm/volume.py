"""A volume on the node that keeps the stack's data.

A Swarm has no call for volumes: a node creates one when a task that mounts it starts there, and it stays there when the
task goes. So the stack can protect it, and cannot remove it. A manager does not see the labels of a node's volume
either: a config, which stays as the volume does, records whose volume it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from engine.api import EngineError, connect
from engine.identity import OWNER_LABEL, VOLUME_LABEL
from engine.ownership import UNLABELLED, labels_of, refuse_another_owner
from engine.swarm.names import unique

if TYPE_CHECKING:
    from docker import DockerClient

NODE_VOLUME = "pulumi-python:dynamic/engine:NodeVolume"


class NodeVolumeProvider(ResourceProvider):
    """Records the volume. Stateless, so that Pulumi stores it by reference."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Another name is another volume; with another label, the node may not be the one that has it."""
        replaces = [name for name in ("name", "data_label") if _olds.get(name) != _news[name]]
        unrecorded = "owner" not in _olds or not _is_recorded(_news["name"])
        return DiffResult(changes=bool(replaces) or unrecorded, replaces=replaces, delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Record it. Raises EngineError if another owner has."""
        return CreateResult(id_=props["name"], outs=_record(props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Record a volume of an earlier version, or one whose record was removed."""
        return UpdateResult(outs=_record(_news))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Print what is left, and on which node."""
        print(
            f"warning: volume {_props['name']} stays on the node with the label {_props['data_label']}=true; to remove"
            f" its data for good: `docker volume rm {_props['name']}` there, and on a manager `docker config rm"
            f" {record_name(_props['name'])}`"
        )


class NodeVolume(Resource, module="engine", name="NodeVolume"):
    """A volume called `volume_name` on the node with `data_label`; it goes, from the stack, after what mounts it.

    take_over: the owner whose volume the stack may take. owner: whose it is.
    """

    name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        volume_name: str,
        data_label: str,
        labels: Mapping[str, pulumi.Input[str]],
        take_over: str | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "name": volume_name,
            "data_label": data_label,
            "labels": dict(labels),
            "take_over": take_over,
            "owner": None,
        }
        super().__init__(NodeVolumeProvider(), name, inputs, opts)


def record_name(volume: str) -> str:
    """Return the name of the config that records whose the volume is."""
    return unique(volume, f"volume-{sha256(volume.encode()).hexdigest()[:8]}")


def _is_recorded(volume: str) -> bool:
    client = connect()
    try:
        return _found(client, volume) is not None
    finally:
        client.close()


def _record(props: dict[str, Any]) -> dict[str, Any]:
    """Record the volume as the stack's own and return the outputs. Raises EngineError if it has another owner."""
    client = connect()
    try:
        name, labels = props["name"], {**props["labels"], VOLUME_LABEL: props["name"]}
        record = _found(client, name)
        if record is None:
            create: Any = client.configs.create  # docker-py leaves it untyped
            create(name=record_name(name), data=f"volume {name} of the node with the data\n".encode(), labels=labels)
        elif labels_of(record).get(OWNER_LABEL) != labels[OWNER_LABEL]:
            if (labels_of(record).get(OWNER_LABEL) or UNLABELLED) != props.get("take_over"):
                refuse_another_owner(record, owner=labels[OWNER_LABEL])
            _relabel(client, record, labels)
        return {**props, "owner": labels[OWNER_LABEL]}
    finally:
        client.close()


def _relabel(client: DockerClient, record: Any, labels: Mapping[str, str]) -> None:
    """Write another owner on the record; docker-py has no call for it."""
    api: Any = client.api
    version = {"version": record.attrs["Version"]["Index"]}
    address = f"{api.base_url}/v{api.api_version}/configs/{record.id}/update"
    answer = api.post(address, params=version, json={**record.attrs["Spec"], "Labels": dict(labels)})
    if not answer.ok:
        raise EngineError(f"the Swarm refuses a change of config {record.name}: {answer.json().get('message', '')}")


def _found(client: DockerClient, volume: str) -> Any:
    listed: Any = client.configs.list
    # The filter finds parts of names too.
    return next(
        (record for record in listed(filters={"name": record_name(volume)}) if record.name == record_name(volume)), None
    )
