"""`make logs`: what the stack's containers and services print, merged, each line with the name of what printed it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from supply.errors import SupplyError
from supply.process import capture

STACK_LABEL = "io.litellm-stack.stack"
COMPONENT_LABEL = "io.litellm-stack.component"
TASK_LABEL = "com.docker.swarm.task"
TAIL = "200"
LOGS = ("docker", "logs")
# A Swarm's own lines begin with the task and its node.
SERVICE_LOGS = ("docker", "service", "logs", "--no-task-ids")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A container or service to print by `command`; `label` is what its lines start with."""

    container: str
    label: str
    command: Sequence[str] = LOGS


def sources(identity: str, *, component: str | None) -> list[Source]:
    """Return what the stack `identity` (project/stack) runs, all of it or one component."""
    filters = [f"label={STACK_LABEL}={identity}"] + ([f"label={COMPONENT_LABEL}={component}"] if component else [])
    words = [word for value in filters for word in ("--filter", value)]
    listed = capture(["docker", "ps", "--all", "--format", "{{json .}}", *words], what="Listing the containers")
    containers = [line for line in map(json.loads, listed.splitlines()) if TASK_LABEL not in line["Labels"]]
    found: dict[str, Sequence[str]] = {str(line["Names"]): LOGS for line in containers}
    if _is_manager():
        listed = capture(["docker", "service", "ls", "--format", "{{.Name}}", *words], what="Listing the services")
        found |= dict.fromkeys(listed.split(), SERVICE_LOGS)
    prefix = identity.replace("/", "-") + "-"
    if not found:
        raise SupplyError(
            f"Stack {identity} has no container" + (f" of component {component!r}" if component else ""),
            mend="`make up` starts them; components are database, migration, proxy, edge, monitoring.",
        )
    return [
        Source(container=name, label=name.removeprefix(prefix), command=command)
        for name, command in sorted(found.items())
    ]


def _is_manager() -> bool:
    asked = capture(["docker", "info", "--format", "{{.Swarm.ControlAvailable}}"], what="Asking the engine")
    return asked.strip() == "true"


def show(identity: str, *, component: str | None, follow: bool) -> None:
    """Print the logs; with `follow` until Ctrl-C or until all containers have stopped."""
    found = sources(identity, component=component)
    width = max(len(source.label) for source in found)
    options = ["--follow"] if follow else []
    processes = []
    for source in found:
        process = subprocess.Popen(
            [*source.command, "--tail", TAIL, *options, source.container],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        processes.append((process, threading.Thread(target=_print, args=(process, source.label, width))))
    for _, printer in processes:
        printer.start()
        if not follow:
            # One after the other: nothing is gained by mixing what has been written.
            printer.join()
    try:
        for process, printer in processes:
            printer.join()
            process.wait()
    except KeyboardInterrupt:
        # The containers' log readers got it too.
        pass


def _print(process: subprocess.Popen[str], label: str, width: int) -> None:
    with process.stdout or nullcontext(()) as lines:
        for line in lines:
            sys.stdout.write(f"{label:<{width}} | {line.rstrip()}\n")
            sys.stdout.flush()
