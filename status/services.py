"""The stack's containers as the engine sees them, on a Swarm its tasks on whatever node."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from docker.errors import APIError

from engine.api import EngineError, connect
from engine.identity import COMPONENT_LABEL, STACK_LABEL
from engine.swarm import listing, scale, tasks
from status.snapshot import Service

if TYPE_CHECKING:
    from docker import DockerClient

TASK_LABEL = "com.docker.swarm.task"
"""On the containers of a Swarm's tasks (moby, daemon/cluster/executor/container/container.go)."""

_FRACTION = re.compile(r"\.(\d{1,6})\d*")
"""The engine's clock has nanoseconds, which datetime does not read."""
_NEVER = "0001-"
"""The engine's moment of what has not happened."""


def read(label: str) -> tuple[Service, ...]:
    """Return the containers of the stack with this label (project/stack). Raises EngineError."""
    client = connect()
    try:
        found = client.containers.list(all=True, filters={"label": f"{STACK_LABEL}={label}"}, ignore_removed=True)
        services = [service(container.attrs) for container in found if TASK_LABEL not in container.labels]
        if listing.is_manager(client):
            services += _tasks(client, label)
    except APIError as error:
        raise EngineError(f"the engine does not list the stack's containers: {error.explanation}") from None
    finally:
        client.close()
    return tuple(sorted(services, key=lambda one: (one.component, one.name)))


def _tasks(client: DockerClient, label: str) -> Iterator[Service]:
    nodes = {str(node.id): str(node.attrs["Description"]["Hostname"]) for node in client.nodes.list()}
    for declared in scale.labelled(client, {STACK_LABEL: label}):
        every = listing.tasks(client, {"service": declared["ID"]})
        for present in every:
            if present["DesiredState"] == "running":
                yield task(declared, present, every, node=nodes.get(present.get("NodeID", ""), ""))


def task(
    declared: Mapping[str, Any], present: Mapping[str, Any], every: Sequence[Mapping[str, Any]], *, node: str
) -> Service:
    """Return what a Swarm says of one task of the service `declared`, whose tasks so far are `every`, on `node`."""
    state, checked = present["Status"]["State"], present["Spec"]["ContainerSpec"].get("Healthcheck")
    number = present.get("Slot")  # none where there is one on each node
    return Service(
        component=declared["Spec"]["Labels"].get(COMPONENT_LABEL, ""),
        name=".".join(filter(None, (declared["Spec"]["Name"], str(number or ""), node))),
        # A task runs once it has passed its health check.
        state="healthy" if state == "running" and checked else state,
        started=_moment(present["Status"]["Timestamp"]) if state == "running" else None,
        restarts=sum(_place(other) == _place(present) for other in every if other["Status"]["State"] in tasks.FAILED),
    )


def _place(present: Mapping[str, Any]) -> tuple[str, Any]:
    return ("slot", present["Slot"]) if present.get("Slot") else ("node", present.get("NodeID"))


def service(container: Mapping[str, Any]) -> Service:
    """Return what the engine's description of a container (`docker inspect`) says of it."""
    state = container["State"]
    health = state.get("Health", {}).get("Status")
    return Service(
        component=container["Config"]["Labels"].get(COMPONENT_LABEL, ""),
        name=container["Name"].removeprefix("/"),
        state=health if health and state["Status"] == "running" else state["Status"],
        started=_moment(state["StartedAt"]),
        restarts=container["RestartCount"],
    )


def _moment(text: str) -> datetime | None:
    return None if text.startswith(_NEVER) else datetime.fromisoformat(_FRACTION.sub(r".\1", text))
