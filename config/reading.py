"""Reading what is not yet validated: a value of the wrong kind reads as empty, because another rule reports it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

_FLAG: Final = TypeAdapter(bool)


def mapping(values: Any, *path: str) -> Mapping[str, Any]:
    """Return the mapping at a path below `values`, or an empty one."""
    for name in path:
        values = values.get(name) if isinstance(values, Mapping) else None
    return values if isinstance(values, Mapping) else {}


def number(value: Any, default: int) -> int:
    """Read a whole number, which may be written as text; whatever else it is reads as `default`."""
    text = str(value)
    return int(text) if text.isdecimal() else default


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
