"""Where this host keeps what containers mount and what outlives them."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def data_folder() -> Path:
    """Return where this platform keeps data of a user's programs: a deleted checkout takes nothing of it along."""
    if sys.platform == "darwin":
        data = Path.home() / "Library" / "Application Support"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "litellm-stack"
