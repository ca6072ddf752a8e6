"""Checks of a Swarm before anything is touched: a manager to ask, one node that keeps the data, a Postgres for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import major, preflight
from engine.api import EngineError, connect
from engine.identity import STACK_LABEL, engine_name
from engine.swarm import listing

if TYPE_CHECKING:
    from docker import DockerClient


def check(*, label: str, data_label: str, image: str, volume: str | None) -> None:
    """Raise EngineError unless the stack with `label` can run on the Swarm that this engine is a manager of.

    One node has to have the label `data_label`; Postgres of `image` has to be of the major that works on `volume`.
    """
    client = connect()
    try:
        preflight.check_version(client)
        if not listing.is_manager(client):
            raise EngineError(
                "engine is swarm in stack config, and this Docker engine manages none; point DOCKER_HOST at a manager,"
                " or make a Swarm of your hosts: `docker swarm init`, and `docker swarm join` on the others"
            )
        _check_node(client, data_label)
        if volume:
            _check_data(client, label=label, image=image, volume=engine_name(label, volume))
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


def _check_data(client: DockerClient, *, label: str, image: str, volume: str) -> None:
    """Compare majors with what works on the volume: the node that has it may be another than the one that is asked."""
    for service in listing.services(client, {"label": f"{STACK_LABEL}={label}"}):
        container = service["Spec"]["TaskTemplate"]["ContainerSpec"]
        if volume in [mount.get("Source") for mount in container.get("Mounts") or ()]:
            found = major.of_image(client, container["Image"])
            major.refuse_other(major.of_image(client, image), found, image=image, stack=label.partition("/")[2])
