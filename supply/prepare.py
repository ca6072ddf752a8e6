"""Everything that a host needs before Pulumi can work on a stack, in order, and at once where that saves time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from supply import images, mirror, official, supply_line
from supply.backend import ensure_backend
from supply.docker_engine import ensure_engine
from supply.supply_line import SupplyLine
from supply.virtualenv import ensure_virtualenv
from supply.workplace import Workplace


def prepare(place: Workplace, *, dev: bool = False) -> Workplace:
    """Have the engine, the packages, the toolchain, the images and the backend; return the place to run Pulumi in.

    `dev` puts the packages of requirements-dev.txt on PATH, with the tests' tools.
    """
    place = place.extended(ensure_engine(place))
    line = supply_line.choose(place)
    with ThreadPoolExecutor() as pool:
        packages = pool.submit(ensure_virtualenv, place, dev=dev)
        toolchain = pool.submit(_toolchain, place, line)
        pool.submit(_images, place, line).result()
        programs = [packages.result(), toolchain.result()]
    return place.extended({**_environment(place, programs), **ensure_backend(place)})


def _toolchain(place: Workplace, line: SupplyLine) -> Path:
    return mirror.ensure_toolchain(place) if line is SupplyLine.MIRROR else official.ensure_toolchain(place)


def _images(place: Workplace, line: SupplyLine) -> None:
    if line is SupplyLine.MIRROR:
        images.build(place)
    else:
        images.pull(place)


def _environment(place: Workplace, programs: list[Path]) -> dict[str, str]:
    path = [*map(str, programs), place.environment.get("PATH", "")]
    # The language host takes the first python3 on PATH.
    return {"PATH": os.pathsep.join(path), "PULUMI_SKIP_UPDATE_CHECK": "true"}
