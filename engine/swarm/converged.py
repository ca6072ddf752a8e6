"""Waiting until a service is as declared. Pulumi-docker can wait too, but not for a service on every node."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi
from docker.errors import NotFound
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from engine.api import EngineError, connect
from engine.swarm.tasks import Task, is_running, last_failure

if TYPE_CHECKING:
    from docker import DockerClient

POLL_SECONDS = 0.5
ENDED = {
    "rollback_started": "was rolled back to what ran before",
    "rollback_completed": "was rolled back to what ran before",
    "rollback_paused": "could not even be rolled back, and is paused",
    "paused": "is paused",
}
"""States of an update that has failed, and what that means."""


class ConvergedProvider(ResourceProvider):
    """Waits for the tasks of a service. Stateless, so that Pulumi stores it by reference."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Wait for a service that was told something else."""
        return DiffResult(changes=any(_olds.get(name) != _news.get(name) for name in ("service_id", "spec")))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Wait until the service is as declared."""
        wait_until_converged(props["service_id"], timeout=props["timeout"], hidden=props["hidden"])
        return CreateResult(id_=props["service_id"], outs=props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Wait until the update is through."""
        wait_until_converged(_news["service_id"], timeout=_news["timeout"], hidden=_news["hidden"])
        return UpdateResult(outs=_news)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Report a service that is not as declared as gone, so that the next update waits for its repair."""
        client = connect()
        try:
            converged = _converged(client, _service(client, props["service_id"]))
        except NotFound:
            converged = False
        finally:
            client.close()
        return ReadResult(id_, props) if converged else ReadResult(None, {})


class Converged(Resource, module="engine", name="Converged"):
    """A service of which every task works and is of the declared form. What depends on this one starts after that.

    spec: differs whenever the service is told something else. timeout: seconds for each of its tasks. hidden: values
    that no message may show.
    """

    def __init__(
        self,
        name: str,
        *,
        service_id: pulumi.Input[str],
        spec: pulumi.Input[str],
        timeout: int,
        hidden: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "service_id": service_id,
            "spec": spec,
            "timeout": timeout,
            "hidden": pulumi.Output.secret(list(hidden)),
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=["hidden"])
        super().__init__(ConvergedProvider(), name, inputs, pulumi.ResourceOptions.merge(opts, secret))


def wait_until_converged(service_id: str, *, timeout: float, hidden: Sequence[str]) -> None:
    """Return when every task of the service works and is as declared.

    Raises EngineError, with the log of the task that failed, where the update is rolled back, or after `timeout`
    seconds for each task.
    """
    client = connect()
    try:
        service = _service(client, service_id)
        name, began = service["Spec"]["Name"], time.monotonic()
        while not _converged(client, service):
            state = (service.get("UpdateStatus") or {}).get("State")
            tasks = _tasks(client, {"service": service_id})
            if state in ENDED:
                raise EngineError(f"service {name} {ENDED[state]}; {last_failure(client, tasks, hidden=hidden)}")
            if time.monotonic() - began > timeout * max(1, _declared(service)):
                raise EngineError(
                    f"service {name} has {_declared(service)} tasks declared, and"
                    f" {len([task for task in tasks if is_running(task)])} work after"
                    f" {time.monotonic() - began:.0f} s (startTimeout); {last_failure(client, tasks, hidden=hidden)}"
                )
            time.sleep(POLL_SECONDS)
            service = _service(client, service_id)
    except NotFound:
        raise EngineError("the service was removed while the stack waited for it; run the update again") from None
    finally:
        client.close()


def _service(client: DockerClient, service_id: str) -> Mapping[str, Any]:
    """Return a service with how many tasks it is to have: one for each node where it runs everywhere."""
    listed: Any = client.api.services  # docker-py leaves it untyped
    found: list[Mapping[str, Any]] = listed({"id": service_id}, status=True)
    if not found:
        raise NotFound("")
    return found[0]


def _tasks(client: DockerClient, filters: Mapping[str, str]) -> list[Task]:
    listed: Any = client.api.tasks  # docker-py leaves it untyped
    found: list[Task] = listed(filters)
    return found


def _declared(service: Mapping[str, Any]) -> int:
    return int(service["ServiceStatus"]["DesiredTasks"])


def _converged(client: DockerClient, service: Mapping[str, Any]) -> bool:
    if (service.get("UpdateStatus") or {}).get("State") not in (None, "completed"):
        return False
    declared = service["Spec"]["TaskTemplate"]["ContainerSpec"]
    tasks = _tasks(client, {"service": service["ID"], "desired-state": "running"})
    working = [task for task in tasks if is_running(task)]
    return len(working) == _declared(service) > 0 and all(task["Spec"]["ContainerSpec"] == declared for task in working)
