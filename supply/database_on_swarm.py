"""The database of a stack on a Swarm, and the replicas that use it, as `make upgrade-database` handles them.

It is asked on a manager. The data may be on another node, which only a task of the Swarm reaches.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from supply import postgres_image
from supply.errors import SupplyError
from supply.logs import COMPONENT_LABEL, STACK_LABEL
from supply.process import capture, run

POLL_SECONDS = 0.5
LOOK_SECONDS = 120
"""How long a node may take to start a task that looks at a volume: it may have to pull the image."""
TOLD_SECONDS = 60
"""How long a node may take to say that a task has ended."""
_NANO = 1_000_000_000
_IS_EMPTY = 'test -z "$(ls -A /volume)"'
_ENDED = ("Complete", "Shutdown", "Failed", "Rejected", "Orphaned", "Remove")


@dataclass(frozen=True, kw_only=True)
class OnSwarm:
    """The `service` of the database, in the stack with `label`."""

    service: str
    label: str

    def major(self) -> int:
        """Return Postgres's major version: its data is of the image that works with it."""
        return postgres_image.major(_specification(self.service)["TaskTemplate"]["ContainerSpec"]["Image"])

    def is_taken(self, volume: str) -> bool:
        """Tell whether there is something in a volume of this name on the node with the data. Raises SupplyError."""
        template = _specification(self.service)["TaskTemplate"]
        task = template["ContainerSpec"]
        [constraint] = template["Placement"]["Constraints"]
        [mounted] = [mount for mount in task["Mounts"] if mount["Type"] == "volume"]
        labels = [f"volume-label={name}={value}" for name, value in mounted["VolumeOptions"]["Labels"].items()]
        look = f"{self.service}-look-{secrets.token_hex(3)}"
        mount = ["--mount", ",".join(["type=volume", f"source={volume}", "target=/volume", "readonly", *labels])]
        once = [
            "--detach",
            "--no-resolve-image",
            "--restart-condition",
            "none",
            "--constraint",
            constraint,
            "--entrypoint",
            "sh",
        ]
        command = ["docker", "service", "create", "--name", look, *once, *mount, task["Image"], "-c", _IS_EMPTY]
        run(command, what=f"Looking at the volume {volume}")
        try:
            return _end(look, volume) != "Complete"
        finally:
            run(["docker", "service", "rm", look], what=f"Removing the service {look}")

    def stop_replicas(self) -> Callable[[], None]:
        """Let nobody write any more; what is returned starts the replicas again."""
        words = ["--filter", f"label={STACK_LABEL}={self.label}", "--filter", f"label={COMPONENT_LABEL}=proxy"]
        listed = capture(["docker", "service", "ls", "--quiet", *words], what="Listing the services")
        tasks = {service: _replicas(service) for service in listed.split()}
        _scale(dict.fromkeys(tasks, 0))
        for service in tasks:
            _wait_until_ended(service)
        return lambda: _scale(tasks)


def _specification(service: str) -> dict[str, Any]:
    shown = capture(["docker", "service", "inspect", "--format", "{{json .Spec}}", service], what=f"Reading {service}")
    found: dict[str, Any] = json.loads(shown)
    return found


def _replicas(service: str) -> int:
    return int(_specification(service)["Mode"]["Replicated"]["Replicas"])


def _scale(tasks: dict[str, int]) -> None:
    words = [f"{service}={count}" for service, count in tasks.items()]
    run(["docker", "service", "scale", "--detach", *words], what="Telling the replicas' service how many it has")


def _states(service: str) -> list[tuple[str, str]]:
    """Return the state of each task of a service, and what is wrong with it."""
    shown = capture(
        ["docker", "service", "ps", "--no-trunc", "--format", "{{.CurrentState}}\t{{.Error}}", service],
        what=f"Asking for the tasks of {service}",
    )
    rows = [row.partition("\t") for row in shown.splitlines() if row.strip()]
    return [(state.split()[0], error) for state, _, error in rows]


def _wait_until_ended(service: str) -> None:
    """Return when the tasks of a service have answered what they had in flight, and run no more."""
    grace = int(_specification(service)["TaskTemplate"]["ContainerSpec"]["StopGracePeriod"] / _NANO)
    deadline = time.monotonic() + grace + TOLD_SECONDS
    while any(state not in _ENDED for state, _ in _states(service)):
        if time.monotonic() > deadline:
            raise SupplyError(f"Service {service} still has tasks that work", mend=f"See: docker service ps {service}")
        time.sleep(POLL_SECONDS)


def _end(service: str, volume: str) -> str:
    """Return how the one task of a service has ended."""
    deadline = time.monotonic() + LOOK_SECONDS
    while time.monotonic() < deadline:
        for state, error in _states(service):
            if state in _ENDED:
                if error and "non-zero exit (1)" not in error:
                    raise SupplyError(f"The volume {volume} cannot be looked at: {error}")
                return state
        time.sleep(POLL_SECONDS)
    raise SupplyError(f"The volume {volume} cannot be looked at: its node starts nothing within {LOOK_SECONDS} s")
