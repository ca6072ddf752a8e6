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
    containers = _containers(identity, component)
    found: dict[str, Sequence[str]] = {
        str(line["Names"]): LOGS for line in containers if TASK_LABEL not in _labels(line)
    }
    if _is_manager():
        found |= dict.fromkeys(_services(identity, component), SERVICE_LOGS)
    prefix = identity.replace("/", "-") + "-"
    if not found:
        there = _components(identity) if component else []
        raise SupplyError(
            f"Stack {identity} has no container" + (f" of component {component!r}" if component else ""),
            mend=f"It has: {', '.join(there)}." if there else "`make up` starts them.",
        )
    return [
        Source(container=name, label=name.removeprefix(prefix), command=command)
        for name, command in sorted(found.items())
    ]


def _components(identity: str) -> list[str]:
    """Return the components that a stack has containers or services of."""
    services = _services(identity, None) if _is_manager() else []
    named = {name.removeprefix(identity.replace("/", "-") + "-") for name in services}
    return sorted({_labels(line).get(COMPONENT_LABEL, "") for line in _containers(identity, None)} - {""} | named)


def _containers(identity: str, component: str | None) -> list[dict[str, str]]:
    command = ["docker", "ps", "--all", "--format", "{{json .}}", *_filters(identity, component)]
    return [json.loads(line) for line in capture(command, what="Listing the containers").splitlines()]


def _services(identity: str, component: str | None) -> list[str]:
    command = ["docker", "service", "ls", "--format", "{{.Name}}", *_filters(identity, component)]
    return capture(command, what="Listing the services").split()


def _filters(identity: str, component: str | None) -> list[str]:
    filters = [f"label={STACK_LABEL}={identity}"] + ([f"label={COMPONENT_LABEL}={component}"] if component else [])
    return [word for value in filters for word in ("--filter", value)]


def _labels(line: dict[str, str]) -> dict[str, str]:
    """Read the labels of a line of `docker ps`: `name=value,name=value`."""
    pairs = (label.partition("=") for label in line["Labels"].split(","))
    return {name: value for name, _, value in pairs}


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
