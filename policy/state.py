"""What the state records, before the update: a pack is told what will be there, and not what was."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

from policy.resources import Resource, spread


class StateError(Exception):
    """The state cannot be read; the message says what the CLI said."""


def read(stack: str) -> list[Resource]:
    """Ask the CLI for the recorded resources of a stack; secrets stay encrypted. Raises StateError."""
    command = ["pulumi", "stack", "export", "--stack", stack]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode:
        raise StateError(f"the policy pack cannot read the state of stack {stack}: {result.stderr.strip()}")
    return recorded(json.loads(result.stdout).get("deployment", {}).get("resources") or ())


def recorded(exported: Iterable[Mapping[str, Any]]) -> list[Resource]:
    """Turn an exported state into resources, without those that are only waiting to be deleted."""
    return spread(
        Resource(
            urn=str(resource["urn"]),
            type=str(resource["type"]),
            values=resource.get("inputs") or {},
            protect=bool(resource.get("protect")),
            retained=bool(resource.get("retainOnDelete")),
        )
        for resource in exported
        if not resource.get("delete")
    )
