"""What the engine's host has to give."""

from __future__ import annotations

import functools

from engine.api import connect


@functools.cache
def cpus() -> int:
    """Return how many CPUs the engine has: it refuses a container that may use more."""
    client = connect()
    try:
        return int(client.info()["NCPU"])
    finally:
        client.close()
