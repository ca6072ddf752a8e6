"""`make test` and `make check`: the tests and the static checks, with everything that they need."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from supply import browser, virtualenv
from supply import campaign as parts
from supply.console import Console
from supply.errors import NoEngineError, SupplyError
from supply.folders import user_folders
from supply.host import CHECKOUT, search_path, supply
from supply.process import capture
from supply.toolchain import Toolchain

# Each layer with what it needs beside Python packages.
LAYERS = {"unit": (), "integration": ("engine",), "e2e": ("engine", "browser")}
ALL = "all"
PROCESSES = 3
"""How many run tests at once: one more than a small host has cores, because tests often wait."""
PYTHON_SOURCES = "*.py"
GO_SOURCES = "*.go"


def check(console: Console) -> int:
    """Run the linters and the type checker; the number of those that found something."""
    folder = _packages(console)
    environment = {
        **os.environ,
        "PATH": search_path(folder, Toolchain(folder=None), os.environ),
        # Shared by all checkouts: in a fresh clone, mypy needs two minutes without it.
        "MYPY_CACHE_DIR": str(user_folders(os.environ).cache / "mypy"),
    }
    commands = [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy", *_tracked(PYTHON_SOURCES)],
    ]
    failed = 0
    for command in commands:
        console.say(f"$ {' '.join(command[:3])}")
        failed += bool(subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode)
    if shutil.which("gofmt"):
        console.say("$ gofmt -l")
        unformatted = capture(["gofmt", "-l", *_tracked(GO_SOURCES)], what="gofmt", cwd=CHECKOUT)
        console.say(unformatted)
        failed += bool(unformatted)
    return failed


def test(layer: str, arguments: Sequence[str], console: Console) -> int:
    """Prepare for the layers asked for and run pytest on them; its exit status."""
    if layer != ALL and layer not in LAYERS:
        raise SupplyError(f"There is no test layer {layer!r}", mend=f"Layers: {', '.join(LAYERS)}, {ALL}")
    layers = list(LAYERS) if layer == ALL else [layer]
    strict = os.environ.get("CI", "").lower() == "true"
    folder = _packages(console)
    runnable, environment, reason = _prepare(layers, folder, console)
    missing = [name for name in layers if name not in runnable]
    status = _pytest(runnable, arguments, environment) if runnable else 0
    for name in missing:
        console.say(f"not run: tests/{name} ({reason})")
    if missing and (strict or not runnable):
        console.say("In CI, and where it was asked for by name, a layer that cannot be run is a failure.")
        return status or 1
    return status


def campaign(*, only: str | None, marker: str | None, stale: bool, console: Console) -> int:
    """Prepare for end-to-end tests and run parts of the campaign; the number of those that failed."""
    folder = _packages(console)
    _, environment, reason = _prepare(["e2e"], folder, console)
    if reason:
        return 1
    return parts.run(only=only, marker=marker, stale=stale, environment=environment, console=console)


def bench(arguments: Sequence[str], console: Console) -> int:
    """Prepare for the integration layer and run the measurements on it; their exit status."""
    folder = _packages(console)
    _, environment, reason = _prepare(["integration"], folder, console)
    if reason:
        return 1
    command = ["python", "-m", "tests.bench", *arguments]
    return subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode


def _packages(console: Console) -> Path:
    """Have the packages for development, and return their virtual environment."""
    return virtualenv.ensure(
        virtualenv.DEVELOPMENT, checkout=CHECKOUT, folders=user_folders(os.environ), console=console
    )


def _prepare(layers: Sequence[str], folder: Path, console: Console) -> tuple[list[str], dict[str, str], str]:
    """Supply what the layers need; those that can be run, their environment, and why others cannot."""
    needs = {need for name in layers for need in LAYERS[name]}
    bare = _environment(folder, Toolchain(folder=None), {})
    if "engine" not in needs:
        return list(layers), bare, ""
    try:
        with ThreadPoolExecutor(1) as background:
            browsing = background.submit(browser.provide, console, environment=bare) if "browser" in needs else None
            engine, toolchain = supply(user_folders(os.environ), console, every_image=True)
            if browsing:
                browsing.result()
    except NoEngineError as error:
        console.say(str(error))
        return [name for name in layers if "engine" not in LAYERS[name]], bare, error.message
    return list(layers), _environment(folder, toolchain, engine.environment), ""


def _environment(folder: Path, toolchain: Toolchain, additions: Mapping[str, str]) -> dict[str, str]:
    path = search_path(folder, toolchain, os.environ)
    # Where somebody has set it, the program of a test's stack would be compiled anew by each run of the CLI.
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **additions, "PATH": path}


def _pytest(layers: Sequence[str], arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run pytest and return its exit status. tests/conftest.py divides the tests among processes."""
    parallel = ["-n", str(PROCESSES), "--dist", "loadscope", "--no-loadscope-reorder"]
    command = ["python", "-m", "pytest", *(f"tests/{name}" for name in layers), *parallel, *arguments]
    try:
        return subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 130


def _tracked(pattern: str) -> list[str]:
    """Return the checkout's own sources: what git has, and what it would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", pattern]
    listed = capture(command, what="Listing the sources", cwd=CHECKOUT).splitlines()
    return [name for name in listed if (CHECKOUT / name).exists()]
