"""A key that is refused because a budget is spent: when that is told as its own budget, and when as somebody else's."""

from __future__ import annotations

from tests.integration.alert_cases import Case, series
from tests.integration.budget_alert_cases import budget, chat_app

NEARLY = chat_app("34+0x100")
"""All that is shown of a key's budget when the cost of its last answer is not."""

NOBODY = {"team": "None", "user": "None", "end_user": "None"}


def requests(refused: str, answered: str, **of: str) -> dict[str, str]:
    """Return what a replica counts of a key's requests, and whose they are."""
    labels = {"api_key_alias": "chat-app", **NOBODY} | of
    failed, asked = "litellm_proxy_failed_requests_metric_total", "litellm_proxy_total_requests_metric_total"
    return {
        series(failed, exception_class="BudgetExceededError", **labels): refused,
        series(asked, status_code="422", **labels): refused,
        series(asked, status_code="200", **labels): answered,
    }


ONE, MANY = "_x70 1+0x100", "_x70 1+1x100"
"""Refusals: the one that there is five minutes before the look, and the many since then."""
ENDED, GO_ON = "0+1x60 60+0x100", "0+1x200"

OWN = Case(
    alert="BudgetSpent",
    fires={**NEARLY, **requests(MANY, ENDED)},
    # One customer of many has spent a budget.
    quiet={**NEARLY, **requests(MANY, GO_ON)},
    labels={"severity": "critical", "budget_of": "key", "period": "1d", "api_key_alias": "chat-app"},
    summary="key chat-app has spent its budget per 1d: its requests are refused",
)
SELDOM = Case(
    alert="BudgetSpent",
    fires={**NEARLY, **requests(ONE, ENDED)},
    quiet={**chat_app("51+0x100"), **requests(MANY, ENDED)},
    labels=OWN.labels,
    summary=OWN.summary,
)

# Each fires for whoever has spent a budget, and not for the key as well.
TEAM = Case(
    alert="BudgetSpent",
    fires={
        **NEARLY,
        **requests(MANY, ENDED, team="support"),
        **budget("team", left="0+0x100", limit=20, team="support", team_alias="support"),
    },
    quiet={**NEARLY, **requests(MANY, GO_ON, team="support")},
    labels={"severity": "critical", "budget_of": "team", "period": "30d", "team": "support", "team_alias": "support"},
    summary="team support has spent its budget per 30d: its requests are refused",
)
USER = Case(
    alert="BudgetSpent",
    fires={
        **NEARLY,
        **requests(MANY, ENDED, user="ann"),
        **budget("user", left="0+0x100", limit=4, user="ann"),
    },
    quiet={**NEARLY, **requests(MANY, GO_ON, user="ann")},
    labels={"severity": "warning", "budget_of": "user", "period": "ever", "user": "ann"},
    summary="user ann has spent its budget: its requests are refused",
)
CUSTOMER = Case(
    alert="BudgetSpent",
    fires={
        **NEARLY,
        **requests(MANY, ENDED, end_user="acme"),
        **budget("customer", left="0+0x100", limit=0.5, end_user="acme"),
    },
    quiet={**NEARLY, **requests(MANY, GO_ON, end_user="acme")},
    labels={
        "severity": "warning",
        "budget_of": "customer",
        "period": "1d",
        "budget": "free-tier",
        "end_user": "acme",
    },
    summary="customer acme has spent budget free-tier per 1d: its requests are refused",
)
PROXY = Case(
    alert="BudgetSpent",
    fires={
        **NEARLY,
        **requests(MANY, ENDED),
        **budget("user", left="0+0x100", limit=50, user="litellm-proxy-budget"),
    },
    quiet={**NEARLY, **requests(MANY, GO_ON)},
    labels={"severity": "critical", "budget_of": "proxy", "period": "1mo", "user": "litellm-proxy-budget"},
    summary="proxy as a whole has spent its budget per 1mo: its requests are refused",
)

REFUSED_KEYS = [OWN, SELDOM, TEAM, USER, CUSTOMER, PROXY]
