"""The tasks of a service: which run, which failed, and what they said last."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.logs import LAST_LINES, redact

if TYPE_CHECKING:
    from docker import DockerClient

Task = Mapping[str, Any]
FAILED = ("failed", "rejected")
HEADER = ">BxxxL"
"""Before each piece of a log: the stream, and the length (docs.docker.com/engine/api, "Attach to a container")."""
LOG_SECONDS = 10


def is_running(task: Task) -> bool:
    """Tell whether a task works: one with a health check has passed it."""
    return bool(task["Status"]["State"] == "running" and task["DesiredState"] == "running")


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
