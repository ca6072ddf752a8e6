"""Virtual environments in the cache, keyed by what goes in; the checkout has a link to them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from supply.cache import COMPLETE, build_in_place, recipe_key
from supply.console import Console
from supply.errors import SupplyError
from supply.folders import Folders
from supply.process import run

PIP_OPTIONS = ("--disable-pip-version-check", "--no-input")


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One environment: a requirements file (with those it includes), and the name of its link in the checkout."""

    requirements: str
    includes: tuple[str, ...]
    link: str


RUNTIME = Environment(requirements="requirements.txt", includes=("constraints.txt",), link=".venv")
DEVELOPMENT = Environment(
    requirements="requirements-dev.txt", includes=("requirements.txt", "constraints.txt"), link=".venv-dev"
)


def ensure(environment: Environment, *, checkout: Path, folders: Folders, console: Console) -> Path:
    """Have the environment and return its folder; its `bin` goes first on PATH."""
    with console.step(f"Python packages ({environment.requirements})") as step:
        files = [checkout / name for name in (environment.requirements, *environment.includes)]
        key = recipe_key(files, root=checkout, facts=[sys.version, sys.base_prefix])
        target = folders.cache / "venv" / key
        if not _usable(target):
            (target / COMPLETE).unlink(missing_ok=True)

        def build(folder: Path) -> None:
            run([sys.executable, "-m", "venv", folder], what="Making a virtual environment", step=step)
            run(
                [folder / "bin" / "python", "-m", "pip", "install", *PIP_OPTIONS, "--requirement", files[0]],
                what=f"Installing {environment.requirements}",
                step=step,
                cwd=checkout,
            )

        build_in_place(target, build, step=step)
        _link(checkout / environment.link, target, console)
    return target


def _usable(target: Path) -> bool:
    """Whether its Python still starts: an upgrade of the host's may have taken it away."""
    try:
        return subprocess.run([target / "bin" / "python", "-c", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _link(link: Path, target: Path, console: Console) -> None:
    """Point the checkout's link at the environment; a folder that the user made there is left alone."""
    if link.is_symlink():
        if link.readlink() == target:
            return
        link.unlink()
    elif link.exists():
        console.say(f"  note: {link.name} is a folder of your own and is left as it is; make uses {target}")
        return
    try:
        link.symlink_to(target)
    except FileExistsError:
        # Another run made it at the same time.
        if not link.is_symlink():
            raise SupplyError(f"{link} appeared while it was being made", mend="Run the command again.") from None
