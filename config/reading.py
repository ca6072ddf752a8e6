"""Reading what is not yet validated: a value of the wrong kind reads as empty, because another rule reports it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

_FLAG: Final = TypeAdapter(bool)
_DIGITS: Final = 18
"""More are no number of anything here."""
_LARGEST: Final = 1e300

Location = tuple[str | int, ...]
"""Where a value stands: names of mappings, and indexes of lists."""


def mapping(values: Any, *path: str) -> Mapping[str, Any]:
    """Return the mapping at a path below `values`, or an empty one."""
    for name in path:
        values = values.get(name) if isinstance(values, Mapping) else None
    return values if isinstance(values, Mapping) else {}


def number(value: Any, default: int) -> int:
    """Read a whole number, which may be written as text; whatever else it is reads as `default`."""
    text = str(value) if isinstance(value, int | str) else ""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else default


def is_amount(value: Any) -> bool:
    """Tell whether a value is a number of US dollars, 0 or more."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def flag(value: Any) -> bool:
    """Read yes or no as pydantic does, which LiteLLM's own settings are; whatever else it is reads as no."""
    try:
        return _FLAG.validate_python(value)
    except ValidationError:
        return False


def texts(values: Any, *path: str) -> list[tuple[int, str]]:
    """Return the texts of the list at a path below `values`, each with its index."""
    *above, name = path
    listed = mapping(values, *above).get(name)
    entries = enumerate(listed) if isinstance(listed, list) else ()
    return [(index, entry) for index, entry in entries if isinstance(entry, str)]


def depth(value: Any) -> int:
    """Return how many mappings and lists are inside of each other."""
    deepest, waiting = 0, [(value, 0)]
    while waiting:
        found, above = waiting.pop()
        deepest = max(deepest, above)
        children = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
        waiting += [(child, above + 1) for child in children]
    return deepest


def values_below(value: Any, location: Location = ()) -> Iterator[tuple[Location, Any]]:
    """Go through every value that is no mapping and no list, each with its location; of any depth."""
    waiting: list[tuple[Location, Any]] = [(location, value)]
    while waiting:
        here, found = waiting.pop()
        if isinstance(found, Mapping):
            waiting += [((*here, str(name)), child) for name, child in reversed(list(found.items()))]
        elif isinstance(found, list):
            waiting += [((*here, index), child) for index, child in reversed(list(enumerate(found)))]
        else:
            yield here, found
