"""Replicas that stand still while a backup takes the place of what they read, and serve again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.health import wait_until_healthy
from engine.identity import COMPONENT_LABEL, STACK_LABEL
from engine.swarm import listing, scale

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

PROXY = "proxy"

Start = Callable[[], None]
"""Lets what was stopped serve again, and returns when it does. Raises EngineError."""


def stop(client: DockerClient, label: str, *, timeout: float, hidden: Sequence[str]) -> tuple[str, Start]:
    """Stop the replicas of the stack with `label`, containers or a service, and return what stands, in words.

    `timeout` is in seconds, for each to be healthy again; `hidden` values are in no message. One that was stopped
    before counts: a restore that failed left it so.
    """
    labels = {STACK_LABEL: label, COMPONENT_LABEL: PROXY}
    services = scale.labelled(client, labels) if listing.is_manager(client) else []
    if services:
        for service in services:
            scale.stop(client, service)

        def start() -> None:
            for service in services:
                scale.start(client, str(service["ID"]), timeout=timeout, hidden=hidden)

        return "service of the replicas", start
    containers = _stopped(client, labels)
    return f"{len(containers)} replica(s)", lambda: _start(containers, timeout=timeout)


def _stopped(client: DockerClient, labels: Mapping[str, str]) -> list[Container]:
    filters: Any = {"label": [f"{label}={value}" for label, value in labels.items()]}
    present = client.containers.list(all=True, filters=filters, ignore_removed=True)
    replicas = [replica for replica in present if replica.status == "running"] or present
    for replica in replicas:
        replica.stop(timeout=_grace(replica))
    return replicas


def _grace(replica: Container) -> int:
    """Return the seconds that LiteLLM takes at most for its requests in flight, and a few more to end."""
    environment = dict(entry.partition("=")[::2] for entry in replica.attrs["Config"]["Env"] or ())
    return int(environment.get("GRACEFUL_SHUTDOWN_TIMEOUT", 0)) + 10


def _start(replicas: Sequence[Container], *, timeout: float) -> None:
    for replica in replicas:
        replica.start()
    for replica in replicas:
        wait_until_healthy(str(replica.id), timeout=timeout)
