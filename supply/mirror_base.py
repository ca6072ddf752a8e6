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

RELEASE = "bookworm"
REPOSITORY = "litellm-stack/base"
# Changes when this module makes another image of the same release.
REVISION = "1"
UPDATES = ("{mirror} {release} main", "{mirror} {release}-updates main", "{mirror}-security {release}-security main")
DEFAULT_MIRROR = "http://deb.debian.org/debian"


def provide(step: Step) -> str:
    """Return the base image's name; made where the engine does not have it."""
    mirror = os.environ.get("DEBIAN_MIRROR", DEFAULT_MIRROR)
    name = f"{REPOSITORY}:{RELEASE}-{REVISION}"
    if name not in image_labels.read([name]):
        _need_debootstrap(step)
        with tempfile.TemporaryDirectory(prefix="litellm-stack-base.") as folder:
            root = Path(folder) / "root"
            step.progress("debootstrap")
            run(
                ["debootstrap", "--variant=minbase", RELEASE, root, mirror],
                what="Making the Debian base with debootstrap",
                step=step,
            )
            sources = "".join(f"deb {line.format(mirror=mirror, release=RELEASE)}\n" for line in UPDATES)
            (root / "etc" / "apt" / "sources.list").write_text(sources)
            _import(root, name)
    return name


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
