"""The kinds of value that LiteLLM's objects hold: dollars, limits, durations, names."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

_DURATION = re.compile(r"([1-9]\d*)(mo|[smhdw])")
_WORDS = {"hourly": "1h", "daily": "1d", "weekly": "1w", "monthly": "1mo"}
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST_SECONDS = 100 * 366 * 86_400
_ROUTE_GROUPS_OR_PATH = re.compile(r"/\S*|[a-z][a-z0-9_]*")


def _whole(value: object) -> object:
    # Numbers cross the Pulumi engine as doubles: 60 arrives as 60.0.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def whole_numbers(value: Any) -> Any:
    """Return a JSON value with 20 for 20.0 at any depth: who reads it may want a whole number."""
    if isinstance(value, Mapping):
        return {name: whole_numbers(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [whole_numbers(item) for item in value]
    return _whole(value)


def _duration(value: str) -> str:
    match = _DURATION.fullmatch(value)
    if value in _WORDS:
        return value
    if match is None:
        raise ValueError("is no duration: write a whole number and a unit, as in 30s, 2m, 12h, 7d, 4w or 1mo")
    # LiteLLM adds the duration to a date, which overflows for absurd ones.
    if len(match[1]) > 10 or seconds(value) > _LONGEST_SECONDS:
        raise ValueError("is longer than a hundred years; leave the field out for no reset at all")
    return value


def seconds(duration: str, *, month: int = 31) -> int:
    """Return the length of a duration, in seconds; `month` is how many days a month counts as."""
    number, unit = re.split(r"(?<=\d)(?=[a-z])", _WORDS.get(duration, duration))
    return int(number) * (month * _UNIT_SECONDS["d"] if unit == "mo" else _UNIT_SECONDS[unit])


def _grace(value: str) -> str:
    return value if value == NO_GRACE else _duration(value)


def _name(value: str) -> str:
    # LiteLLM refuses these with "Invalid key_alias"; it takes any other text.
    if not value.isprintable():
        raise ValueError("holds a control character")
    if ".." in value.split("/"):
        raise ValueError("holds '..' as a path segment, which LiteLLM refuses")
    return value


def _route(value: str) -> str:
    if not _ROUTE_GROUPS_OR_PATH.fullmatch(value):
        raise ValueError("is no route: write a path such as /chat/completions, or a group such as llm_api_routes")
    return value


Dollars = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
"""US dollars; 0 refuses every request."""

Limit = Annotated[int, BeforeValidator(_whole), Field(strict=True, ge=0, le=2**53)]
"""Requests or tokens per the field's unit of time; 0 refuses every request."""

Count = Annotated[int, BeforeValidator(_whole), Field(strict=True, ge=0, le=2**31 - 1)]
"""A number of things at once (a 32-bit column in LiteLLM's schema)."""

Duration = Annotated[str, Field(strict=True, examples=["30d"]), AfterValidator(_duration)]
"""A span as LiteLLM parses it (litellm_core_utils/duration_parser.py): a whole number and s, m, h, d, w or mo, or
one of hourly, daily, weekly, monthly. LiteLLM itself takes trailing garbage (`1hr`) and means something else by it."""

NO_GRACE = "0s"

Grace = Annotated[str, Field(strict=True, examples=["24h"]), AfterValidator(_grace)]
"""How long the old value of a rotated key stays valid: a duration, or 0s to cut it off at once."""

Name = Annotated[str, Field(strict=True, min_length=1), AfterValidator(_name)]
"""The id or alias of an object: printable text."""

Route = Annotated[str, Field(strict=True), AfterValidator(_route)]
"""A path of the proxy, or one of LiteLLM's groups of routes."""

Flag = Annotated[bool, Field(strict=True)]
"""true or false, not a word or a number."""
