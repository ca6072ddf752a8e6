"""Values that runs record under a name each, and what is said of them while they are measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.table import Figures

Say = Callable[[str], None]


@dataclass(frozen=True)
class Samples:
    """The values of each run, by column and by row of the table to be."""

    say: Say
    values: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def record(self, column: str, row: str, value: float) -> None:
        """Take the value of one run."""
        self.values.setdefault(column, {}).setdefault(row, []).append(value)
        self.say(f"{column}: {row} {value:.2f}")

    def figures(self) -> dict[str, dict[str, Figures]]:
        """Return the figures of each row, by column."""
        return {
            column: {row: Figures.of(values) for row, values in rows.items()} for column, rows in self.values.items()
        }
