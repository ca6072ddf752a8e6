"""The host made ready for Pulumi: everything before `pulumi up`, in order, as steps."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from supply import backend, go_toolchain, images, official, supply_line, virtualenv
from supply.console import Console
from supply.docker_engine import DockerEngine, find_engine
from supply.folders import Folders, user_folders
from supply.pins import Pins, read_pins
from supply.pulumi import Pulumi
from supply.supply_line import SupplyLine
from supply.toolchain import Toolchain

CHECKOUT = Path(__file__).parent.parent
# Where the secrets of a stack were encrypted from another checkout, its state has the salt that this one's file lacks.
PULUMI_OPTIONS = {"PULUMI_SKIP_UPDATE_CHECK": "true", "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true"}


@dataclass(frozen=True, kw_only=True)
class Host:
    """What was prepared. `additions` is what its environment has more than the user's, without PATH."""

    additions: Mapping[str, str]
    path: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment of programs that use what was prepared."""
        return {**os.environ, **self.additions, "PATH": self.path}

    def pulumi(self, stack: str) -> Pulumi:
        """Return the command line on one stack."""
        return Pulumi(environment=self.environment, checkout=CHECKOUT, stack=stack)


def prepare(console: Console) -> Host:
    """Everything that `pulumi up` of this checkout needs."""
    folders = user_folders(os.environ)
    state = backend.prepare(os.environ, folders=folders, checkout=CHECKOUT)
    packages = virtualenv.ensure(virtualenv.RUNTIME, checkout=CHECKOUT, folders=folders, console=console)
    engine, toolchain = supply(folders, console)
    return Host(
        additions={**PULUMI_OPTIONS, **state, **engine.environment}, path=search_path(packages, toolchain, os.environ)
    )


def python(console: Console) -> Path:
    """Return the interpreter that has the program's packages."""
    packages = virtualenv.ensure(
        virtualenv.RUNTIME, checkout=CHECKOUT, folders=user_folders(os.environ), console=console
    )
    return packages / "bin" / "python"


def supply(folders: Folders, console: Console, *, every_image: bool = False) -> tuple[DockerEngine, Toolchain]:
    """Return the engine with the images on it, and the Pulumi toolchain; builds of the two go on at the same time."""
    engine = find_engine(console, os.environ)
    pins = read_pins(CHECKOUT / "requirements.txt")
    publisher = official.checksums_address(pins)
    line = supply_line.choose(console, os.environ, cache=folders.cache, publisher=publisher)
    with ThreadPoolExecutor(1) as background:
        provided = background.submit(
            images.provide, line, checkout=CHECKOUT, folders=folders, console=console, every=every_image
        )
        toolchain = _toolchain(line, pins, folders, console)
        provided.result()
    return engine, toolchain


def search_path(packages: Path, toolchain: Toolchain, environment: Mapping[str, str]) -> str:
    """PATH with the virtual environment first: the mirror line's language host takes the first `python3` on it."""
    first = [packages / "bin", *([toolchain.folder] if toolchain.folder else [])]
    return os.pathsep.join([*map(str, first), environment.get("PATH", os.defpath)])


def _toolchain(line: SupplyLine, pins: Pins, folders: Folders, console: Console) -> Toolchain:
    if line is SupplyLine.MIRROR:
        return go_toolchain.provide(pins, folders=folders, console=console)
    toolchain = official.provide_cli(pins, folders=folders, console=console)
    path = os.pathsep.join([*([str(toolchain.folder)] if toolchain.folder else []), os.environ.get("PATH", "")])
    official.provide_plugins(pins, folders=folders, environment={**os.environ, "PATH": path}, console=console)
    return toolchain
