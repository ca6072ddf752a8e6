"""Markdown as GitHub and GitLab show it: text that cannot break out of its place, tables, and lists that fold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

NOTHING: Final = "-"
FOLD_AFTER: Final = 12
"""Rows and names from which on a list is folded."""
SHOWN_OF_LONG: Final = 5
"""Rows of a long table that are not folded."""
LONGEST_TABLE: Final = 120
"""Rows that a table shows: a comment of GitHub's holds 65,536 characters."""
LONGEST_LIST: Final = 600
"""Names that a list shows, for the same reason."""

_BLANK: Final = re.compile(r"[\s\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
"""White space, control characters, and marks that turn the direction of text around."""
_SPECIAL: Final = re.compile(r"([\\`*_\[\]|<~&])")
_REFERENCES: Final = re.compile(r"([@#])(?=\w)")
"""What GitHub and GitLab make mentions and links of; a comment in between keeps them from it."""


def plain(text: str) -> str:
    """Return a text of somebody else's so that it is shown as it is: no markup, no mention, no link."""
    return _REFERENCES.sub(r"\1<!-- -->", _SPECIAL.sub(r"\\\1", _BLANK.sub(" ", text).strip()))


def code(text: str) -> str:
    """Return a code span, fit for a cell of a table."""
    inner = _BLANK.sub(" ", text).replace("|", "\\|") or " "
    ticks = "`" * (_longest_run(inner) + 1)
    pad = " " if inner.startswith("`") or inner.endswith("`") else ""
    return f"{ticks}{pad}{inner}{pad}{ticks}"


def listed(names: Iterable[str]) -> str:
    """Return code spans in the order of the alphabet, as many as one list shows."""
    given = sorted(set(names))
    shown = ", ".join(code(name) for name in given[:LONGEST_LIST])
    return f"{shown} and {len(given) - LONGEST_LIST} more" if len(given) > LONGEST_LIST else shown


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; of a long one the first rows are shown, and the others folded."""
    if len(rows) <= FOLD_AFTER:
        return grid(headers, rows)
    rest = rows[SHOWN_OF_LONG:]
    return f"{grid(headers, rows[:SHOWN_OF_LONG])}\n\n{folded(f'{len(rest):,} more rows', grid(headers, rest))}"


def grid(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table that is cut where it would fill a comment alone, and is never folded."""
    lines = [_row(headers), _row(["---"] * len(headers)), *(_row(row) for row in rows[:LONGEST_TABLE])]
    if len(rows) > LONGEST_TABLE:
        lines += ["", f"… and {len(rows) - LONGEST_TABLE:,} more rows: `make preview` shows all of them."]
    return "\n".join(lines)


def folded(summary: str, body: str) -> str:
    """Return `body` behind a line that opens it. `summary` is Markdown's HTML, without anybody's text in it."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def folded_in_line(summary: str, body: str) -> str:
    """Return the same on one line, for a cell of a table."""
    return f"<details><summary>{summary}</summary> {body} </details>"


def fenced(text: str, language: str) -> str:
    """Return a block of code that its own content cannot end."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def section(title: str, *parts: str) -> str:
    """Return a section with its heading; nothing where there is nothing to say."""
    given = [part for part in parts if part]
    return "\n\n".join([f"### {title}", *given]) if given else ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
