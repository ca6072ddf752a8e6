"""Runs in a replica before LiteLLM: told to stop while it starts, it stops.

The first process of a container ignores what it has no handler for, SIGTERM too (pid_namespaces(7)), and uvicorn brings
that one when LiteLLM is imported. A replica that had not heard of it would serve, and the engine, which waits as long
as a request may take, would kill it then.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STATUS = 128 + signal.SIGTERM
"""With which a process ends that SIGTERM ends."""

_serves = False


def at_once() -> None:
    """Stop at once from now on: nothing has been asked."""
    signal.signal(signal.SIGTERM, end)


@contextmanager
def meanwhile() -> Iterator[None]:
    """Stop at once while the block runs."""
    before = signal.getsignal(signal.SIGTERM)
    at_once()
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def in_order() -> None:
    """Leave it to uvicorn: when everything is answered, it puts back the handler that it found, and calls it."""
    global _serves  # there is one process, and one start of it
    _serves = True


def end(_number: int, _frame: FrameType | None) -> None:
    """End the process, if it does not serve yet."""
    if not _serves:
        os._exit(STATUS)
