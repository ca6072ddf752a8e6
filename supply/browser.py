"""A headless Chromium for the test that logs in to the admin UI."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from supply import debian
from supply.console import Console
from supply.process import run


def provide(console: Console, *, environment: Mapping[str, str]) -> None:
    """Debian's Chromium as root there, since it comes from the package mirror; elsewhere Playwright's own."""
    with console.step("Chromium") as step:
        step.outcome = "cached"
        if shutil.which("chromium"):
            return
        if debian.can_install():
            debian.install(["chromium"], step)
        else:
            command = ["python", "-m", "playwright", "install", "chromium"]
            run(command, what="Installing Chromium", step=step, env=environment)
        step.outcome = "installed"
