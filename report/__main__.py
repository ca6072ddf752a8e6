"""Write the page: `python -m report`, with where to read the stack as JSON on standard input.

The input is what `python -m status` takes, and `file`, the page to write. It comes on standard input, because arguments
and environment can be read by others.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from report import history
from report.page import render
from status.gathering import Stack, gather
from status.prometheus import Prometheus, PrometheusError
from supply.private_file import write_private


def main() -> int:
    """Write the page and say where it is; return the exit status."""
    given = json.load(sys.stdin)
    file = Path(given.pop("file")).absolute()
    stack = Stack(**given)
    with Console(stderr=True).status(f"Reading stack {stack.name}"):
        snapshot = gather(stack)
    try:
        past = history.read(Prometheus(stack.prometheus_url), now=snapshot.taken)
    except PrometheusError as error:
        past = history.History()
        snapshot = replace(snapshot, faults=tuple(dict.fromkeys((*snapshot.faults, str(error)))))
    # Who spends how much is nobody else's business.
    write_private(file, render(snapshot, past))
    print(f"Wrote {file}: open it in a browser.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
