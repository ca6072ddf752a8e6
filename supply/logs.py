"""`make logs`: what the stack's containers print, merged, each line with its container's name."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass

from supply.errors import SupplyError
from supply.process import capture

STACK_LABEL = "io.litellm-stack.stack"
COMPONENT_LABEL = "io.litellm-stack.component"
TAIL = "200"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A container to print; `label` is what its lines start with."""

    container: str
    label: str


def sources(identity: str, *, component: str | None) -> list[Source]:
    """Return the containers of the stack `identity` (project/stack), all of them or those of one component."""
    filters = [f"label={STACK_LABEL}={identity}"] + ([f"label={COMPONENT_LABEL}={component}"] if component else [])
    words = [word for value in filters for word in ("--filter", value)]
    listed = capture(["docker", "ps", "--all", "--format", "{{json .}}", *words], what="Listing the containers")
    prefix = identity.replace("/", "-") + "-"
    names = sorted(json.loads(line)["Names"] for line in listed.splitlines())
    if not names:
        raise SupplyError(
            f"Stack {identity} has no container" + (f" of component {component!r}" if component else ""),
            mend="`make up` starts them; components are database, migration, proxy, edge, monitoring.",
        )
    return [Source(container=name, label=name.removeprefix(prefix)) for name in names]


def show(identity: str, *, component: str | None, follow: bool) -> None:
    """Print the logs; with `follow` until Ctrl-C or until all containers have stopped."""
    found = sources(identity, component=component)
    width = max(len(source.label) for source in found)
    options = ["--follow"] if follow else []
    processes = []
    for source in found:
        process = subprocess.Popen(
            ["docker", "logs", "--tail", TAIL, *options, source.container],
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
    for line in process.stdout or ():
        sys.stdout.write(f"{label:<{width}} | {line.rstrip()}\n")
        sys.stdout.flush()
