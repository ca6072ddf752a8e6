"""What a command printed is whole, or it is no answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from unittest.mock import create_autospec

import pytest
from docker.models.containers import Container, ExecResult

from engine import execution
from engine.api import EngineError


def container(*answers: tuple[int, bytes]) -> Any:
    """Return a container whose engine answers so, one call after the other."""
    made = create_autospec(Container, instance=True)
    made.name = "database"
    made.exec_run.side_effect = [ExecResult(status, output) for status, output in answers]
    return made


def whole(text: str) -> bytes:
    return f"{text}{execution.MARK}".encode()


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([(0, whole("a\n"))], (0, "a\n")),
        ([(0, whole(""))], (0, "")),
        ([(3, whole("a") + b"why not\n")], (3, "awhy not\n")),
        ([(0, b""), (0, b"a"), (0, whole("a\n"))], (0, "a\n")),
    ],
    ids=["whole", "nothing to say", "errors come by another way", "lost, cut off, whole"],
)
def test_a_command_is_run_until_its_output_is_whole(
    answers: Iterable[tuple[int, bytes]], expected: tuple[int, str]
) -> None:
    assert execution.run(container(*answers), ["true"]) == expected


def test_an_engine_that_goes_on_losing_it_is_named() -> None:
    with pytest.raises(EngineError, match="lost what a command in container database printed, 5 times"):
        execution.run(container(*[(0, b"")] * execution.ATTEMPTS), ["psql"])
