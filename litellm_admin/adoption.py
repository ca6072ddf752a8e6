"""A virtual key that was adopted: it keeps its users' value until its rotation is raised beyond that of the adoption.

Two inputs of the resource tell which value the key has. `rotation` is the position that is declared now; `start`, which
the provider's check adds and the state keeps, is the position at the adoption.

Pulumi checks the inputs of a replacement as if there had been no resource before (step_generator.go in pulumi/pkg), so
`start` would be lost with the first rotation. That is why an adopted key is rotated by an update and never replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

FIRST: Final = "1.1"
"""The start of a key that was adopted before the state recorded one: with other numbers its value was replaced."""


def position(*, number: int, seed: int) -> str:
    """Return the position in the rotation, from the number that counts for the key's value and that of the seed."""
    return f"{number}.{seed}"


def is_beyond(rotation: str, start: str) -> bool:
    """Whether one of the numbers in `rotation` is higher than at the start."""
    return any(now > then for now, then in zip(_numbers(rotation), _numbers(start), strict=True))


def start_of(olds: Mapping[str, Any], news: Mapping[str, Any]) -> str:
    """Return the position at which a key was adopted; that of now for a key that is adopted now."""
    return str(olds.get("start") or (FIRST if olds else news["rotation"]))


def was_rotated(props: Mapping[str, Any]) -> bool:
    """Whether an adopted key has a value of the stack's own, by its recorded inputs."""
    if "rotation" in props:
        return is_beyond(str(props["rotation"]), str(props.get("start") or FIRST))
    # Recorded before there were positions: then a grace was given with a value only.
    return "grace" in props


def _numbers(position: str) -> list[int]:
    return [int(number) for number in position.split(".")]
