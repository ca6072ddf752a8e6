"""budgetRaise: nobody may suddenly spend a multiple, unless a label says that it is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litellm_admin.fields.amounts import seconds
from policy.resources import (
    BUDGET,
    CUSTOMER,
    TEAM,
    TEAM_MEMBER,
    UNKNOWN,
    USER,
    VIRTUAL_KEY,
    Resource,
    Violation,
    of_type,
    proxy_config,
)

DESCRIPTION = "A budget grows by no more than a factor at once, unless a label allows it."

_LIMITS = {
    VIRTUAL_KEY: (("max_budget", "budget_duration"),),
    BUDGET: (("max_budget", "budget_duration"),),
    TEAM: (("max_budget", "budget_duration"), ("team_member_budget", "team_member_budget_duration")),
    TEAM_MEMBER: (("max_budget_in_team", "budget_duration"),),
    USER: (("max_budget", "budget_duration"),),
}
_HOLDERS = (VIRTUAL_KEY, CUSTOMER)
"""Who may name a budget instead of having one."""


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """US dollars per duration, or for good where there is none."""

    amount: float
    duration: str | None

    def __str__(self) -> str:
        return f"{self.amount:g} US dollars" + (f" per {self.duration}" if self.duration else "")

    def growth(self, new: Allowance) -> float:
        """How many times this one the new one is, in the long run."""
        if new.duration and not self.duration:
            return float("inf") if new.amount else 0
        if not self.amount:
            return float("inf") if new.amount else 1
        growth = new.amount / self.amount
        if self.duration and new.duration:
            growth *= seconds(self.duration) / seconds(new.duration)
        return growth


def violations(
    recorded: Sequence[Resource], registered: Sequence[Resource], *, factor: float, label: str
) -> Iterator[Violation]:
    """Report budgets that are more than `factor` times what the state records, and limits that are gone."""
    before = {(resource.urn, resource.member): resource for resource in recorded}
    old_budgets, new_budgets = _budgets(recorded), _budgets(registered)
    for resource in registered:
        old = before.get((resource.urn, resource.member))
        if old is None or not _tells(resource, new_budgets):
            continue
        was, becomes = _allowances(old, old_budgets), _allowances(resource, new_budgets)
        for name, allowance in was.items():
            grown = _grown(allowance, becomes.get(name), factor) if _is_own(old, resource, name) else ""
            if grown:
                message = (
                    f"{_title(resource)}: {name} {grown}. If that is meant, say so with the label {label!r}: on"
                    f" the pull request, or LABELS={label} for make; else raise it in steps"
                    f" (policy.raiseFactor: {factor:g})."
                )
                yield Violation(message=message, urn=resource.urn)


def _grown(old: Allowance, new: Allowance | None, factor: float) -> str:
    if new is None:
        return f"goes from {old} to no limit of its own"
    growth = old.growth(new)
    if growth <= factor:
        return ""
    return f"goes from {old} to {new}" + (f", {growth:.3g} times as much" if growth != float("inf") else "")


def _tells(resource: Resource, budgets: Mapping[str, Resource]) -> bool:
    """Whether it is known what a resource may spend: not where it names a budget that the program does not declare."""
    budget = resource.values.get("budget_id") if resource.type in _HOLDERS else None
    amounts = [resource.values.get(amount) for amount, _ in _LIMITS.get(resource.type, ())]
    return UNKNOWN not in amounts and (budget is None or str(budget) in budgets)


def _is_own(old: Resource, new: Resource, name: str) -> bool:
    """Whether a change of this limit is the resource's own, and not that of a budget it goes on naming."""
    budget = new.known("budget_id") if new.type in _HOLDERS else None
    return name != "max_budget" or not budget or old.known("budget_id") != budget


def _budgets(resources: Sequence[Resource]) -> Mapping[str, Resource]:
    return {str(budget.known("budget_id")): budget for budget in of_type(resources, BUDGET)}


def _allowances(resource: Resource, budgets: Mapping[str, Resource]) -> dict[str, Allowance]:
    """Return what a resource may spend, by the name of the field that says so."""
    if config := proxy_config(resource):
        settings = config.get("litellm_settings") or {}
        return _pair(settings, "max_budget", "budget_duration")
    named = budgets.get(str(resource.known("budget_id")))
    if resource.type in _HOLDERS and named is not None:
        return _pair(named.values, "max_budget", "budget_duration")
    found: dict[str, Allowance] = {}
    for amount, duration in _LIMITS.get(resource.type, ()):
        found |= _pair(resource.values, amount, duration)
    return found


def _pair(values: Mapping[str, Any], amount: str, duration: str) -> dict[str, Allowance]:
    given = values.get(amount)
    if isinstance(given, bool) or not isinstance(given, int | float):
        return {}
    span = values.get(duration)
    return {amount: Allowance(amount=given, duration=span if isinstance(span, str) else None)}


def _title(resource: Resource) -> str:
    return "the whole proxy (litellm_settings)" if proxy_config(resource) else resource.title
