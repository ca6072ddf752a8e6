"""Writing files and folders that only their owner may read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def private_folder(folder: Path) -> None:
    """Have a folder that only its owner may enter."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def write_private(file: Path, content: str) -> None:
    """Put `content` in place at once, mode 0600, whatever mode an older file of the name had."""
    descriptor, draft = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        # mkstemp opens with mode 0600.
        with os.fdopen(descriptor, "w") as stream:
            stream.write(content)
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
