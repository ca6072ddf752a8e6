"""The application's `.env`: the gateway's address, a virtual key and a model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from supply.backend import write_private


def update(path: Path, values: Mapping[str, str]) -> None:
    """Set variables in a `.env`, whole or not at all, readable by its owner only; other lines stay as they are."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if name_of(line) not in values]
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    write_private(
        draft, "".join(f"{line}\n" for line in [*kept, *(f"{name}={value}" for name, value in values.items())])
    )
    draft.replace(path)


def value_of(path: Path, name: str) -> str | None:
    """Return the value of a variable in a `.env`, None where there is none."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.partition("=")[2] for line in lines if name_of(line) == name), None)


def name_of(line: str) -> str:
    """Return the name of the variable that a line sets."""
    return line.partition("=")[0].removeprefix("export ").strip()
