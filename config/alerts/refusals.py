"""Requests that are refused because a budget is spent: whose requests, and whether the key's own budget is the cause.

LiteLLM counts them by key, team, user and customer and does not say whose budget it was (async_post_call_failure_hook
in litellm/integrations/prometheus.py). Nor can a key's gauge be trusted to reach zero. An answer sets it to the limit
less what the key had spent when a replica last read it, which is up to a minute ago, and less its own cost; a refusal
sets nothing. And the refresh from the database leaves keys without a team out: it asks for those whose team is not the
admin UI's, which in SQL no null is (_build_key_filter_conditions in key_management_endpoints.py, 1.106.2).
"""

from __future__ import annotations

from collections.abc import Iterable

from config.alerts.rule import Rule, Severity

REFUSED = "litellm_proxy_failed_requests_metric_total"
ASKED = "litellm_proxy_total_requests_metric_total"
BY_A_BUDGET = 'exception_class="BudgetExceededError"'

SILENCE = "2m"
"""How long a key has had no answer: by then the gauges of teams, users, customers and the proxy are refreshed."""

RECENT = "10m"


def of_key(chosen: str, *, others: Iterable[str]) -> str:
    """Return PromQL for the keys of `chosen` that a budget refuses, where only their own can be the cause.

    That is: some requests were refused, none was answered since, and none of the other budgets that limit them is
    spent. Those are series of what is left of them, each with the labels on which it says whose requests it refuses.
    """
    refused = _some(f"{REFUSED}{{{BY_A_BUDGET},{chosen}}}", RECENT, by="api_key_alias, team, user, end_user")
    answered = _some(f'{ASKED}{{status_code="200",{chosen}}}', SILENCE, by="api_key_alias")
    return " unless ".join([refused, f"on (api_key_alias) {answered}", *(f"{other} <= 0" for other in others)])


def _some(requests: str, span: str, *, by: str) -> str:
    """Return PromQL for those of whom a counter has risen within a span, or has begun: then it has no increase yet."""
    begun = f"sum by ({by}) ({requests} unless {requests} offset {span})"
    return f"(sum by ({by}) (increase({requests}[{span}])) > 0 or {begun})"


def rule() -> Rule:
    """Return the alert on a key most of whose requests any budget refuses."""
    by = "sum by (api_key_alias, team_alias)"
    refused = f"{REFUSED}{{{BY_A_BUDGET}}}"
    return Rule(
        alert="RequestsRefusedForBudget",
        # A customer here and there whose budget is spent is what budgets are for.
        expression=f"{by} (increase({refused}[{RECENT}])) / {by} (increase({ASKED}[{RECENT}])) > 0.5",
        severity=Severity.CRITICAL,
        summary=(
            "{{ $value | humanizePercentage }} of the requests with key {{ $labels.api_key_alias }} (team"
            " {{ $labels.team_alias }}) are refused, because a budget is spent"
        ),
    )
