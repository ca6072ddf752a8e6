"""Health checks that go on asking inside the container, because it is the engine's start of them that costs.

To run a command in a container takes an engine some 100 ms of processor time, whatever the command: once a second, in
each container, that is a third of a core for a gateway that does nothing (docs/performance.md). So only what is not
known to be healthy is asked anew by the engine; a check that finds its container still healthy goes on asking for
`HELD_SECONDS` before it says so. What fails inside it is told at once.

The engine's own means, another interval while a container starts (`start_interval`), begins with Docker 25, and
services of a Swarm have none.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.workload import HealthCheck

HELD_SECONDS = 30
PAUSE_SECONDS = 5
TURNS = HELD_SECONDS // PAUSE_SECONDS
MARK = "/tmp/healthy"  # noqa: S108  # a path in the container, in memory: one that starts again is without it
"""There while the container is known to be healthy."""

SHELL = (
    f'ask() {{ "$@" || {{ rm -f {MARK}; exit 1; }}; }}; ask "$@";'
    f' if [ -e {MARK} ]; then for turn in {" ".join(map(str, range(TURNS)))}; do sleep {PAUSE_SECONDS}; ask "$@"; done;'
    f" else : > {MARK}; fi"
)
PYTHON = f"""\
import pathlib, sys, time, urllib.request
mark = pathlib.Path({MARK!r})
try:
    for turn in range(1 + {TURNS} * mark.exists()):
        time.sleep({PAUSE_SECONDS} if turn else 0)
        urllib.request.urlopen(sys.argv[1], timeout=float(sys.argv[2])).close()
except Exception:
    mark.unlink(missing_ok=True)
    raise
mark.touch()
"""


def by_command(command: Sequence[str], *, interval: int, timeout: int, retries: int) -> HealthCheck:
    """Return a check by a command, in an image that has a shell. Times are in seconds, as of one that is not held."""
    held = ["sh", "-c", SHELL, "health", *command]
    return HealthCheck(command=held, interval=interval, timeout=HELD_SECONDS + timeout, retries=retries)


def by_http(url: str, *, interval: int, timeout: int, retries: int) -> HealthCheck:
    """Return a check by an HTTP request, in an image that has Python: one process asks, again and again."""
    held = ["python3", "-c", PYTHON, url, str(timeout)]
    # The request ends before the engine ends the check, with two seconds for Python to start.
    return HealthCheck(command=held, interval=interval, timeout=HELD_SECONDS + timeout + 2, retries=retries)
