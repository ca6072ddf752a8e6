"""LiteLLM's config.yaml: the stack's settings laid over `base.yaml`. It holds no secret, only `os.environ/NAME`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from config import cache, timeouts
from config.merge import merge
from config.reading import mapping
from config.settings import Settings
from litellm_admin.fields.budget import BudgetFields

BASE = Path(__file__).with_name("base.yaml")

END_USER_BUDGET_ID = "litellm-stack-end-users"
"""The budget of every end user who is not declared as a customer."""

CUSTOMERS_SHOWN = "enable_end_user_cost_tracking_prometheus_only"
"""The setting by which metrics tell end users apart."""

MOST_END_USERS = 200
"""How many label sets with an end user each metric has at most, where no more customers are declared: a histogram's has
twenty series. LiteLLM drops those that were touched longest ago."""


def render(settings: Settings) -> str:
    """Return the content of config.yaml."""
    return yaml.safe_dump(sections(settings), sort_keys=False, allow_unicode=True, width=120)


def sections(settings: Settings) -> dict[str, Any]:
    """Return config.yaml's sections."""
    proxy = _merged(settings)
    budget = end_user_budget(settings)
    if budget is not None:
        # LiteLLM 1.106.12 reads max_end_user_budget and does nothing with it (`pass` in litellm/proxy/utils.py), but
        # it enforces the budget that max_end_user_budget_id names. `components/access.py` creates that budget.
        del proxy["litellm_settings"]["max_end_user_budget"]
        proxy["litellm_settings"]["max_end_user_budget_id"] = END_USER_BUDGET_ID
    if settings.access.customers:
        # Customers have metrics then, and so has every end user: the bound keeps them from filling Prometheus's memory.
        bound = max(MOST_END_USERS, 2 * len(settings.access.customers))
        shown = {CUSTOMERS_SHOWN: True, "prometheus_end_user_metrics_max_series_per_metric": bound}
        proxy["litellm_settings"] = {**shown, **proxy["litellm_settings"]}
    if settings.access.models or settings.access.credentials:
        # Without it, a replica reads neither from the database when it starts, nor what another one wrote.
        proxy = merge(proxy, {"general_settings": {"store_model_in_db": True}})
    if _reads_database(settings, proxy):
        proxy = _with_default_fallbacks(proxy)
    if settings.names_cache:
        # Named here, a Redis that does not answer fails the start; by variables alone LiteLLM counts per replica then.
        redis = {"host": cache.HOST, "port": cache.PORT, "password": cache.PASSWORD}
        section: dict[str, Any] = {name: f"os.environ/{variable}" for name, variable in redis.items()}
        if settings.cache.server and settings.cache.server.ca:
            section["ssl"] = True
        proxy = merge(proxy, {"general_settings": {cache.COORDINATION: section}})
    return proxy


def reads_database(settings: Settings) -> bool:
    """Tell whether LiteLLM takes models and settings from its database too (load_config in proxy_server.py)."""
    return _reads_database(settings, sections(settings))


def _reads_database(settings: Settings, proxy: Mapping[str, Any]) -> bool:
    by_variable = settings.environment.get("STORE_MODEL_IN_DB", "").lower() == "true"
    return by_variable or proxy["general_settings"].get("store_model_in_db") is True


def _with_default_fallbacks(proxy: dict[str, Any]) -> dict[str, Any]:
    """Write the default fallbacks among the others, where LiteLLM's router has them too.

    LiteLLM 1.106.12 puts them there once, and loses them where it reads its database: it lays the `fallbacks` of
    config.yaml over the router's again and again (Router.update_settings in litellm/router.py).
    """
    router = mapping(proxy, "router_settings")
    default = router.get("default_fallbacks") or mapping(proxy, "litellm_settings").get("default_fallbacks")
    if not default or not router.get("fallbacks"):
        return proxy
    return merge(proxy, {"router_settings": {"fallbacks": [*router["fallbacks"], {"*": default}]}})


def shows_customers(settings: Settings) -> bool:
    """Tell whether the metrics have the budgets of customers (_customer_budget_metrics_enabled in prometheus.py)."""
    declared = sections(settings)["litellm_settings"]
    return declared.get(CUSTOMERS_SHOWN) is True and not declared.get("disable_end_user_cost_tracking")


def end_user_budget(settings: Settings) -> BudgetFields | None:
    """Return what `max_end_user_budget` promises, or None where the stack config does not set it."""
    litellm_settings = settings.proxy.get("litellm_settings") or {}
    amount = litellm_settings.get("max_end_user_budget")
    if amount is None:
        return None
    return BudgetFields(max_budget=amount, budget_duration=litellm_settings.get("budget_duration"))


def proxy_budget(settings: Settings) -> BudgetFields:
    """Return what `max_budget` sets for all requests together; 0 is no limit, as for LiteLLM."""
    declared = sections(settings)["litellm_settings"]
    amount = declared.get("max_budget")
    # Text names a variable, of which only LiteLLM knows the value.
    known = amount if isinstance(amount, int | float) else None
    return BudgetFields(max_budget=known, budget_duration=declared.get("budget_duration") if known else None)


def request_timeout(settings: Settings) -> int:
    """Return how long an attempt of a request may take, of any model, in seconds, rounded up."""
    stored = {name: {"litellm_params": model.litellm_params} for name, model in settings.access.models.items()}
    return timeouts.longest(
        {
            "proxy": _merged(settings),
            "access": {"models": stored},
            "environment": settings.environment,
        }
    )


def _merged(settings: Settings) -> dict[str, Any]:
    """Lay the settings over the base. A section with nothing in it changes nothing; null removes single settings."""
    return merge(_base(), {name: section for name, section in settings.proxy.items() if section is not None})


@functools.cache
def _base() -> Mapping[str, Any]:
    base: dict[str, Any] = yaml.safe_load(BASE.read_text(encoding="utf-8"))
    return base
