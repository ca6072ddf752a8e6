"""The image that the mirror line's images stand on: Debian as debootstrap makes it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from supply import debian, image_labels
from supply.console import Step
from supply.errors import SupplyError
from supply.process import run

OLDSTABLE, STABLE = "bookworm", "trixie"
REPOSITORY = "litellm-stack/base"
# Changes when this module makes another image of the same release.
REVISION = "1"
# Where the host names a mirror of Debian; debootstrap has a default of its own.
MIRROR = "DEBIAN_MIRROR"


def provide(release: str, step: Step) -> str:
    """Return the name of a release's base image; made where the engine does not have it."""
    name = f"{REPOSITORY}:{release}-{REVISION}"
    if name not in image_labels.read([name]):
        _need_debootstrap(step)
        with tempfile.TemporaryDirectory(prefix="litellm-stack-base.") as folder:
            root = Path(folder) / "root"
            step.progress("debootstrap")
            mirror = [os.environ[MIRROR]] if os.environ.get(MIRROR) else []
            run(
                ["debootstrap", "--variant=minbase", release, root, *mirror],
                what="Making the Debian base with debootstrap",
                step=step,
            )
            sources = root / "etc" / "apt" / "sources.list"
            sources.write_text(with_updates(sources.read_text(), release))
            _import(root, name)
    return name


def with_updates(sources: str, release: str) -> str:
    """Add the release's updates and security fixes to the one line that debootstrap writes."""
    _, mirror, *_ = sources.split()
    base = mirror.rstrip("/")
    suites = [(base, release), (base, f"{release}-updates"), (f"{base}-security", f"{release}-security")]
    return "".join(f"deb {address} {suite} main\n" for address, suite in suites)


def _need_debootstrap(step: Step) -> None:
    if os.geteuid() != 0 or not debian.is_debian():
        raise SupplyError(
            "The mirror line builds its images from Debian's packages, which needs root on Debian or Ubuntu",
            mend="Run `sudo make prepare` once on such a host, load the images from one with docker save and docker "
            "load, or use SUPPLY=official where image registries can be reached.",
        )
    if not shutil.which("debootstrap"):
        debian.install(["debootstrap"], step)


def _import(root: Path, name: str) -> None:
    """Hand the folder to the engine as one layer."""
    with subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE) as tar:
        result = subprocess.run(
            ["docker", "import", "--change", 'CMD ["bash"]', "-", name],
            stdin=tar.stdout,
            capture_output=True,
            text=True,
            check=False,
        )
    if result.returncode or tar.returncode:
        raise SupplyError(f"Importing {name} failed", mend=result.stderr.strip())
