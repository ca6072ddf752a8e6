"""What else changes about the objects on the proxy: what is new, and fields that are no limits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from review import limits, models, values
from review.grouping import Cells, rows
from review.markdown import section, table
from review.objects import NOT_FIELDS, Object, titled
from review.plan import Action

_WITH_SECRETS: Final = ("Credential", "Model")
"""Kinds that hold secrets of their own: a change that cannot be seen may be one of theirs."""
_SECRETS: Final = ("*secret*", "*another secret*")


def report(objects: Sequence[Object], told: Collection[str]) -> str:
    """Return the sections; nothing where nothing is to be told. told: URNs whose models are told of elsewhere."""
    added = [each for each in objects if each.action is Action.CREATE and each.kind != "VirtualKey"]
    lasting = [each for each in objects if each.lasts]
    changed = rows([(each, cells) for each in lasting for cells in _changed(each, told=each.change.urn in told)])
    parts = [
        section("Teams, users, customers, budgets and models", f"Added: {titled(added)}") if added else "",
        section("Other settings", table(("whom", "setting", "old", "new"), changed)) if changed else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _changed(each: Object, *, told: bool) -> list[Cells]:
    if each.action is Action.SAME:
        return []
    old, new = each.change.old.inputs, each.change.new.inputs
    elsewhere = limits.FIELDS | (models.LISTS if told else frozenset())
    fields = sorted((old.keys() | new.keys()) - NOT_FIELDS - elsewhere)
    seen = [
        (field, values.shown(field, old.get(field)), values.shown(field, new.get(field)))
        for field in fields
        if old.get(field) != new.get(field)
    ]
    named = [
        (field, *_SECRETS) for field in fields if field in each.change.reasons and old.get(field) == new.get(field)
    ]
    if not seen and not named and each.kind in _WITH_SECRETS:
        return [("a value, or the login", *_SECRETS)]
    return [*seen, *named]
