"""The mirror line's toolchain: Pulumi's command line, language host and plugins, built from Go modules."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from supply.cache import build_once, files_below, recipe_key
from supply.console import Step
from supply.errors import SupplyError
from supply.pins import Pins, read_pins
from supply.plugins import install_plugin
from supply.process import capture, run
from supply.workplace import Workplace

MINIMUM_GO = (1, 26)
SDK = "github.com/pulumi/pulumi/sdk/v3"
CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
LANGUAGE_HOST = f"{SDK}/python/cmd/pulumi-language-python"
HELPERS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
"""Shell scripts of the SDK that start the program and the dynamic providers."""


def ensure_toolchain(place: Workplace) -> Path:
    """Have the command line and the plugins; return the folder of programs."""
    recipes = place.root / "supply" / "toolchain"
    pins = read_pins(place.root / "requirements.txt")
    with place.console.step("Pulumi, built from Go modules") as step:
        facts = [pins.pulumi, *(f"{name} {version}" for name, version in sorted(pins.plugins.items()))]
        key = recipe_key([Path(__file__), *files_below(recipes)], root=place.root, facts=facts)
        target = place.folders.cache / "toolchain" / key
        build_once(target, lambda folder: _build(place, recipes, folder, pins, step), step=step)
        for name, version in pins.plugins.items():
            install_plugin(place.folders.pulumi_home, name, version, target / f"pulumi-resource-{name}", recipe=key)
    return target


def _build(place: Workplace, recipes: Path, folder: Path, pins: Pins, step: Step) -> None:
    _check_go(place)
    version = f"{SDK}/go/common/version.Version=v{pins.pulumi}"
    _compile(place, recipes / "cli", CLI, folder / "pulumi", version, step)
    _compile(place, recipes / "language", LANGUAGE_HOST, folder / "pulumi-language-python", None, step)
    for name, plugin_version in pins.plugins.items():
        program = f"pulumi-resource-{name}"
        _compile(
            place, recipes / "providers", f"./cmd/{program}", folder / program, f"main.version={plugin_version}", step
        )
    sdk = capture(["go", "list", "-m", "-f", "{{.Dir}}", SDK], what="Finding Pulumi's SDK", cwd=recipes / "cli")
    for helper in HELPERS:
        copy = folder / Path(helper).name
        shutil.copyfile(Path(sdk) / helper, copy)
        copy.chmod(0o755)


def _compile(place: Workplace, module: Path, package: str, program: Path, variable: str | None, step: Step) -> None:
    step.progress(f"compiling {program.name}")
    flags = "-s -w" + (f" -X {variable}" if variable else "")
    argv = ["go", "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", program, package]
    run(argv, what=f"Compiling {program.name}", step=step, cwd=module, env=place.environment)


def _check_go(place: Workplace) -> None:
    mend = f"Install Go {'.'.join(map(str, MINIMUM_GO))} or newer; with internet, use SUPPLY=official."
    if not shutil.which("go", path=place.environment.get("PATH")):
        raise SupplyError("the mirror line builds Pulumi with Go, which is not on PATH", mend=mend)
    found = capture(["go", "env", "GOVERSION"], what="Asking for Go's version", env=place.environment)
    parts = re.findall(r"\d+", found)[:2]
    if tuple(int(part) for part in parts) < MINIMUM_GO:
        raise SupplyError(f"the mirror line builds Pulumi with Go, and {found} is too old", mend=mend)
