"""Which Postgres is in an image."""

from __future__ import annotations

import json

from supply.errors import SupplyError
from supply.process import capture, run, succeeds

_MAJOR = "PG_MAJOR="


def major(image: str) -> int:
    """Return the major version that an image says it has; pulled where the engine does not have it."""
    if not succeeds(["docker", "image", "inspect", image]):
        run(["docker", "pull", image], what=f"Pulling {image}")
    shown = capture(["docker", "image", "inspect", "--format", "{{json .Config.Env}}", image], what=f"Reading {image}")
    for entry in json.loads(shown) or ():
        if str(entry).startswith(_MAJOR):
            return int(str(entry).removeprefix(_MAJOR))
    raise SupplyError(f"{image} does not say which Postgres it is (no {_MAJOR[:-1]} in its environment)")
