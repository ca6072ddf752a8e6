"""`make logs`: the logs of a stack's containers, merged, each line with the container's name."""

from __future__ import annotations

import subprocess
import threading

from supply.errors import SupplyError
from supply.process import capture
from supply.workplace import Workplace

STACK_LABEL = "io.litellm-stack.stack"
COMPONENT_LABEL = "io.litellm-stack.component"
"""Labels that the program gives to its containers (engine/identity.py)."""


def show(place: Workplace, *, stack: str, component: str | None, follow: bool) -> None:
    """Print the logs of all containers of a stack, or of one component's, until they end or the user interrupts."""
    filters = [f"label={STACK_LABEL}=litellm-stack/{stack}"]
    filters += [f"label={COMPONENT_LABEL}={component}"] if component else []
    argv = [
        "docker",
        "ps",
        "--all",
        "--format",
        "{{.Names}}",
        *(word for name in filters for word in ("--filter", name)),
    ]
    names = capture(argv, what="Listing the containers", env=place.environment).split()
    if not names:
        raise SupplyError(
            f"stack {stack} has no containers{f' of {component}' if component else ''}",
            mend="Components: proxy, edge, database, prometheus. `make up` starts them.",
        )
    width = max(len(name) for name in names)
    readers = [threading.Thread(target=_print, args=(place, name, width, follow), daemon=True) for name in names]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()


def _print(place: Workplace, name: str, width: int, follow: bool) -> None:
    argv = ["docker", "logs", "--tail", "100", *(["--follow"] if follow else []), name]
    with subprocess.Popen(
        argv,
        env=dict(place.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            place.console.say(f"{name:<{width}}  {line.rstrip()}")
