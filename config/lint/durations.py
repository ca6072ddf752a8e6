"""Spans of time: those that LiteLLM wants as text (`30d`), and those that it wants as a number of seconds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from config.places import SETTINGS, Place, places
from config.problems import Problem
from config.reading import is_amount
from config.secret_texts import ENVIRON
from litellm_admin.fields.amounts import Duration

SPANS = frozenset({"budget_duration", "internal_user_budget_duration", "time_period"})
_OF_THE_PROXY = "proxy.litellm_settings.budget_duration"
KEPT = ("_retention_period", "_retention_interval")
"""Ends of the names of settings that say for how long something is kept, or how often what is older is deleted."""

SECONDS = {
    "general_settings": frozenset(
        {
            "alerting_threshold",
            "health_check_interval",
            "proxy_batch_write_at",
            "user_api_key_cache_ttl",
        }
    ),
    "router_settings": frozenset({"cooldown_time", "retry_after"}),
    "cache_params": frozenset({"ttl"}),
}
"""Settings that are a number of seconds, by section; elsewhere these words may be anybody's own. Timeouts of requests
have a rule of their own (timeouts.py)."""

READ = re.compile(r"0*[1-9]\d*(mo|[smhdw])")
"""What LiteLLM takes: it reads the start, and passes over the rest (litellm_core_utils/duration_parser.py)."""

_DURATION = TypeAdapter(Duration)

WRITE = "write a whole number and a unit, as in 30s, 2m, 12h, 7d, 4w or 1mo"


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report spans that LiteLLM could not read, and warn of those that it would read otherwise than they look."""
    for place in places(values):
        if place.section in SETTINGS:
            yield from _spans(place.path, place.values)
        elif place.section == "litellm_params":
            # What is nested in them is the provider's.
            yield from _span(f"{place.path}.budget_duration", place.values.get("budget_duration"), kept=False)
        yield from _seconds(place)


def _spans(path: str, settings: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in settings.items():
        here = f"{path}.{name}"
        if name in SPANS or str(name).endswith(KEPT):
            own = here == _OF_THE_PROXY and _is_read_here(settings)
            yield from _span(here, value, kept=str(name).endswith(KEPT), own=own)
        elif isinstance(value, Mapping):
            yield from _spans(here, value)


def _is_read_here(settings: Mapping[str, Any]) -> bool:
    """Tell whether the stack creates a budget or alerts from the budgets of the proxy, with their span."""
    return settings.get("max_end_user_budget") is not None or is_amount(settings.get("max_budget"))


def _span(path: str, value: Any, *, kept: bool, own: bool = False) -> Iterator[Problem]:
    """Check one span; one that the stack reads by its `own` has to be exact."""
    if value is None or (isinstance(value, str) and (is_exact(value) or (value.startswith(ENVIRON) and not own))):
        return
    if isinstance(value, str) and value.startswith(ENVIRON):
        message = f"the stack creates budgets and alerts with it and needs the value: {WRITE}"
        yield Problem(path=path, message=message)
    elif isinstance(value, str) and (start := READ.match(value.lower())) and is_exact(start[0].lstrip("0")):
        message = f"LiteLLM reads {value!r} as {start[0]!r}: {WRITE}"
        yield Problem(path=path, message=message, severity="error" if own else "warning")
    elif kept and isinstance(value, int) and not isinstance(value, bool):
        yield Problem(path=path, message=f"LiteLLM reads a bare number as days: write {value}d", severity="warning")
    else:
        yield Problem(path=path, message=f"not a span of time that LiteLLM reads: {WRITE}")


def is_exact(value: str) -> bool:
    """Tell whether a text is a span of time that LiteLLM and the stack read alike."""
    try:
        _DURATION.validate_python(value)
    except ValidationError:
        return False
    return True


def _seconds(place: Place) -> Iterator[Problem]:
    for name in SECONDS.get(place.section, frozenset()) & place.values.keys():
        value = place.values[name]
        # The proxy resolves os.environ/NAME anywhere.
        if value is None or (isinstance(value, str) and value.startswith(ENVIRON)):
            continue
        if _number(value) is None:
            yield Problem(path=f"{place.path}.{name}", message="write a number of seconds")


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (OverflowError, ValueError):
        return None
    return seconds if math.isfinite(seconds) else None
