"""`make check` and `make test`: the linters, and the three layers of tests on a host that is prepared for them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from supply.docker_engine import install_packages, this_host_can_install
from supply.errors import SupplyError
from supply.prepare import prepare
from supply.process import run
from supply.virtualenv import ensure_virtualenv
from supply.workplace import Workplace

LAYERS = ("unit", "integration", "e2e")
NEED_AN_ENGINE = ("integration", "e2e")
BROWSER_PACKAGES = ["chromium", "fonts-dejavu-core"]


def check(place: Workplace) -> int:
    """Run the linters and the type checker; return the exit status."""
    programs = ensure_virtualenv(place, dev=True)
    status = 0
    for argv in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy", "."]):
        place.console.say(f"  {' '.join(argv)}")
        status |= subprocess.run([programs / argv[0], *argv[1:]], cwd=place.root, check=False).returncode
    return status


def test(place: Workplace, *, layers: Sequence[str], arguments: Sequence[str]) -> int:
    """Run layers of tests; return the exit status. A layer that this host cannot run is named, and fails in CI."""
    not_run: dict[str, str] = {}
    if set(layers) & set(NEED_AN_ENGINE):
        try:
            place = _prepared(place, browser="e2e" in layers)
        except SupplyError as error:
            not_run = {layer: error.message for layer in layers if layer in NEED_AN_ENGINE}
            place.console.say(str(error))
    programs = ensure_virtualenv(place, dev=True)
    folders = [f"tests/{layer}" for layer in layers if layer not in not_run]
    argv = [programs / "python", "-m", "pytest", *folders, *arguments]
    status = subprocess.run(argv, cwd=place.root, env=dict(place.environment), check=False).returncode
    for layer, reason in not_run.items():
        place.console.say(f"NOT RUN: tests/{layer}: {reason}")
    return status or (1 if not_run and "CI" in place.environment else 0)


def _prepared(place: Workplace, *, browser: bool) -> Workplace:
    prepared = prepare(place, dev=True)
    if browser:
        _ensure_browser(prepared)
    return prepared


def _ensure_browser(place: Workplace) -> None:
    with place.console.step("Chromium") as step:
        if shutil.which("chromium"):
            step.outcome = "there"
            return
        if this_host_can_install():
            install_packages(BROWSER_PACKAGES, step)
        else:
            # Playwright's own build, which the test takes where there is no chromium on PATH.
            run(["playwright", "install", "chromium"], what="Installing Chromium", step=step, env=place.environment)
        step.outcome = "installed"
