"""For each alert on a budget, metrics that fire it and metrics that do not."""

from __future__ import annotations

from typing import Any

from tests.integration.alert_cases import ODD, Case, series, still


def budget(kind: str, *, left: str, limit: float, hours: float | None = None, **labels: str) -> dict[str, str]:
    """Return what a replica shows of a budget: what is left, the limit, and the hours until the reset."""
    until = {} if hours is None else still(f"litellm_{kind}_budget_remaining_hours_metric", hours, **labels)
    remaining = {series(f"litellm_remaining_{kind}_budget_metric", **labels): left}
    return {**remaining, **still(f"litellm_{kind}_max_budget_metric", limit, **labels), **until}


def chat_app(left: str, **more: Any) -> dict[str, str]:
    """Return the budget of a key that has a limit of its own."""
    return budget("api_key", left=left, limit=100, api_key_alias="chat-app", instance="a", **more)


def nightly(left: str) -> dict[str, str]:
    """Return the budget of a key that names a budget: nobody knows when it is reset."""
    return budget("api_key", left=left, limit=0.5, api_key_alias="nightly")


def value(hash_: str, left: str, *, limit: float = 100, instance: str = "a") -> dict[str, str]:
    """Return the budget of one of the values that a rotated key had, as a replica shows it."""
    return budget("api_key", left=left, limit=limit, api_key_alias="chat-app", hashed_api_key=hash_, instance=instance)


DAILY = {"severity": "warning", "budget_of": "key", "period": "1d"}
FREE_TIER = {"period": "1d", "budget": "free-tier"}

