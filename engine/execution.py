"""What commands in containers print: all of it, or nothing.

An engine waits two seconds, after a command has ended, for what it printed, and drops the rest without a word
(https://github.com/moby/moby/issues/27289; ProcessEvent and handleContainerExit in moby's daemon/monitor.go): on a busy
host the exit status says success, and nothing was printed. So what is printed ends with a mark here, and what comes
without it is no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from engine.api import EngineError

if TYPE_CHECKING:
    from docker.models.containers import Container

MARK = "litellm-stack: that is all"
ATTEMPTS = 5


def marked(command: Sequence[str]) -> list[str]:
    """Return what runs a command and ends its output with the mark, in an image that has a shell."""
    return ["sh", "-c", f'"$@"; status=$?; printf %s "{MARK}"; exit $status', "sh", *command]


def until_whole(run: Callable[[], tuple[int, bytes]], *, container: str) -> tuple[int, str]:
    """Run a `marked` command, again where the engine lost what it printed, and return its exit status and that.

    So it has to be one that may run twice. Raises EngineError where the engine loses it again and again.
    """
    for _ in range(ATTEMPTS):
        status, printed = run()
        # Standard error comes by a way of its own, which may be the longer one.
        before, mark, after = printed.decode(errors="replace").rpartition(MARK)
        if mark:
            return status, before + after
    raise EngineError(
        f"the engine lost what a command in container {container} printed, {ATTEMPTS} times: its host is too busy;"
        " try again"
    )


def run(
    container: Container,
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    user: str = "",
    errors: bool = True,
) -> tuple[int, str]:
    """Run a command that may run twice in a container, and return its exit status and what it prints.

    `errors` is whether standard error is part of that. Raises EngineError where the engine loses it again and again,
    and APIError where the container does not run.
    """

    def once() -> tuple[int, bytes]:
        given = dict(environment or {})
        result = container.exec_run(marked(command), environment=given, user=user, stderr=errors)
        return int(result.exit_code or 0), cast("bytes", result.output)  # an iterator only where it is streamed

    return until_whole(once, container=str(container.name))
