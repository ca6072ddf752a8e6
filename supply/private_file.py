"""Writing files that only their owner may read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


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
