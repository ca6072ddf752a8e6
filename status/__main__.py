"""Show what a stack is like: `python -m status`, with where to read it as JSON on standard input.

The input is what `gathering.Stack` takes. It comes on standard input, because arguments and environment can be read by
others. Exit status 0 where everything is healthy, else 1.
"""

from __future__ import annotations

import json
import sys

from rich.console import Console

from status.gathering import Stack, gather
from status.judgement import problems
from status.terminal import render


def main() -> int:
    """Print the tables; return the exit status."""
    stack = Stack(**json.load(sys.stdin))
    # A stack in trouble answers late. This shows in a terminal only, and not in what is printed.
    with Console(stderr=True).status(f"Reading stack {stack.name}"):
        snapshot = gather(stack)
    # What is written to a file or a pipe has room for whole rows.
    Console(width=None if sys.stdout.isatty() else 140).print(render(snapshot), highlight=False)
    return 1 if problems(snapshot) else 0


if __name__ == "__main__":
    sys.exit(main())
