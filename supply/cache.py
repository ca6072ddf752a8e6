"""Built things, keyed by the content of what they are built from."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from supply.console import Step

KEY_LENGTH = 16
COMPLETE = ".complete"


def recipe_key(files: Iterable[Path], *, root: Path, facts: Iterable[str] = ()) -> str:
    """Return a short hash of the files' names below `root`, their modes and contents, and of further facts."""
    digest = hashlib.sha256()
    for file in sorted(files):
        executable = os.access(file, os.X_OK)
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(root).as_posix()}\0{executable}\0{content}\n".encode())
    for fact in facts:
        digest.update(f"{fact}\n".encode())
    return digest.hexdigest()[:KEY_LENGTH]


def files_below(folder: Path) -> list[Path]:
    """All files of a recipe's folder, without what running the recipe leaves there."""
    return [file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts]


@contextmanager
def locked(path: Path, step: Step) -> Iterator[None]:
    """Hold the lock file at `path`, so that two runs at once do the work once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            step.progress("waiting for another run to finish it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def build_once(target: Path, build: Callable[[Path], None], *, step: Step) -> Path:
    """Have the folder `target`: there already, or made by `build` in a folder of its own and then renamed.

    A run that is killed leaves no half of it under the name. Sets the step's outcome to "cached" or "built".
    """
    step.outcome = "cached"
    if target.exists():
        return target
    with locked(target.parent / f"{target.name}.lock", step):
        if target.exists():
            return target
        workplace = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
        try:
            workplace.chmod(0o755)
            build(workplace)
            workplace.rename(target)
        finally:
            shutil.rmtree(workplace, ignore_errors=True)
    step.outcome = "built"
    return target


def build_in_place(target: Path, build: Callable[[Path], None], *, step: Step) -> Path:
    """Like `build_once`, for what carries its own path and cannot be renamed: a marker says that it is complete."""
    step.outcome = "cached"
    marker = target / COMPLETE
    if marker.exists():
        return target
    with locked(target.parent / f"{target.name}.lock", step):
        if marker.exists():
            return target
        shutil.rmtree(target, ignore_errors=True)
        build(target)
        marker.touch()
    step.outcome = "built"
    return target
