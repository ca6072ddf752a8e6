"""Waiting for something that a test has set going."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(condition: Callable[[], bool], *, within: float = 60, every: float = 0.1) -> float:
    """Return how many seconds it took until `condition` held; fail the test where it does not hold in time."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within
        time.sleep(every)
    return time.monotonic() - began
