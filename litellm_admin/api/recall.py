"""Reading many objects of one kind in few requests.

The engine asks for one object after the other. `Listing` reads all of them page by page, once that is cheaper than
asking for each.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]
Page = tuple[Iterable[tuple[str, Row]], int]
"""Some rows by their ids, and the number of pages that there are."""

_FRESH_SECONDS = 60
_ASKED_ALONE = 8
"""Objects that are asked for by themselves before a listing is thought of."""


class Listing:
    """All objects of a kind, read once there is reason to; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = 0
        self._price = _ASKED_ALONE
        self._rows: dict[str, Row] | None = None
        self._until = 0.0

    def forget(self) -> None:
        """Start anew, because something was written."""
        with self._lock:
            self._asked, self._rows = 0, None

    def rows(self, pages: Callable[[], Iterator[Page]]) -> Mapping[str, Row] | None:
        """Return all rows, read page by page, or None as long as it is cheaper to ask for one."""
        with self._lock:
            if self._rows is not None and time.monotonic() > self._until:
                self._asked, self._rows = 0, None
            self._asked += 1
            if self._rows is None and self._asked > self._price:
                self._rows = self._read(pages())
                self._until = time.monotonic() + _FRESH_SECONDS
            return self._rows

    def _read(self, pages: Iterator[Page]) -> dict[str, Row] | None:
        rows: dict[str, Row] = {}
        for page, total in pages:
            # Somebody else's thousand pages are dearer than the few objects that are asked for.
            if total > self._asked:
                self._price = total
                return None
            rows.update(page)
        return rows


class Memory:
    """What the calls of one login share; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listings: dict[str, Listing] = {}

    def listing(self, kind: str) -> Listing:
        """Return that of one kind of object."""
        with self._lock:
            return self._listings.setdefault(kind, Listing())

    def forget(self) -> None:
        """Forget what was listed, because something was written."""
        with self._lock:
            listings = list(self._listings.values())
        for listing in listings:
            listing.forget()
