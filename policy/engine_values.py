"""Values as the engine hands them to a pack, turned into plain ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_policy.proxy import UnknownValueError

from litellm_admin.fields.amounts import whole_numbers
from policy.resources import UNKNOWN


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy in which UNKNOWN stands for what is not known before the update, where the SDK raises an error."""
    return {name: _value(values, name) for name in values}


def _value(container: Any, place: str | int) -> Any:
    try:
        value = container[place]
    except UnknownValueError:
        return UNKNOWN
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_value(value, index) for index in range(len(value))]
    return whole_numbers(value)
