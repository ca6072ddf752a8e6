"""Spend and budgets, by key, team and customer."""

from __future__ import annotations

from collections.abc import Iterator

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import Panel

from dashboards.panels import RANGE, RATE, THIRD, Query, board, lines, number, ranking, shares
from status.metrics import SPEND, grown

MOST = 15
"""How many of the largest are shown."""

_HOLDERS = (("key", "api_key_alias"), ("team", "team_alias"), ("customer", "end_user"))
_BUDGETS = {"key": "api_key", "team": "team", "customer": "customer"}
"""What LiteLLM calls a holder in the names of its gauges of budgets."""


def build() -> dashboard.Dashboard:
    """Return the dashboard."""
    description = "Who spends how much, and of which budget"
    return board("litellm-stack-spend", "LiteLLM: spend and budgets", description, _panels())


def _panels() -> Iterator[Builder[Panel]]:
    yield number("Spend", Query(expression=grown(SPEND, span=RANGE), legend="spend"), unit="currencyUSD")
    for holder, label in _HOLDERS:
        spent = f"count({used(holder, label)} >= 1) or vector(0)"
        query = Query(expression=spent, legend=holder)
        yield number(f"Budgets of {holder}s that are spent", query, unit="short", bad=1)
    for holder, label in _HOLDERS:
        yield shares(f"Budget used by {holder}", _most(used(holder, label), label))
    for holder, label in _HOLDERS:
        yield ranking(f"Spend by {holder}", _most(_spent(label, RANGE), label), unit="currencyUSD")
    for holder, label in _HOLDERS:
        course = Query(expression=_spent(label, RATE), legend=f"{{{{{label}}}}}")
        yield lines(f"Spend by {holder} over time", course, unit="currencyUSD", width=THIRD, stacked=True)
    for holder, label in _HOLDERS:
        left = f"min by ({label}) (litellm_{_BUDGETS[holder]}_budget_remaining_hours_metric)"
        soonest = Query(expression=f"bottomk({MOST}, {left})", legend=f"{{{{{label}}}}}")
        yield ranking(f"Hours until the budget of a {holder} is reset", soonest, unit="h")


def _most(expression: str, label: str) -> Query:
    return Query(expression=f"topk({MOST}, {expression})", legend=f"{{{{{label}}}}}")


def used(holder: str, label: str) -> str:
    """Return the share of its budget that each holder has spent, 1 for all of it.

    Of a holder without a budget LiteLLM says that infinitely much is left, and names no limit. Each replica has gauges
    of its own; the one that knows of most spend is right.
    """
    name = _BUDGETS[holder]
    left = f"min by ({label}) (litellm_remaining_{name}_budget_metric)"
    # A limit of 0 shuts somebody out: there is no share of it.
    limit = f"(max by ({label}) (litellm_{name}_max_budget_metric) > 0)"
    return f"(1 - {left} / {limit})"


def _spent(label: str, span: str) -> str:
    # LiteLLM writes None for a request that comes with none.
    return grown(f'{SPEND}{{{label}!="None"}}', span=span, by=label)
