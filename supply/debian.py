"""Debian and Ubuntu as hosts: what root can install there without asking."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path

from supply.cache import locked
from supply.console import Step
from supply.process import run

FAMILY = {"debian", "ubuntu"}
# apt itself waits for another apt, but fails where two refresh the lists at once.
LOCK = Path("/var/lock/litellm-stack-apt.lock")


def is_debian() -> bool:
    """Whether this host is Debian, Ubuntu or made from one of them."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return False
    return bool(FAMILY & {release.get("ID", ""), *release.get("ID_LIKE", "").split()})


def can_install() -> bool:
    """Whether packages can be installed without asking: as root on such a host."""
    return is_debian() and os.geteuid() == 0


def runs_systemd() -> bool:
    """Whether systemd is what started this host."""
    return Path("/run/systemd/system").is_dir()


def install(packages: Sequence[str], step: Step) -> None:
    """Install Debian packages; the lists of a fresh host are fetched before."""
    what = f"Installing {' '.join(packages)}"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with locked(LOCK, step):
        step.progress("fetching package lists")
        run(["apt-get", "update", "-q"], what="Fetching the package lists", step=step, env=environment)
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"]
        run([*command, *packages], what=what, step=step, env=environment)
