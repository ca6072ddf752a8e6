"""How much of the database is encrypted, by table, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass


class Tables(dict[str, list[int]]):
    """Rows and values by table."""

    def __str__(self) -> str:
        return ", ".join(
            f"{rows} {'row' if rows == 1 else 'rows'} of {table} ({values} {'value' if values == 1 else 'values'})"
            for table, (rows, values) in sorted(self.items())
        )


@dataclass(frozen=True)
class Counts:
    """What the keys that were asked about encrypted, and what looks encrypted with another one."""

    readable: Tables
    unreadable: Tables
