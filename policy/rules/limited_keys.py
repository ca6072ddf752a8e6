"""limitedKeys: what a leaked key can spend has an end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from config.access import RESERVED
from policy.resources import BUDGET, TEAM, TEAM_MEMBER, USER, VIRTUAL_KEY, Resource, Violation, of_type

DESCRIPTION = "Every virtual key has a budget: its own, that of a budget it names, or that of its team or user."


def violations(registered: Sequence[Resource]) -> Iterator[Violation]:
    """Report keys whose spend nothing limits. A rate limit is no budget: it bounds a minute, and not a month."""
    limited = {
        kind: {str(resource.known(name)) for resource in of_type(registered, kind) if _has_budget(resource, limit)}
        for kind, name, limit in (
            (BUDGET, "budget_id", "max_budget"),
            (TEAM, "team_id", "max_budget"),
            (USER, "user_id", "max_budget"),
        )
    }
    members = {
        (member.known("team_id"), member.known("user_id"))
        for member in of_type(registered, TEAM_MEMBER)
        if _has_budget(member, "max_budget_in_team")
    }
    declared = {str(budget.known("budget_id")) for budget in of_type(registered, BUDGET)}
    for key in of_type(registered, VIRTUAL_KEY):
        alias = str(key.known("key_alias"))
        if alias.startswith(RESERVED) or _own_limit(key, limited[BUDGET], declared):
            continue
        team, user = key.known("team_id"), key.known("user_id")
        # A user's budget counts for the keys that belong to no team (litellm/proxy/auth/auth_checks.py).
        if not (_owner_limited(limited, team, user) or (team, user) in members):
            yield Violation(message=_message(key, team), urn=key.urn)


def _has_budget(resource: Resource, name: str) -> bool:
    # One that is not known yet is one.
    return resource.values.get(name) is not None


def _own_limit(key: Resource, limited: set[str], declared: set[str]) -> bool:
    if _has_budget(key, "max_budget") or key.values.get("budget_limits"):
        return True
    budget = key.values.get("budget_id")
    if budget is None:
        return False
    # A budget that the program does not declare, or that is not known yet, may hold any limit.
    return str(budget) in limited or str(budget) not in declared


def _owner_limited(limited: Mapping[str, set[str]], team: str | None, user: str | None) -> bool:
    return team in limited[TEAM] if team else user in limited[USER]


def _message(key: Resource, team: str | None) -> str:
    owner = f" or its team {team!r} one" if team else ""
    return (
        f"{key.title} can spend without an end: give it max_budget and budget_duration, or budget_id{owner}."
        " Where endless keys are meant: policy.limitedKeys: disabled."
    )
