"""One row for all objects that the same thing happens to: five hundred keys with one new limit are one row."""

from __future__ import annotations

from collections.abc import Iterable

from review.markdown import FOLD_AFTER
from review.objects import Object, titled

Cells = tuple[str, ...]


def rows(found: Iterable[tuple[Object, Cells]]) -> list[Cells]:
    """Return the rows of a table: whom it is about, then the cells; what happens to most comes first."""
    groups: dict[Cells, list[Object]] = {}
    for each, cells in found:
        groups.setdefault(cells, []).append(each)
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]) if len(item[1]) > FOLD_AFTER else 0)
    return [(titled(group), *cells) for cells, group in ordered]
