"""How long a request may take: the longest of the timeouts in LiteLLM's own words, in seconds.

One attempt of a request takes the timeout of its deployment, then the router's, then `request_timeout`
(`Router._get_timeout` in litellm/router.py, `resolve_llm_passthrough_timeout` in litellm/passthrough/timeout_utils.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from config.places import places
from config.reading import mapping
from config.secret_texts import ENVIRON

DEFAULT: Final = 6000.0
"""LiteLLM's own `request_timeout` (DEFAULT_REQUEST_TIMEOUT_SECONDS in litellm/constants.py)."""

PASS_THROUGH: Final = 600.0
"""LiteLLM's own timeout of a pass-through endpoint (resolve_pass_through_request_timeout)."""

VARIABLE: Final = "REQUEST_TIMEOUT"
"""The variable that LiteLLM reads `request_timeout` from if no setting gives it."""

LONGEST: Final = 24 * 86_400
"""HAProxy counts milliseconds in 31 bits: 24 days and some hours."""

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "general_settings": ("pass_through_request_timeout",),
    "litellm_settings": ("request_timeout",),
    "router_settings": ("timeout", "stream_timeout"),
    "litellm_params": ("timeout", "request_timeout", "stream_timeout"),
}
"""Settings that are the timeout of a request, by section."""

BY_TIER: Final = ("timeout_by_service_tier", "stream_timeout_by_service_tier")
"""Parameters of a deployment that hold several timeouts."""


class Timeout(NamedTuple):
    """A timeout as it is written in a stack config that is not yet validated."""

    path: str
    value: Any


def timeouts(values: Mapping[str, Any]) -> Iterator[Timeout]:
    """Go through the timeouts in a stack config."""
    for place in places(values):
        for name in NAMES.get(place.section, ()):
            yield Timeout(f"{place.path}.{name}", place.values.get(name))
        for group in BY_TIER if place.section == "litellm_params" else ():
            for tier, value in mapping(place.values, group).items():
                yield Timeout(f"{place.path}.{group}.{tier}", value)
    router = "proxy.router_settings.default_litellm_params"
    for name in NAMES["router_settings"]:
        value = mapping(values, "proxy", "router_settings", "default_litellm_params").get(name)
        yield Timeout(f"{router}.{name}", value)
    for index, endpoint in enumerate(_endpoints(values)):
        yield Timeout(
            f"proxy.general_settings.pass_through_endpoints[{index}].timeout", mapping(endpoint).get("timeout")
        )


def longest(values: Mapping[str, Any]) -> int:
    """Return the longest timeout of a stack config, in whole seconds, rounded up.

    A value that is not a usable number of seconds counts as not set: `config/lint/timeouts.py` reports it.
    """
    environment = mapping(values, "environment")
    found = [seconds(value, environment) for _, value in timeouts(values)]
    if mapping(values, "proxy", "litellm_settings").get("request_timeout") is None:
        found.append(seconds(environment.get(VARIABLE), {}) or DEFAULT)
    if _endpoints(values) and mapping(values, "proxy", "general_settings").get("pass_through_request_timeout") is None:
        found.append(PASS_THROUGH)
    return math.ceil(max((number for number in found if number), default=DEFAULT))


def seconds(value: Any, environment: Mapping[str, Any]) -> float | None:
    """Return a timeout's number of seconds, or None if it has none; os.environ/NAME is read from `environment`."""
    if isinstance(value, str) and value.startswith(ENVIRON):
        value = environment.get(value.removeprefix(ENVIRON))
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= LONGEST else None


def _endpoints(values: Mapping[str, Any]) -> list[Any]:
    listed = mapping(values, "proxy", "general_settings").get("pass_through_endpoints")
    return listed if isinstance(listed, list) else []
