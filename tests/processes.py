"""Ending processes that tests started."""

from __future__ import annotations

import subprocess
from contextlib import suppress

import psutil


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process as a crash would, and then what it started: plugins have process groups of their own and stay."""
    with suppress(psutil.NoSuchProcess):
        started = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        for child in started:
            with suppress(psutil.NoSuchProcess):
                child.kill()
