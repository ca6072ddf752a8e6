"""The Pulumi command line and the resource plugins that go with the pinned Python packages."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from supply.cache import locked
from supply.console import Console, Step

# In a plugin's folder that this module filled: the key of the recipe that its binary was built from.
MARKER = "litellm-stack-recipe"


@dataclass(frozen=True, kw_only=True)
class Toolchain:
    """Where `pulumi` and its language host are; None where the one on PATH is used as it is."""

    folder: Path | None


def plugin_folder(pulumi_home: Path, name: str, version: str) -> Path:
    """Where Pulumi looks for a resource plugin."""
    return pulumi_home / "plugins" / f"resource-{name}-v{version}"


def place_plugin(binary: Path, folder: Path, *, recipe: str, console: Console) -> None:
    """Have `binary` as the plugin in `folder`; one that somebody else installed there is used as it is."""
    name = binary.name.removeprefix("pulumi-resource-")
    with console.step(f"Pulumi plugin {name}") as step:
        if is_placed(folder, recipe=recipe):
            step.outcome = "cached"
            return
        with locked(folder.parent / f".{folder.name}.lock", step):
            _replace(binary, folder, recipe=recipe, step=step)


def is_placed(folder: Path, *, recipe: str) -> bool:
    """Whether the plugin is there: of this recipe, or not ours."""
    if not any(folder.glob("pulumi-resource-*")):
        return False
    marker = folder / MARKER
    return not marker.exists() or marker.read_text() == recipe


def is_built_here(folder: Path) -> bool:
    """Whether the plugin in `folder` was put there by `place_plugin`."""
    return (folder / MARKER).exists()


def _replace(binary: Path, folder: Path, *, recipe: str, step: Step) -> None:
    workplace = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    workplace.chmod(0o755)
    _copy_or_link(binary, workplace / binary.name)
    (workplace / MARKER).write_text(recipe)
    shutil.rmtree(folder, ignore_errors=True)
    workplace.rename(folder)
    step.outcome = "installed"


def _copy_or_link(source: Path, target: Path) -> None:
    """Make a hard link where both are on one file system: the binaries are large and never written to."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
