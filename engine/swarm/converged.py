"""Waiting until a service is as declared. Pulumi-docker can wait too, but not for a service on every node."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi
from docker.errors import NotFound
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from engine.api import EngineError, connect
from engine.identity import SPEC_LABEL
from engine.swarm import listing
from engine.swarm.tasks import is_running, last_failure

if TYPE_CHECKING:
    from docker import DockerClient

POLL_SECONDS = 0.5
THROUGH = (None, "completed", "rollback_completed")
"""States of an update with nothing left to do; none is that of a service that was never updated."""


class ConvergedProvider(ResourceProvider):
    """Waits for the tasks of a service. Stateless, so that Pulumi stores it by reference."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Wait for a service that was told something else."""
        return DiffResult(changes=any(_olds.get(name) != _news.get(name) for name in ("service_id", "spec")))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Wait until the service is as declared."""
        wait_until_converged(props)
        return CreateResult(id_=props["service_id"], outs=props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Wait until the update is through."""
        wait_until_converged(_news)
        return UpdateResult(outs=_news)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Report a service that is not as declared as gone, so that the next update waits for its repair."""
        client = connect()
        try:
            service = _service(client, props["service_id"])
            converged = not _taken_back(service, props["spec"]) and _converged(client, service)
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


def wait_until_converged(props: Mapping[str, Any]) -> None:
    """Return when every task of the service works and is as declared; `props` are the inputs of Converged.

    Raises EngineError, with the log of the task that failed, where the Swarm took the change back, or after `timeout`
    seconds for each task.
    """
    client = connect()
    try:
        service, began = _service(client, props["service_id"]), time.monotonic()
        while _taken_back(service, props["spec"]) or not _converged(client, service):
            waited = time.monotonic() - began
            if failure := _failure(service, props, waited=waited):
                tasks = listing.tasks(client, {"service": service["ID"]})
                reason = last_failure(client, tasks, hidden=props["hidden"])
                raise EngineError(f"service {service['Spec']['Name']} {failure}; {reason}")
            time.sleep(POLL_SECONDS)
            service = _service(client, props["service_id"])
    except NotFound:
        raise EngineError("the service was removed while the stack waited for it; run the update again") from None
    finally:
        client.close()


def _failure(service: Mapping[str, Any], props: Mapping[str, Any], *, waited: float) -> str | None:
    """Return why there is nothing more to wait for, after so many seconds, or None."""
    if _taken_back(service, props["spec"]):
        return "was rolled back to what ran before"
    if waited <= props["timeout"] * max(1, _declared(service)):
        return None
    status = service["ServiceStatus"]
    return f"has {status['RunningTasks']} of {status['DesiredTasks']} tasks after {waited:.0f} s (startTimeout)"


def _taken_back(service: Mapping[str, Any], spec: str) -> bool:
    """Tell whether the service has become another one than was declared, as a Swarm makes it that rolls back."""
    return bool(service["Spec"]["Labels"].get(SPEC_LABEL) != spec)


def _service(client: DockerClient, service_id: str) -> Mapping[str, Any]:
    found = listing.services(client, {"id": service_id})
    if not found:
        raise NotFound("")
    return found[0]


def _declared(service: Mapping[str, Any]) -> int:
    return int(service["ServiceStatus"]["DesiredTasks"])


def _converged(client: DockerClient, service: Mapping[str, Any]) -> bool:
    if (service.get("UpdateStatus") or {}).get("State") not in THROUGH:
        return False
    declared = service["Spec"]["TaskTemplate"]["ContainerSpec"]
    tasks = listing.tasks(client, {"service": service["ID"], "desired-state": "running"})
    working = [task for task in tasks if is_running(task)]
    return len(working) == _declared(service) > 0 and all(task["Spec"]["ContainerSpec"] == declared for task in working)
