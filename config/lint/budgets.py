"""Budgets that do not do what they look like: never reset, or zero where somebody left it empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config.places import declared_keys, places
from config.problems import Problem
from config.reading import is_amount, mapping
from config.secret_texts import ENVIRON

NEVER = "is spent once and never reset: add {}, or leave it so on purpose"
DEFAULTS = (
    "default_internal_user_params",
    "default_key_generate_params",
    "default_team_params",
    "upperbound_key_generate_params",
)
"""Settings in litellm_settings that hold the fields of objects that are made later."""


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report a proxy that would not start, and warn of budgets that never reset or refuse everything."""
    yield from _of_the_proxy(mapping(values, "proxy", "litellm_settings"))
    for provider, budget in mapping(values, "proxy", "router_settings", "provider_budget_config").items():
        if not {"time_period", "budget_duration"} & mapping(budget).keys():
            # The router raises an error for it (init_provider_budget_in_cache, router_strategy/budget_limiter.py).
            path = f"proxy.router_settings.provider_budget_config.{provider}"
            yield Problem(path=path, message="no time_period: write one, as in {budget_limit: 100, time_period: 1d}")
    for place in places(values):
        # A deployment has a budget only with both (router_strategy/budget_limiter.py).
        alone = _spends(place.values.get("max_budget")) and not place.values.get("budget_duration")
        if place.section == "litellm_params" and alone:
            yield _warning(f"{place.path}.max_budget", "LiteLLM ignores it without budget_duration: add one, as in 30d")
    yield from _of_objects(mapping(values, "access"))


def _of_the_proxy(settings: Mapping[str, Any]) -> Iterator[Problem]:
    path = "proxy.litellm_settings"
    amount = settings.get("max_budget")
    # LiteLLM resolves a reference; another text it reads as a number, and the stack's alerts would not.
    if not (amount is None or is_amount(amount) or (isinstance(amount, str) and amount.startswith(ENVIRON))):
        yield Problem(path=f"{path}.max_budget", message="write an amount in US dollars, 0 or more")
    if _spends(settings.get("max_budget")) and not settings.get("budget_duration"):
        # add_proxy_budget_to_db in litellm/proxy/proxy_server.py raises an error for it.
        yield Problem(path=f"{path}.max_budget", message="LiteLLM would not start: add budget_duration, as in 30d")
    yield from _never_reset(path, settings, amount="max_end_user_budget")
    if settings.get("max_budget") == 0 and settings.get("max_budget") is not False:
        yield _warning(f"{path}.max_budget", "0 is no limit here: leave it out, or write an amount in US dollars")
    duration = "internal_user_budget_duration"
    if _spends(settings.get("max_internal_user_budget")) and not settings.get(duration):
        yield _warning(f"{path}.max_internal_user_budget", NEVER.format(duration))
    for name in DEFAULTS:
        yield from _never_reset(f"{path}.{name}", mapping(settings, name))


def _of_objects(access: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _of_end_users(access)
    for kind in ("budgets", "customers", "users", "teams", "keys"):
        for name, fields in mapping(access, kind).items():
            yield from _of_an_object(f"access.{kind}.{name}", mapping(fields), may_refuse=kind == "budgets")
    for name, team in mapping(access, "teams").items():
        for alias, key in mapping(team, "keys").items():
            yield from _of_an_object(f"access.teams.{name}.keys.{alias}", mapping(key), may_refuse=False)
        for member, fields in mapping(team, "members").items():
            path = f"access.teams.{name}.members.{member}"
            yield from _never_reset(path, mapping(fields), amount="max_budget_in_team")


def _of_end_users(access: Mapping[str, Any]) -> Iterator[Problem]:
    """Report budgets of a key's end users that ask for a reset.

    LiteLLM 1.106.12 resets the end users whose row names the budget, and those of `max_end_user_budget`
    (_queue_enduser_resets in proxy/common_utils/reset_budget_job.py). A row that a request creates names none.
    """
    for path, key in declared_keys(access):
        named = mapping(access, "budgets", str(key.get("end_user_budget_id")))
        if _spends(named.get("max_budget")) and named.get("budget_duration"):
            message = (
                "LiteLLM never resets what these end users have spent: declare them as access.customers with this "
                "budget or set proxy.litellm_settings.max_end_user_budget, or name a budget without budget_duration"
            )
            yield Problem(path=f"{path}.end_user_budget_id", message=message)


def _of_an_object(path: str, fields: Mapping[str, Any], *, may_refuse: bool) -> Iterator[Problem]:
    """Check the budget of one object; a budget of zero that others name is the way to shut them out."""
    yield from _never_reset(path, fields)
    amount = fields.get("max_budget")
    if amount == 0 and amount is not False and not may_refuse:
        yield _warning(f"{path}.max_budget", "0 refuses every request: leave it out where there is no limit")


def _never_reset(path: str, fields: Mapping[str, Any], *, amount: str = "max_budget") -> Iterator[Problem]:
    if _spends(fields.get(amount)) and not fields.get("budget_duration"):
        yield _warning(f"{path}.{amount}", NEVER.format("budget_duration"))


def _spends(amount: Any) -> bool:
    return isinstance(amount, int | float) and not isinstance(amount, bool) and amount > 0


def _warning(path: str, message: str) -> Problem:
    return Problem(path=path, message=message, severity="warning")
