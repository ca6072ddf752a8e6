"""Budgets and rate limits: what they were and what they become, and for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from config.litellm import END_USER_BUDGET_ID
from review.grouping import Cells, rows
from review.markdown import NOTHING, code, count, section, table
from review.objects import Object, resolved
from review.plan import Action
from review.values import is_empty, limit, shown

SPEND: Final = (
    ("spend limit", "max_budget", "budget_duration"),
    ("spend limit in the team", "max_budget_in_team", "budget_duration"),
    ("spend limit of each member", "team_member_budget", "team_member_budget_duration"),
)
"""Amounts, each with the span of time that it is for."""
SINGLE: Final = {
    "soft_budget": "alert at",
    "budget_limits": "further spend limits",
    "model_max_budget": "spend limit per model",
    "rpm_limit": "requests per minute",
    "tpm_limit": "tokens per minute",
    "tpd_limit": "tokens per day",
    "max_parallel_requests": "requests at a time",
    "model_rpm_limit": "requests per minute and model",
    "model_tpm_limit": "tokens per minute and model",
    "mcp_rpm_limit": "requests per minute and MCP server",
    "tag_rpm_limit": "requests per minute and tag",
    "team_member_rpm_limit": "requests per minute of each member",
    "team_member_tpm_limit": "tokens per minute of each member",
    "budget_id": "budget",
    "end_user_budget_id": "budget of each end user",
}
FIELDS: Final = frozenset({field for _, *pair in SPEND for field in pair} | SINGLE.keys())
NO_LIMIT: Final = "**no limit**"


def report(objects: Sequence[Object]) -> str:
    """Return the section; nothing where no limit of anything changes."""
    attached = _attached(objects)
    told: list[tuple[Object, Cells]] = []
    own: list[Cells] = []
    for each in changed(objects):
        if each.kind == "Budget":
            own += [(f"{each.title}{attached.get(each.label, ' (nobody)')}", *cells) for cells in _changed(each)]
        else:
            told += [(each, cells) for cells in _changed(each)]
    found = [*own, *rows(told)]
    return section("Budgets and limits", table(("whom", "limit", "old", "new"), found)) if found else ""


def changed(objects: Sequence[Object]) -> list[Object]:
    """Return the objects that get other limits; keys that come or go are told of elsewhere."""
    return [
        each
        for each in objects
        if each.action not in (Action.SAME, Action.DELETE)
        and (each.kind != "VirtualKey" or each.lasts)
        and any(_changed(each))
    ]


def summary(inputs: Mapping[str, Any]) -> str:
    """Return all limits of an object in one cell."""
    spend = [limit(inputs[amount], inputs.get(span)) for _, amount, span in SPEND if not is_empty(inputs.get(amount))]
    single = [
        f"{shown(field, value)} {words}" if isinstance(value, int | float) else f"{words} {shown(field, value)}"
        for field, words in SINGLE.items()
        if not is_empty(value := inputs.get(field))
    ]
    return ", ".join([*spend, *single]) or NO_LIMIT


def _changed(each: Object) -> Iterator[Cells]:
    old, new = each.change.old.inputs, each.change.new.inputs
    for words, amount, span in SPEND:
        if is_empty(old.get(amount)) and is_empty(new.get(amount)):
            continue
        if each.change.differs(amount) or each.change.differs(span):
            yield _cells(each, words, limit(old.get(amount), old.get(span)), limit(new.get(amount), new.get(span)))
    for field, words in SINGLE.items():
        if each.kind == "Budget" and field == "budget_id":
            # Its own name.
            continue
        if each.change.differs(field) and not (is_empty(old.get(field)) and is_empty(new.get(field))):
            yield _cells(each, words, shown(field, old.get(field)), shown(field, new.get(field)))


def _cells(each: Object, words: str, old: str, new: str) -> Cells:
    before = "*new*" if each.action is Action.CREATE else "no limit" if old == NOTHING else old
    return words, before, NO_LIMIT if new == NOTHING else new


def _attached(objects: Sequence[Object]) -> dict[str, str]:
    """Return for each budget who is attached to it after the update, in words."""
    by_urn = {each.change.urn: each.change for each in objects}
    holders: dict[str, list[Object]] = {}
    for each in objects:
        for field in ("budget_id", "end_user_budget_id"):
            budget = resolved(each.change.new, field, by_urn)
            if each.kind != "Budget" and each.action is not Action.DELETE and isinstance(budget, str):
                holders.setdefault(budget, []).append(each)
    found = {budget: f" ({_counted(group)})" for budget, group in holders.items()}
    return {**found, END_USER_BUDGET_ID: " (every end user who is not declared)"}


def _counted(group: Sequence[Object]) -> str:
    nouns = sorted({each.noun for each in group})
    found = [(noun, [each for each in group if each.noun == noun]) for noun in nouns]
    return ", ".join(
        f"{noun} {code(which[0].label)}" if len(which) == 1 else count(len(which), noun) for noun, which in found
    )
