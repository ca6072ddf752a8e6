"""Alerts on budgets: most of it spent, all of it spent, and on course to be spent before it is reset.

LiteLLM shows a budget as gauges, one series per holder and replica (litellm/integrations/prometheus.py): what is left,
the limit, and the hours until the reset. They are set by each answered request, and those of customers and of the proxy
every minute from the database (PROMETHEUS_BUDGET_METRICS_REFRESH_INTERVAL_MINUTES), as are those of teams, of users and
of keys in a team. What a key without a team spent last may never show in its gauge: then its refusals tell (refusals).
After a rotation only the series of the current value count (current_keys).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from config.access import AccessSettings
from config.alerts import current_keys, refusals
from config.alerts.rule import Recording, Rule, Severity, literal, one_of
from litellm_admin.fields.amounts import seconds
from litellm_admin.fields.base import SpendLimits

WARN_AT = 0.8
"""The share of a budget that is worth a word."""

COURSE_AT = 0.1
"""The share from which its course says something: the first requests of a period prove nothing."""

HALF = 0.5
"""The share from which a key that is refused is taken to have spent its budget, when nobody else has spent one."""

SHORTEST_WITH_A_COURSE = 3600
"""Seconds: a budget that is reset more often than hourly is gone or new before anybody could look."""


_DAY, _WEEK = "(86400 - time() % 86400) / 3600", "(604800 - (time() - 345600) % 604800) / 3600"
_MONTH = "scalar((days_in_month() - day_of_month()) * 24 + 24 - hour())"
HOURS_TO_RESET = {"1d": _DAY, "daily": _DAY, "7d": _WEEK, "weekly": _WEEK} | dict.fromkeys(
    ("30d", "1mo", "monthly"), _MONTH
)
"""The hours until a budget is reset that keys name, of which LiteLLM has no gauge: at midnight, on Monday, on the first
of the month, all in UTC (get_next_standardized_reset_time in litellm_core_utils/duration_parser.py)."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Whom a budget limits, and by which gauges and labels LiteLLM tells.

    shown: a template of the name. when_spent: how soon somebody should look when one of them is refused.
    """

    name: str
    label: str
    by: str
    shown: str
    left: str
    limit: str
    hours: str
    when_spent: Severity


KEY = Kind(
    name="key",
    label="api_key_alias",
    by="api_key_alias",
    shown="{{ $labels.api_key_alias }}",
    left="litellm_remaining_api_key_budget_metric",
    limit="litellm_api_key_max_budget_metric",
    hours="litellm_api_key_budget_remaining_hours_metric",
    when_spent=Severity.CRITICAL,
)
TEAM = Kind(
    name="team",
    label="team",
    by="team, team_alias",
    shown="{{ $labels.team_alias }}",
    left="litellm_remaining_team_budget_metric",
    limit="litellm_team_max_budget_metric",
    hours="litellm_team_budget_remaining_hours_metric",
    when_spent=Severity.CRITICAL,
)
CUSTOMER = Kind(
    name="customer",
    label="end_user",
    by="end_user",
    shown="{{ $labels.end_user }}",
    left="litellm_remaining_customer_budget_metric",
    limit="litellm_customer_max_budget_metric",
    hours="litellm_customer_budget_remaining_hours_metric",
    when_spent=Severity.WARNING,
)
USER = Kind(
    name="user",
    label="user",
    by="user",
    shown="{{ $labels.user }}",
    left="litellm_remaining_user_budget_metric",
    limit="litellm_user_max_budget_metric",
    hours="litellm_user_budget_remaining_hours_metric",
    when_spent=Severity.WARNING,
)
# LiteLLM counts what all requests cost together as the spend of a user of this name (LITELLM_PROXY_BUDGET_NAME).
PROXY_USER = "litellm-proxy-budget"
PROXY = replace(USER, name="proxy", shown="as a whole", when_spent=Severity.CRITICAL)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What holders have in common that share a rule; `budget` is one that they name instead of a limit of theirs."""

    kind: Kind
    duration: str | None
    budget: str | None = None

    @property
    def labels(self) -> dict[str, str]:
        """The labels by which an alert tells whose budget it is about, and which."""
        budget = {"budget": literal(self.budget)} if self.budget else {}
        return {"budget_of": self.kind.name, "period": self.duration or "ever", **budget}

    @property
    def words(self) -> str:
        """What a summary calls the budget."""
        name = f"budget {literal(self.budget)}" if self.budget else "its budget"
        return f"{name} per {self.duration}" if self.duration else name


