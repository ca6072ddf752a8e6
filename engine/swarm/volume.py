"""A volume on the node that keeps the stack's data.

A Swarm has no call for volumes: a node makes one when a task that mounts it starts there, and it stays there when the
task goes. So the stack can protect it, and cannot remove it.
"""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider


class NodeVolumeProvider(ResourceProvider):
    """Records the volume. Stateless, so that Pulumi stores it by reference."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Another name is another volume; with another label, the node may not be the one that has it."""
        replaces = [name for name in ("name", "data_label") if _olds.get(name) != _news[name]]
        return DiffResult(changes=bool(replaces), replaces=replaces, delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Record it."""
        return CreateResult(id_=props["name"], outs=props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Tell what is left, and where."""
        print(
            f"warning: volume {_props['name']} stays on the node with the label {_props['data_label']}=true; to remove"
            f" its data for good: `docker volume rm {_props['name']}` there"
        )


class NodeVolume(Resource, module="engine", name="NodeVolume"):
    """A volume called `volume_name` on the node with `data_label`; it goes, from the stack, after what mounts it."""

    name: pulumi.Output[str]

    def __init__(
        self, name: str, *, volume_name: str, data_label: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(NodeVolumeProvider(), name, {"name": volume_name, "data_label": data_label}, opts)