BUDGETS = [
    Case(
        alert="BudgetNearlySpent",
        # The replica that knows of more spend is right.
        fires={
            **chat_app("15+0x100"),
            **still("litellm_remaining_api_key_budget_metric", 60, api_key_alias="chat-app", instance="b"),
        },
        quiet=chat_app("21+0x100"),
        labels={**DAILY, "api_key_alias": "chat-app"},
        summary="key chat-app has spent 85% of its budget per 1d",
    ),
    Case(
        alert="BudgetNearlySpent",
        fires=budget("api_key", left="10+0x100", limit=100, api_key_alias=ODD),
        quiet=budget("api_key", left="10+0x100", limit=100, api_key_alias="odd a"),
        labels={"severity": "warning", "budget_of": "key", "period": "ever", "api_key_alias": ODD},
        summary=f"key {ODD} has spent 90% of its budget",
    ),
    Case(
        alert="BudgetNearlySpent",
        # In between, LiteLLM refreshes it from the database and knows no limit.
        fires=nightly("0.05+0x70 Inf Inf Inf Inf Inf Inf Inf Inf Inf Inf Inf Inf"),
        quiet=nightly("Inf Inf Inf Inf Inf Inf Inf Inf 0.2+0x100"),
        labels={**DAILY, **FREE_TIER, "api_key_alias": "nightly"},
        summary="key nightly has spent 90% of budget free-tier per 1d",
    ),
    Case(
        alert="BudgetSpent",
        fires=budget("team", left="-1+0x100", limit=20, team="support", team_alias="support"),
        quiet=budget("team", left="1+0x100", limit=20, team="support", team_alias="support"),
        labels={
            "severity": "critical",
            "budget_of": "team",
            "period": "30d",
            "team": "support",
            "team_alias": "support",
        },
        summary="team support has spent its budget per 30d: its requests are refused",
    ),
    Case(
        alert="BudgetSpent",
        fires=budget("customer", left="0+0x100", limit=0.5, end_user="acme"),
        # Nobody declared that one.
        quiet=budget("customer", left="0+0x100", limit=0.5, end_user="someone"),
        labels={"severity": "warning", "budget_of": "customer", **FREE_TIER, "end_user": "acme"},
        summary="customer acme has spent budget free-tier per 1d: its requests are refused",
    ),
    Case(
        alert="BudgetSpent",
        fires=budget("user", left="0+0x100", limit=4, user="ann"),
        quiet=budget("user", left="0.1+0x100", limit=4, user="ann"),
        labels={"severity": "warning", "budget_of": "user", "period": "ever", "user": "ann"},
        summary="user ann has spent its budget: its requests are refused",
    ),
    Case(
        alert="BudgetSpent",
        fires=budget("user", left="-2+0x100", limit=50, user="litellm-proxy-budget"),
        quiet=budget("user", left="1+0x100", limit=50, user="litellm-proxy-budget"),
        labels={"severity": "critical", "budget_of": "proxy", "period": "1mo", "user": "litellm-proxy-budget"},
        summary="proxy as a whole has spent its budget per 1mo: its requests are refused",
    ),
    # c64: the key was rotated after five minutes, and the series of its old value stays as it was.
    Case(
        alert="BudgetSpent",
        fires={**value("old", "100+0x1000"), **value("new", "_x20 0+0x1000", instance="b")},
        quiet={**value("old", "0+0x1000"), **value("new", "_x20 90+0x1000", instance="b")},
        labels={**DAILY, "severity": "critical", "api_key_alias": "chat-app"},
        summary="key chat-app has spent its budget per 1d: its requests are refused",
    ),
    Case(
        alert="BudgetNearlySpent",
        # It got another limit since; and the replica that had the series of the current value has ended.
        fires={**value("old", "0+0x1000", limit=100), **value("new", "_x20 30+0x1000", limit=200)},
        quiet={**value("old", "10+0x1000"), **value("new", "_x20 90+0x10", instance="b")},
        labels={**DAILY, "api_key_alias": "chat-app"},
        summary="key chat-app has spent 85% of its budget per 1d",
    ),
    Case(
        alert="BudgetSpent",
        # It was rotated twice.
        fires={**value("old", "50+0x1000"), **value("newer", "_x20 60+0x1000"), **value("newest", "_x40 0+0x1000")},
        quiet={**value("old", "0+0x1000"), **value("newer", "_x20 0+0x1000"), **value("newest", "_x40 60+0x1000")},
        labels={**DAILY, "severity": "critical", "api_key_alias": "chat-app"},
        summary="key chat-app has spent its budget per 1d: its requests are refused",
    ),
    Case(
        alert="BudgetSpent",
        # The rotation was taken back after ten minutes, and the first value is used again.
        fires={**value("old", "80+0x40 0+0x1000"), **value("new", "_x20 60+0x1000")},
        quiet={**value("old", "10+0x40 80+0x1000"), **value("new", "_x20 0+0x1000")},
        labels={**DAILY, "severity": "critical", "api_key_alias": "chat-app"},
        summary="key chat-app has spent its budget per 1d: its requests are refused",
    ),
    Case(
        alert="BudgetOnCourseToBeSpent",
        # 10 dollars an hour: 60 are left, and the reset is far or near.
        fires=chat_app("100-0.041666667x1000", hours=20),
        quiet=chat_app("100-0.041666667x1000", hours=2),
        labels={**DAILY, "api_key_alias": "chat-app"},
        summary=(
            "key chat-app will have spent its budget per 1d before the reset, at the pace of the last 120 minutes;"
            " now: 40%"
        ),
        at="4h",
        quiet_at="4h",
    ),
    Case(
        alert="BudgetOnCourseToBeSpent",
        # It is reset at midnight, twenty hours from then: 5 cents an hour are too much, and 2 are not.
        fires=nightly("0.5-0.000208333x1000"),
        quiet=nightly("0.5-0.000083333x1000"),
        labels={**DAILY, **FREE_TIER, "api_key_alias": "nightly"},
        summary=(
            "key nightly will have spent budget free-tier per 1d before the reset, at the pace of the last 120 minutes;"
            " now: 40%"
        ),
        at="4h",
        quiet_at="4h",
    ),
]
