"""The tasks of a service: which run, which failed, and what they said last."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.api import EngineError
from engine.logs import LAST_LINES, redact
from engine.swarm.listing import Task

if TYPE_CHECKING:
    from docker import DockerClient

FAILED = ("failed", "rejected")
OVER = (*FAILED, "complete", "shutdown", "orphaned", "remove")
POLL_SECONDS = 0.5
STOP_SECONDS = 120
"""How long the containers of a service that was removed may take to end."""
HEADER = ">BxxxL"
"""Before each piece of a log: the stream, and the length (docs.docker.com/engine/api, "Attach to a container")."""
LOG_SECONDS = 10


def is_running(task: Task) -> bool:
    """Tell whether a task works: one with a health check has passed it."""
    return bool(task["Status"]["State"] == "running" and task["DesiredState"] == "running")


def is_over(task: Task) -> bool:
    """Tell whether nothing of a task runs any more."""
    return task["Status"]["State"] in OVER


def wait_until_ended(client: DockerClient, *, labels: Mapping[str, str], timeout: float) -> None:
    """Return when no container with `labels` runs for a service that was removed.

    A service is removed at once, its containers end later, on their nodes. Two Postgres on one volume lose its data.
    Raises EngineError after `timeout` seconds.
    """
    api: Any = client.api  # docker-py leaves tasks and services untyped
    deadline = time.monotonic() + timeout
    while left := _of_removed_services(api, labels):
        if time.monotonic() > deadline:
            nodes = ", ".join(sorted({task["NodeID"] for task in left}))
            raise EngineError(
                f"containers of a service that was removed have not ended within {timeout:.0f} s, on node {nodes}; if"
                " that node is gone for good, `docker node rm --force` it, and run the update again"
            )
        time.sleep(POLL_SECONDS)


def _of_removed_services(api: Any, labels: Mapping[str, str]) -> list[Task]:
    present = {service["ID"] for service in api.services()}
    return [
        task
        for task in api.tasks()
        if task["ServiceID"] not in present
        and task.get("NodeID")
        and not is_over(task)
        and labels.items() <= (task["Spec"].get("ContainerSpec", {}).get("Labels") or {}).items()
    ]


def last_failure(client: DockerClient, tasks: Iterable[Task], *, hidden: Iterable[str]) -> str:
    """Return why the last of `tasks` that failed did, with the end of its log, without any of the `hidden` values."""
    failed = sorted((task for task in tasks if task["Status"]["State"] in FAILED), key=lambda task: task["UpdatedAt"])
    if not failed:
        return "no task has failed so far"
    [task] = failed[-1:]
    reason = task["Status"].get("Err") or task["Status"].get("Message", "")
    text = redact(f"{reason}; its log ends with\n{_log(client, task)}", hidden)
    return f"the last task that failed says: {text}"


def _log(client: DockerClient, task: Task) -> str:
    # docker-py knows the logs of services only, in which those of tasks that work drown the others.
    api = client.api
    answer = api.get(
        f"{api.base_url}/v{api.api_version}/tasks/{task['ID']}/logs",
        params={"stdout": 1, "stderr": 1, "tail": LAST_LINES},
        timeout=LOG_SECONDS,
    )
    lines = _text(answer.content).splitlines() if answer.ok else []
    return "\n".join(f"    {line}" for line in lines) or "    (it logged nothing)"


def _text(stream: bytes) -> str:
    text, position = b"", 0
    while position + 8 <= len(stream):
        _, length = struct.unpack(HEADER, stream[position : position + 8])
        text += stream[position + 8 : position + 8 + length]
        position += 8 + length
    return text.decode(errors="replace")
