"""What LiteLLM's settings say of the keys and users that are created on it: upper bounds, and values to fill in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from config.lint.durations import is_exact
from config.places import declared_keys
from config.problems import Problem
from config.reading import mapping
from config.rotation import RotationSettings
from config.secret_texts import ENVIRON
from litellm_admin.fields.amounts import NO_GRACE, seconds

BOUNDS: Final = "upperbound_key_generate_params"
NUMBERS: Final = ("max_budget", "max_parallel_requests", "tpm_limit", "rpm_limit")
SPANS: Final = ("budget_duration", "duration")
"""What is compared with an upper bound (_enforce_upperbound_key_params in key_management_endpoints.py)."""

KEY_DEFAULTS: Final = "default_key_generate_params"
NOT_TAKEN_BACK: Final = ("object_permission", "team_id")
"""Fields of a new key that LiteLLM fills in without showing them in its answer, or that no update empties again."""

USER_DEFAULTS: Final = "default_internal_user_params"
KEPT: Final = {"models": "models: [all-proxy-models] for all of them", "user_role": "the role that the user shall have"}
"""Fields of a user that LiteLLM fills in and never empties again, each with what to write."""


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report keys beyond an upper bound, which LiteLLM refuses, and what it would fill in for good."""
    settings = mapping(values, "proxy", "litellm_settings")
    for field in NOT_TAKEN_BACK:
        if mapping(settings, KEY_DEFAULTS).get(field):
            message = "LiteLLM gives it to every key that the stack creates, the stack's own included: remove it, and "
            message += "write it in access.keys"
            yield Problem(path=f"proxy.litellm_settings.{KEY_DEFAULTS}.{field}", message=message)
    bounds = mapping(settings, BOUNDS)
    environment = mapping(values, "environment")
    keys = list(declared_keys(mapping(values, "access")))
    for path, key in keys:
        for name in (*NUMBERS, *SPANS):
            yield from _beyond(f"{path}.{name}", key.get(name), name, bounds.get(name), environment)
        yield from _grace(f"{path}.grace", key.get("grace"), bounds, environment)
    if keys:
        grace = mapping(values, "rotation").get("grace", RotationSettings().grace)
        yield from _grace("rotation.grace", grace, bounds, environment)
    yield from _users(values, mapping(settings, USER_DEFAULTS))


def _beyond(path: str, declared: Any, name: str, bound: Any, environment: Mapping[str, Any]) -> Iterator[Problem]:
    if isinstance(bound, str) and bound.startswith(ENVIRON):
        bound = environment.get(bound.removeprefix(ENVIRON))
    if name in NUMBERS:
        asked, most = _number(declared), _number(bound)
    else:
        # LiteLLM counts a month from the day of the request.
        asked, most = _seconds(declared, month=31), _seconds(bound, month=28)
    if declared != bound and most is not None and asked is not None and asked > most:
        message = (
            f"beyond proxy.litellm_settings.{BOUNDS}.{name}, which is {bound}: LiteLLM refuses the key. Write at most "
            "that, or raise the bound"
        )
        yield Problem(path=path, message=message)


def _grace(path: str, grace: Any, bounds: Mapping[str, Any], environment: Mapping[str, Any]) -> Iterator[Problem]:
    """Compare how long a rotated value stays valid: it is the old key's duration."""
    if grace != NO_GRACE:
        yield from _beyond(path, grace, "duration", bounds.get("duration"), environment)


def _users(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[Problem]:
    for name, user in mapping(values, "access", "users").items():
        if mapping(user).get("user_role") == "proxy_admin":
            # LiteLLM fills in nothing then (_update_internal_new_user_params in internal_user_endpoints.py).
            continue
        for field, write in KEPT.items():
            if defaults.get(field) and not mapping(user).get(field):
                message = (
                    f"LiteLLM fills it in from proxy.litellm_settings.{USER_DEFAULTS} and can never empty it: write "
                    f"{write}"
                )
                yield Problem(path=f"access.users.{name}.{field}", message=message)


def _seconds(value: Any, *, month: int) -> float | None:
    return seconds(value, month=month) if isinstance(value, str) and is_exact(value) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
