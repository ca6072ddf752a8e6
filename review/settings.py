"""What else changes about the objects on the proxy: what is new, and fields that are no limits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from review import limits, models, values
from review.grouping import Cells, rows
from review.markdown import section, table
from review.objects import NOT_FIELDS, Object, titled
from review.plan import Action
from review.secrecy import SECRET


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


def _changed(each: Object, *, told: bool) -> Iterator[Cells]:
    if each.action is Action.SAME:
        return
    elsewhere = limits.FIELDS | (models.LISTS if told else frozenset())
    old, new = each.change.old.inputs, each.change.new.inputs
    for field in sorted((old.keys() | new.keys()) - NOT_FIELDS - elsewhere):
        if old.get(field) != new.get(field):
            yield field, values.shown(field, old.get(field)), values.shown(field, new.get(field))
        elif field in each.change.reasons and SECRET in str(new.get(field)):
            yield field, "*secret*", "*another secret*"
