"""Services of a Swarm that Pulumi does not handle: found, made, brought to a stop and to work again, removed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.api import EngineError
from engine.identity import SPEC_LABEL
from engine.swarm import listing
from engine.swarm.converged import wait_until_converged
from engine.swarm.listing import Service
from engine.swarm.names import NANO
from engine.swarm.tasks import is_over, is_running

if TYPE_CHECKING:
    from docker import DockerClient

DECLARED_LABEL = "io.litellm-stack.replicas"
"""On a service that stands: how many tasks it had."""
POLL_SECONDS = 0.5
TOLD_SECONDS = 60
"""How long a node may take to say that a task has ended."""


def named(client: DockerClient, name: str) -> Service | None:
    """Return the service of this name."""
    return next(
        (service for service in listing.services(client, {"name": name}) if service["Spec"]["Name"] == name), None
    )


def labelled(client: DockerClient, labels: Mapping[str, str]) -> list[Service]:
    """Return the services with these labels."""
    return listing.services(client, {"label": [f"{label}={value}" for label, value in labels.items()]})


def working(client: DockerClient, service: Service) -> bool:
    """Tell whether a task of the service works."""
    return any(is_running(task) for task in listing.tasks(client, {"service": service["ID"]}))


def create(client: DockerClient, spec: Mapping[str, Any]) -> str:
    """Make a service and return its id. Raises EngineError."""
    answer = _post(client, "create", spec)
    return str(answer["ID"])


def remove(client: DockerClient, service: Service) -> None:
    """Remove a service, whose tasks have ended."""
    removed: Any = client.api.remove_service
    removed(service["ID"])


def wait(client: DockerClient, service_id: str, *, timeout: float, hidden: Sequence[str]) -> None:
    """Return when all tasks of a service are healthy.

    Raises EngineError after `timeout` seconds for each of them, with what the last one said, without `hidden` values.
    """
    [service] = listing.services(client, {"id": service_id})
    spec = service["Spec"]["Labels"].get(SPEC_LABEL)
    wait_until_converged({"service_id": service_id, "spec": spec, "timeout": timeout, "hidden": hidden})


def stop(client: DockerClient, service: Service) -> None:
    """Return when no task of a replicated service runs any more.

    Raises EngineError where that takes longer than a task may take to stop.
    """
    spec = service["Spec"]
    timeout = spec["TaskTemplate"]["ContainerSpec"].get("StopGracePeriod", 0) / NANO + TOLD_SECONDS
    declared = spec["Labels"].get(DECLARED_LABEL) or str(spec["Mode"]["Replicated"]["Replicas"])
    _update(client, service, tasks=0, labels={**spec["Labels"], DECLARED_LABEL: declared})
    deadline = time.monotonic() + timeout
    while not all(is_over(task) for task in listing.tasks(client, {"service": service["ID"]})):
        if time.monotonic() > deadline:
            raise EngineError(f"service {spec['Name']} still has tasks after {timeout:.0f} s; see `docker service ps`")
        time.sleep(POLL_SECONDS)


def start(client: DockerClient, service_id: str, *, timeout: float, hidden: Sequence[str]) -> None:
    """Let a service have its tasks again, and `wait` for them."""
    [service] = listing.services(client, {"id": service_id})
    labels = dict(service["Spec"]["Labels"])
    declared = labels.pop(DECLARED_LABEL, None)
    if declared is not None:
        _update(client, service, tasks=int(declared), labels=labels)
    wait(client, service_id, timeout=timeout, hidden=hidden)


def _update(client: DockerClient, service: Service, *, tasks: int, labels: Mapping[str, str]) -> None:
    spec = {**service["Spec"], "Labels": dict(labels), "Mode": {"Replicated": {"Replicas": tasks}}}
    _post(client, f"{service['ID']}/update", spec, version=service["Version"]["Index"])


def _post(client: DockerClient, path: str, spec: Mapping[str, Any], **parameters: int) -> Mapping[str, Any]:
    # Not by docker-py's own calls, which build the specification anew and lose what they do not know of it.
    api: Any = client.api
    answer = api.post(f"{api.base_url}/v{api.api_version}/services/{path}", params=parameters, json=spec)
    said: Mapping[str, Any] = answer.json()
    if not answer.ok:
        raise EngineError(f"the Swarm refuses a change of service {spec['Name']}: {said.get('message', '')}")
    return said
