"""The mirror line's command line, language host and plugins, built from Go modules by the recipe in toolchain/."""

from __future__ import annotations

import platform
import re
import shutil
from pathlib import Path

from supply.cache import build_once, files_below, recipe_key
from supply.console import Console, Step
from supply.errors import SupplyError
from supply.folders import Folders
from supply.pins import Pins
from supply.process import capture, run
from supply.toolchain import Toolchain, place_plugin, plugin_folder

RECIPE = Path(__file__).parent / "toolchain"
FLAGS = ["-mod=readonly", "-trimpath", "-buildvcs=false"]
SDK = "github.com/pulumi/pulumi/sdk/v3"
CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
LANGUAGE_HOST = f"{SDK}/python/cmd/pulumi-language-python"
# Two scripts of the SDK module that the language host and dynamic providers are started through.
HELPERS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")


def provide(pins: Pins, *, folders: Folders, console: Console) -> Toolchain:
    """Build what the cache does not have, and put the plugins where Pulumi looks for them."""
    facts = [pins.pulumi, *(f"{name}={version}" for name, version in sorted(pins.plugins.items()))]
    key = recipe_key(files_below(RECIPE), root=RECIPE, facts=[*facts, platform.system(), platform.machine()])
    with console.step(f"Pulumi {pins.pulumi} from Go modules") as step:
        target = build_once(
            folders.cache / "toolchain" / key, lambda workplace: _build(workplace, pins, step), step=step
        )
    for name, version in pins.plugins.items():
        folder = plugin_folder(folders.pulumi_home, name, version)
        folder.parent.mkdir(parents=True, exist_ok=True)
        place_plugin(target / "plugins" / f"pulumi-resource-{name}", folder, recipe=key, console=console)
    return Toolchain(folder=target / "bin")


def wanted_go(go_mod: str) -> tuple[int, int]:
    """Return the oldest Go that a go.mod admits."""
    match = re.search(r"^go (\d+)\.(\d+)", go_mod, re.MULTILINE)
    if not match:
        raise SupplyError("toolchain/cli/go.mod names no Go version")
    return int(match[1]), int(match[2])


def _build(workplace: Path, pins: Pins, step: Step) -> None:
    _check_go()
    bin_folder, plugins = workplace / "bin", workplace / "plugins"
    bin_folder.mkdir()
    plugins.mkdir()
    version = f"-X {SDK}/go/common/version.Version=v{pins.pulumi}"
    _go_build(RECIPE / "cli", CLI, bin_folder / "pulumi", link=version, step=step)
    _go_build(RECIPE / "language", LANGUAGE_HOST, bin_folder / "pulumi-language-python", link="", step=step)
    for name, plugin_version in pins.plugins.items():
        program = f"pulumi-resource-{name}"
        link = f"-X main.version={plugin_version}"
        _go_build(RECIPE / "providers", f"./cmd/{program}", plugins / program, link=link, step=step)
    sdk = capture(["go", "list", "-m", "-f", "{{.Dir}}", SDK], what="Finding the Pulumi SDK", cwd=RECIPE / "cli")
    for helper in HELPERS:
        _copy_script(Path(sdk) / helper, bin_folder)


def _copy_script(source: Path, folder: Path) -> None:
    """Copy a script out of Go's module cache, where nothing may be executed or written."""
    target = folder / source.name
    shutil.copyfile(source, target)
    target.chmod(0o755)


def _go_build(module: Path, package: str, output: Path, *, link: str, step: Step) -> None:
    step.progress(f"building {output.name}")
    run(
        ["go", "build", *FLAGS, "-ldflags", f"-s -w {link}".strip(), "-o", output, package],
        what=f"Building {output.name}",
        step=step,
        cwd=module,
    )


def _check_go() -> None:
    wanted = wanted_go((RECIPE / "cli" / "go.mod").read_text())
    mend = f"The mirror line builds Pulumi from source. Install Go {wanted[0]}.{wanted[1]} or newer: https://go.dev/dl/"
    if not shutil.which("go"):
        raise SupplyError("Go is not installed, or not on PATH", mend=mend)
    found = capture(["go", "env", "GOVERSION"], what="Asking Go", cwd=RECIPE / "cli")
    match = re.match(r"go(\d+)\.(\d+)", found)
    if not match or (int(match[1]), int(match[2])) < wanted:
        raise SupplyError(f"Go is too old: {found}", mend=mend)
