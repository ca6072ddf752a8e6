"""`make plan` and `make up PLAN=...`: an update that does what was reviewed, and nothing else.

Pulumi writes into a plan what it will do to each resource. Secrets in it are encrypted as in the state; names, limits
and addresses are not.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from supply.errors import SupplyError
from supply.pulumi import Pulumi

FILE = "plan.json"
MISFIT = """Where it says `violates plan`, the program, the stack config or what is there is not what it was when the
plan was made: make plan FILE={file}, have it reviewed, and apply that."""


def save(pulumi: Pulumi, file: Path, *, options: Sequence[str]) -> None:
    """Show what would change and write it to `file`, which is there afterwards only if the preview succeeded."""
    target = file.resolve()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    target.unlink(missing_ok=True)
    # The CLI writes into a file that is there and keeps its mode.
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        pulumi.run("preview", "--diff", "--save-plan", str(target), *options)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def apply(pulumi: Pulumi, file: Path) -> None:
    """Do what the plan says. Raises SupplyError where the update would be another one, or fails."""
    try:
        pulumi.run("up", "--yes", "--skip-preview", "--plan", str(file.resolve()))
    except SupplyError as error:
        raise SupplyError(error.message, mend=error.mend or MISFIT.format(file=file)) from None


def check(file: Path) -> None:
    """Raise SupplyError where there is no such plan."""
    if not file.is_file():
        raise SupplyError(f"There is no plan {file}", mend=f"Make one first: make plan FILE={file}")
