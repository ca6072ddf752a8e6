"""The checkout's own programs that need Python packages: `python -m <module>`, told the rest on standard input."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def run(
    module: str,
    *arguments: str,
    given: Mapping[str, Any],
    python: Path,
    checkout: Path,
    environment: Mapping[str, str] | None = None,
    keep_output: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run a module and return how it ended; `given` is what it is told, as JSON.

    What it is told may hold keys, and everybody on the host can read arguments.
    """
    return subprocess.run(
        [str(python), "-m", module, *arguments],
        input=json.dumps(given),
        stdout=subprocess.PIPE if keep_output else None,
        text=True,
        check=False,
        cwd=checkout,
        env=environment,
    )
