"""The stack's containers as the engine sees them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from docker.errors import APIError

from engine.api import EngineError, connect
from engine.identity import COMPONENT_LABEL, STACK_LABEL
from status.snapshot import Service

_FRACTION = re.compile(r"\.(\d{1,6})\d*")
"""The engine's clock has nanoseconds, which datetime does not read."""
_NEVER = "0001-"
"""The engine's moment of what has not happened."""


def read(label: str) -> tuple[Service, ...]:
    """Return the containers of the stack with this label (project/stack). Raises EngineError."""
    client = connect()
    try:
        found = client.containers.list(all=True, filters={"label": f"{STACK_LABEL}={label}"}, ignore_removed=True)
    except APIError as error:
        raise EngineError(f"the engine does not list the stack's containers: {error.explanation}") from None
    finally:
        client.close()
    services = (service(container.attrs) for container in found)
    return tuple(sorted(services, key=lambda one: (one.component, one.name)))


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
