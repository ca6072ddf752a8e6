"""Resource plugins in Pulumi's own folder, with a note where the mirror line built them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

NOTE = "litellm-stack-recipe"


def plugin_folder(pulumi_home: Path, name: str, version: str) -> Path:
    """Return where Pulumi looks for a plugin."""
    return pulumi_home / "plugins" / f"resource-{name}-v{version}"


def built_recipe(folder: Path) -> str | None:
    """Return the recipe that a plugin was built by; None for a published one, or for none at all."""
    note = folder / NOTE
    return note.read_text(encoding="utf-8") if note.exists() else None


def install_plugin(pulumi_home: Path, name: str, version: str, program: Path, *, recipe: str) -> None:
    """Have a plugin that this host built. A published one stays: it is the real one."""
    folder = plugin_folder(pulumi_home, name, version)
    if folder.exists() and built_recipe(folder) in (recipe, None):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Put together elsewhere and renamed, so that no half of a plugin is ever found.
    draft = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    draft.chmod(0o755)
    shutil.copy2(program, draft / program.name)
    (draft / NOTE).write_text(recipe, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
