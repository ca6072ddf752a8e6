"""Checks of a Swarm before anything is touched: a manager to ask, and one node that keeps the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import preflight
from engine.api import EngineError, connect
from engine.swarm import listing

if TYPE_CHECKING:
    from docker import DockerClient


def check(*, data_label: str) -> None:
    """Raise EngineError unless this engine is a manager of a Swarm in which one node has the label `data_label`."""
    client = connect()
    try:
        preflight.check_version(client)
        if not listing.is_manager(client):
            raise EngineError(
                "engine is swarm in stack config, and this Docker engine manages none; point DOCKER_HOST at a manager,"
                " or make a Swarm of your hosts: `docker swarm init`, and `docker swarm join` on the others"
            )
        _check_node(client, data_label)
    finally:
        client.close()


def _check_node(client: DockerClient, data_label: str) -> None:
    nodes = client.nodes.list()
    labelled = [node for node in nodes if node.attrs["Spec"].get("Labels", {}).get(data_label) == "true"]
    if len(labelled) == 1:
        return
    names = ", ".join(sorted(f"{node.attrs['Description']['Hostname']} ({node.id})" for node in labelled or nodes))
    if labelled:
        raise EngineError(
            f"{len(labelled)} nodes have the label {data_label}=true: {names}. A volume is on one of them; take the"
            f" label off the others: `docker node update --label-rm {data_label} NODE`"
        )
    raise EngineError(
        f"no node of the Swarm has the label {data_label}=true, which says where the database's volume is; give it to"
        f" one of {names}: `docker node update --label-add {data_label}=true NODE`"
    )
