"""Figures of several runs, as a table."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Minimum, median and maximum of several runs."""

    minimum: float
    median: float
    maximum: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Return the figures of the values of each run."""
        return cls(minimum=min(values), median=statistics.median(values), maximum=max(values))


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the median of a figure, by its row's name and its column's, has to be at most."""

    row: str
    column: str
    at_most: float

    def verdict(self, rows: Mapping[str, Mapping[str, Figures]]) -> str:
        """Return a line that says whether the target is met."""
        median = rows[self.column][self.row].median
        met = "met" if median <= self.at_most else "NOT met"
        return f"target: {self.row}, {self.column}, at most {self.at_most:g}: {met} (median {median:.2f})"


def show(title: str, rows: Mapping[str, Mapping[str, Figures]], *, runs: int, targets: Sequence[Target] = ()) -> None:
    """Print a table: a row for each thing measured, and minimum, median and maximum for each column's case.

    What each of `targets` came to stands below it.
    """
    table = Table(title=f"{title} (min / median / max of {runs} runs)")
    table.add_column("")
    names: Iterable[str] = dict.fromkeys(name for case in rows.values() for name in case)
    for case in rows:
        table.add_column(case, justify="right")
    for name in names:
        cells = [case.get(name) for case in rows.values()]
        table.add_row(name, *(f"{c.minimum:.2f} / {c.median:.2f} / {c.maximum:.2f}" if c else "" for c in cells))
    console = Console(width=140)
    console.print(table)
    for target in targets:
        console.print(target.verdict(rows))
