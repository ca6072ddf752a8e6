"""What a killed run of tests left on the engine: found by the stack's label, and removed."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from engine.identity import STACK_LABEL


@contextmanager
def no_leftovers(engine: docker.DockerClient, prefix: str) -> Iterator[None]:
    """Remove stacks with `prefix` that a killed run of these tests left behind, unless another run is at work."""
    with (Path(tempfile.gettempdir()) / f"litellm-stack-{prefix}lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            remove(engine, f"litellm-stack/{prefix}")
        # Every run holds it, or one that starts when the first has ended would remove the stack of the second.
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def owned(engine: docker.DockerClient, label: str) -> list[Any]:
    """Return what the engine has with a stack label that starts with `label`, containers first."""
    found = [
        *engine.containers.list(all=True, filters={"label": STACK_LABEL}, ignore_removed=True),
        *engine.networks.list(filters={"label": STACK_LABEL}),
        *engine.volumes.list(filters={"label": STACK_LABEL}),
    ]
    return [thing for thing in found if _label(thing).startswith(label)]


def remove(engine: docker.DockerClient, label: str) -> None:
    """Remove all of that."""
    for thing in owned(engine, label):
        if isinstance(thing, Container):
            thing.remove(force=True, v=True)
        else:
            thing.remove()


def _label(thing: Any) -> str:
    labels = thing.attrs.get("Labels") or thing.attrs.get("Config", {}).get("Labels") or {}
    return str(labels.get(STACK_LABEL, ""))
