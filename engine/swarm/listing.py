"""What a Swarm says that it has: its services and their tasks. docker-py leaves both untyped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docker import DockerClient

Service = Mapping[str, Any]
Task = Mapping[str, Any]


def is_manager(client: DockerClient) -> bool:
    """Tell whether the engine manages a Swarm, and so can be asked for services."""
    return bool(client.info()["Swarm"].get("ControlAvailable"))


def services(client: DockerClient, filters: Mapping[str, Any]) -> list[Service]:
    """Return services, each with how many tasks it is to have: one for each node where it runs everywhere."""
    listed: Any = client.api.services
    found: list[Service] = listed(filters, status=True)
    return found


def tasks(client: DockerClient, filters: Mapping[str, str]) -> list[Task]:
    """Return tasks, those that have ended among them."""
    listed: Any = client.api.tasks
    found: list[Task] = listed(filters)
    return found