def holders(access: AccessSettings, proxy: SpendLimits, *, customers: bool) -> dict[Limit, list[str]]:
    """Return who has a budget, as the values of the labels that tell them, by what they have in common.

    A budget of 0 shuts its holder out on purpose and is no cause for an alert. `proxy` holds the limit of all requests
    together, `customers` tells whether LiteLLM shows them.
    """
    found: defaultdict[Limit, list[str]] = defaultdict(list)

    def hold(kind: Kind, name: str, limits: SpendLimits, *, budget_id: str | None = None) -> None:
        named = access.budgets.get(budget_id or "")
        amount = named or limits
        if amount.max_budget:
            budget = budget_id if named else None
            found[Limit(kind=kind, duration=amount.budget_duration, budget=budget)].append(name)

    for alias, key, _ in (*access.all_keys(), *access.keys_of_groups()):
        hold(KEY, alias, key, budget_id=key.budget_id)
    for name, team in access.teams.items():
        hold(TEAM, team.team_id or name, team)
    for user_id, user in access.users.items():
        hold(USER, user_id, user)
    for customer_id, customer in access.customers.items() if customers else ():
        hold(CUSTOMER, customer_id, SpendLimits(), budget_id=customer.budget_id)
    hold(PROXY, PROXY_USER, proxy)
    return dict(found)


def rules(
    access: AccessSettings, proxy: SpendLimits, *, customers: bool, scrape_interval: float
) -> Iterator[Rule | Recording]:
    """Return the rules for everybody who has a budget, and one for keys that any budget refuses.

    `scrape_interval` is in seconds.
    """
    found = holders(access, proxy, customers=customers)
    if any(limit.kind is KEY for limit in found):
        yield from current_keys.recordings(scrape_interval=scrape_interval)
    beside_keys = [
        *(f"on ({kind.label}) {kind.left}" for kind in (TEAM, USER, *([CUSTOMER] if customers else []))),
        *(f'on () {PROXY.left}{{{PROXY.label}="{PROXY_USER}"}}' for limit in found if limit.kind is PROXY),
    ]
    for limit, names in found.items():
        yield from _rules(limit, names, beside_keys)
    yield refusals.rule()


def _rules(limit: Limit, names: list[str], beside_keys: list[str]) -> Iterator[Rule]:
    kind, matcher = limit.kind, f"{limit.kind.label}=~{one_of(names)}"
    chosen = f"{{{matcher}}}"
    left = f"min by ({kind.by}) ({_left(limit, chosen)})"
    spent = f"1 - {left} / max by ({kind.by}) ({_counted(kind, kind.limit + chosen)})"
    budget, labels = limit.words, limit.labels
    who = f"{kind.name} {kind.shown}"
    yield Rule(
        alert="BudgetNearlySpent",
        expression=f"{WARN_AT} <= ({spent}) < 1",
        severity=Severity.WARNING,
        summary=f"{who} has spent {{{{ $value | humanizePercentage }}}} of {budget}",
        labels=labels,
    )
    yield Rule(
        alert="BudgetSpent",
        expression=_all(spent, matcher, beside_keys) if kind is KEY else f"({spent}) >= 1",
        severity=kind.when_spent,
        summary=f"{who} has spent {budget}: its requests are refused",
        labels=labels,
    )
    if hours := _hours(limit, chosen):
        yield _course(limit, left=left, spent=spent, hours=hours, summary=f"{who} will have spent {budget}")


def _all(spent: str, keys: str, others: list[str]) -> str:
    refused = refusals.of_key(keys, others=others)
    return f"({spent}) >= 1 or ({spent}) >= {HALF} and on ({KEY.by}) ({refused})"


def _left(limit: Limit, chosen: str) -> str:
    series = f"{limit.kind.left}{chosen}"
    # Of a key that names a budget, the refresh from the database knows no limit: it writes +Inf until the next request.
    known = f"min_over_time({series}[15m]) < Inf" if limit.kind is KEY and limit.budget else series
    return _counted(limit.kind, known)


def _counted(kind: Kind, series: str) -> str:
    return current_keys.of_current_value(series) if kind is KEY else series


def _hours(limit: Limit, chosen: str) -> str | None:
    """Return PromQL for the hours until the reset, or None where there is none worth a word or nobody tells."""
    if limit.duration is None or seconds(limit.duration) < SHORTEST_WITH_A_COURSE:
        return None
    if limit.kind is KEY and limit.budget:
        return HOURS_TO_RESET.get(limit.duration)
    # Of a replica that missed the reset they are below zero until its next refresh.
    return f"(min by ({limit.kind.by}) ({_counted(limit.kind, limit.kind.hours + chosen)}) > 0)"


def _course(limit: Limit, *, left: str, spent: str, hours: str, summary: str) -> Rule:
    """Return the rule that draws a line through the last part of the period, a twelfth of it or at most a day."""
    window = min(86_400, max(600, seconds(limit.duration or "") // 12))
    course = f"{left} + deriv(({left})[{window}s:{window // 40}s]) * 3600 * {hours}"
    now = "{{ $value | humanizePercentage }}"
    return Rule(
        alert="BudgetOnCourseToBeSpent",
        expression=f"({COURSE_AT} <= ({spent}) < 1) and ({course} < 0)",
        severity=Severity.WARNING,
        summary=f"{summary} before the reset, at the pace of the last {window // 60} minutes; now: {now}",
        lasting=f"{window // 5}s",
        labels=limit.labels,
    )
