"""The official line's toolchain: Pulumi's published command line and plugins, in the pinned versions."""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import sys
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

from supply.cache import build_once
from supply.console import Step
from supply.errors import SupplyError
from supply.pins import read_pins
from supply.plugins import built_recipe, plugin_folder
from supply.process import capture, run
from supply.workplace import Workplace

RELEASES = "https://get.pulumi.com/releases/sdk"
CHECKSUMS = "https://github.com/pulumi/pulumi/releases/download"
MACHINES = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64", "aarch64": "arm64"}


def ensure_toolchain(place: Workplace) -> Path:
    """Have the command line and the plugins; return the folder of programs."""
    pins = read_pins(place.root / "requirements.txt")
    with place.console.step("Pulumi") as step:
        folder = _on_path(place, pins.pulumi)
        if folder:
            step.outcome = f"{pins.pulumi} on PATH"
        else:
            target = place.folders.cache / "pulumi" / pins.pulumi
            build_once(target, lambda draft: _download(pins.pulumi, draft, step), step=step)
            folder = target / "pulumi"
    for name, version in pins.plugins.items():
        with place.console.step(f"Plugin {name} {version}") as step:
            installed = plugin_folder(place.folders.pulumi_home, name, version)
            if installed.exists() and built_recipe(installed) is None:
                step.outcome = "cached"
                continue
            shutil.rmtree(installed, ignore_errors=True)
            argv = [folder / "pulumi", "plugin", "install", "resource", name, version]
            run(argv, what=f"Installing the {name} plugin", step=step, env=place.environment)
            step.outcome = "installed"
    return folder


def archive_name(version: str, *, system: str, machine: str) -> str:
    """Return the name of the published archive for a platform."""
    try:
        return f"pulumi-v{version}-{'darwin' if system == 'darwin' else 'linux'}-{MACHINES[machine.lower()]}.tar.gz"
    except KeyError:
        raise SupplyError(
            f"Pulumi publishes nothing for {machine}", mend="Put a `pulumi` of your own on PATH, or use SUPPLY=mirror."
        ) from None


def expected_checksum(checksums: str, archive: str) -> str | None:
    """Return the SHA-256 of an archive from a publisher's list, one `checksum  name` a line."""
    match = re.search(rf"^([0-9a-f]{{64}})\s+\*?{re.escape(archive)}$", checksums, re.MULTILINE)
    return match.group(1) if match else None


def _on_path(place: Workplace, version: str) -> Path | None:
    program = shutil.which("pulumi", path=place.environment.get("PATH"))
    if (
        program
        and capture([program, "version"], what="Asking for Pulumi's version", env=place.environment) == f"v{version}"
    ):
        return Path(program).parent
    return None


def _download(version: str, folder: Path, step: Step) -> None:
    archive = archive_name(version, system=sys.platform, machine=platform.machine())
    path = folder / archive
    try:
        _fetch(f"{RELEASES}/{archive}", path, step)
        sums = folder / "checksums"
        _fetch(f"{CHECKSUMS}/v{version}/pulumi-{version}-checksums.txt", sums, step)
    except OSError as error:
        raise SupplyError(
            f"Pulumi {version} cannot be downloaded ({error})", mend="Try again, or build it with SUPPLY=mirror."
        ) from None
    wanted = expected_checksum(sums.read_text(encoding="utf-8"), archive)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if wanted != found:
        raise SupplyError(
            f"{archive} is not what its publisher lists (SHA-256 {found}, listed {wanted})",
            mend="Try again; if it stays so, something between here and the publisher changes downloads.",
        )
    with tarfile.open(path) as content:
        content.extractall(folder, filter="data")
    path.unlink()
    sums.unlink()


def _fetch(url: str, path: Path, step: Step) -> None:
    step.progress(f"downloading {url}")
    with urllib.request.urlopen(url, timeout=60) as source, path.open("wb") as target:  # noqa: S310  # https only
        shutil.copyfileobj(source, target)
