"""Installing and starting the Docker engine on Debian and Ubuntu, as root."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from supply import debian
from supply.console import Step
from supply.errors import NoEngineError
from supply.process import run

PACKAGES = {"dockerd": "docker.io", "iptables": "iptables"}
LOG = Path("/var/log/dockerd.log")
START_SECONDS = 60.0


def install_and_start(step: Step, answers: Callable[[], bool], *, problem: str) -> None:
    """Install what is missing, start the engine and wait until `answers()`; elsewhere say what to install."""
    if not debian.can_install():
        raise NoEngineError(f"No Docker engine answers{': ' + problem if problem else ''}", mend=_how_to_install())
    missing = [package for program, package in PACKAGES.items() if not _installed(program)]
    if not shutil.which("docker"):
        missing = [*dict.fromkeys(["docker.io", *missing])]
    if missing:
        debian.install(missing, step)
    if debian.runs_systemd():
        run(["systemctl", "start", "docker"], what="Starting the Docker engine", step=step)
    else:
        _start_daemon()
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if time.monotonic() > deadline:
            raise NoEngineError(
                f"The Docker engine was started and does not answer after {START_SECONDS:.0f} s",
                mend=f"Its log: {LOG} (or `journalctl -u docker`)",
            )
        step.progress("waiting for the engine")
        time.sleep(0.5)


def _installed(program: str) -> bool:
    return bool(shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"))


def _start_daemon() -> None:
    """Without an init system: in a session of its own, so that the end of this terminal does not end it."""
    with LOG.open("ab") as log:
        subprocess.Popen(
            ["dockerd"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"},
        )


def _how_to_install() -> str:
    if platform.system() == "Darwin":
        return "Start Docker Desktop, or: brew install colima docker && colima start"
    if debian.is_debian():
        return (
            "Run `make up` once as root, or:"
            " sudo apt-get install docker.io && sudo usermod -aG docker $USER (and log in again)"
        )
    return (
        "Install Docker (https://docs.docker.com/engine/install/), start it, and let this user use it (group docker)."
    )
