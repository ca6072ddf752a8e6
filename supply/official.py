"""The official line: the published command line and plugins, checked, and the publishers' images."""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from supply import image_labels
from supply.cache import build_once
from supply.console import Console
from supply.download import checksum_of, fetch, fetch_text, unpack
from supply.errors import SupplyError
from supply.folders import Folders
from supply.pins import Pins
from supply.process import capture, run
from supply.toolchain import Toolchain, is_built_here, is_placed, plugin_folder

RELEASES = "https://get.pulumi.com/releases/sdk"
ARCHITECTURES = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64", "aarch64": "arm64"}


def release_name(version: str, *, system: str, machine: str) -> str:
    """Return the file name of the published command line."""
    architecture = ARCHITECTURES.get(machine.lower())
    if system not in {"Linux", "Darwin"} or not architecture:
        raise SupplyError(
            f"Pulumi publishes no command line for {system} on {machine}",
            mend=f"Put a `pulumi` of version {version} on PATH.",
        )
    return f"pulumi-v{version}-{system.lower()}-{architecture}.tar.gz"


def checksums_address(pins: Pins) -> str:
    """Return where the publisher lists the SHA-256 of a version's files."""
    return f"{RELEASES}/pulumi-{pins.pulumi}-checksums.txt"


def provide_cli(pins: Pins, *, folders: Folders, console: Console) -> Toolchain:
    """Return a `pulumi` of the pinned version: the one on PATH, else the published one in the cache."""
    with console.step(f"Pulumi {pins.pulumi}") as step:
        if shutil.which("pulumi") and capture(["pulumi", "version"], what="Asking pulumi") == f"v{pins.pulumi}":
            step.outcome = "found on PATH"
            return Toolchain(folder=None)
        name = release_name(pins.pulumi, system=platform.system(), machine=platform.machine())

        def build(workplace: Path) -> None:
            wanted = checksum_of(name, fetch_text(checksums_address(pins)))
            with tempfile.NamedTemporaryFile(dir=workplace.parent, suffix=name) as file:
                archive = Path(file.name)
                if fetch(f"{RELEASES}/{name}", archive, step=step) != wanted:
                    raise SupplyError(
                        f"{name} is not what its publisher lists: its SHA-256 is not {wanted}",
                        mend="Run the command again; if it stays so, something on the way changes downloads.",
                    )
                unpack(archive, workplace)

        target = build_once(folders.cache / "pulumi" / name.removesuffix(".tar.gz"), build, step=step)
    return Toolchain(folder=target / "pulumi")


def provide_plugins(pins: Pins, *, folders: Folders, environment: Mapping[str, str], console: Console) -> None:
    """Return the published plugins, installed by Pulumi itself; one that was built here is replaced."""
    for name, version in pins.plugins.items():
        with console.step(f"Pulumi plugin {name}") as step:
            folder = plugin_folder(folders.pulumi_home, name, version)
            if is_placed(folder, recipe="") and not is_built_here(folder):
                step.outcome = "cached"
                continue
            if is_built_here(folder):
                shutil.rmtree(folder)
            command = ["pulumi", "plugin", "install", "resource", name, version]
            run(command, what=f"Installing the {name} plugin", step=step, env=environment)
            step.outcome = "installed"


def provide_images(images: Iterable[str], *, console: Console) -> None:
    """Return the published images; a stand-in of the mirror line under the same name is replaced."""
    names = list(images)
    present = image_labels.read(names)
    for image in names:
        with console.step(f"Image {image.rpartition('/')[2]}") as step:
            labels = present.get(image)
            if labels is not None and not image_labels.is_mirror(labels):
                step.outcome = "cached"
                continue
            run(["docker", "pull", image], what=f"Pulling {image}", step=step)
            step.outcome = "pulled"
