"""`pulumi preview --json --show-sames | python -m review`: the preview as Markdown for a pull request.

With `--show-sames` the report also knows what does not change: who is attached to a budget, and who gains a model that
is new in config.yaml.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from review import drift, report
from review.drift import DRIFT
from review.preview import Preview


def main(arguments: Sequence[str]) -> int:
    """Print the report; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m review", description="Turn a preview into a report.")
    parser.add_argument("file", nargs="?", type=Path, help="what `pulumi preview --json` printed (default: stdin)")
    parser.add_argument(
        "--drift", action="store_true", help=f"report drift alone; exit status {DRIFT} where there is some"
    )
    given = parser.parse_args(arguments)
    try:
        text = given.file.read_text(encoding="utf-8") if given.file else sys.stdin.read()
        preview = Preview.model_validate_json(text)
    except (OSError, ValidationError) as error:
        print(f"error: this is not what `pulumi preview --json` prints: {reason(error)}", file=sys.stderr)
        return 1
    if not given.drift:
        print(report.render(preview), end="")
        return 0
    print(report.render_drift(preview), end="")
    return drift.status(preview)


def reason(error: OSError | ValidationError) -> str:
    """Return what is wrong with the document, without any of its content."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in problem['loc']) or 'the document'}: {problem['msg']}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
