"""What else changes about the objects on the proxy: what is new, and fields that are no limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from review import limits, values
from review.grouping import Cells, rows
from review.markdown import section, table
from review.objects import NOT_FIELDS, Object, titled
from review.plan import Action
from review.secrecy import SECRET

ELSEWHERE: Final = limits.FIELDS | {"models", "allowed_models", "default_team_member_models"}
"""Fields that have sections of their own."""


def report(objects: Sequence[Object]) -> str:
    """Return the sections; nothing where nothing is to be told."""
    added = [each for each in objects if each.action is Action.CREATE and each.kind != "VirtualKey"]
    changed = rows([(each, cells) for each in objects if each.lasts for cells in _changed(each)])
    parts = [
        section("Teams, users, customers, budgets and models", f"Added: {titled(added)}") if added else "",
        section("Other settings", table(("whom", "setting", "old", "new"), changed)) if changed else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _changed(each: Object) -> Iterator[Cells]:
    if each.action is Action.SAME:
        return
    old, new = each.change.old.inputs, each.change.new.inputs
    for field in sorted((old.keys() | new.keys()) - NOT_FIELDS - ELSEWHERE):
        if old.get(field) != new.get(field):
            yield field, values.shown(field, old.get(field)), values.shown(field, new.get(field))
        elif field in each.change.reasons and SECRET in str(new.get(field)):
            yield field, "*secret*", "*another secret*"
