"""Virtual keys: added, rotated, removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from review import limits
from review.grouping import rows
from review.markdown import NOTHING, code, count, section, table
from review.objects import Object
from review.plan import Action
from review.values import is_empty, shown

REFUSED_AT_ONCE = "0s"


def report(objects: Sequence[Object]) -> str:
    """Return the section; nothing where no key comes, goes or gets another value."""
    groups = _groups(objects)
    added, again, rotated, removed = groups.values()
    parts = [
        _part("added", added, ("key", "models", "limits", "belongs to"), [_held(each) for each in added]),
        _part("made again", again, ("key", "its value"), [("the same as before; its spend starts at 0",)] * len(again)),
        _part("rotated", rotated, ("key", "its old value"), [(_old_value(each),) for each in rotated]),
        _part(
            "removed", removed, ("key", "had models", "had limits", "belonged to"), [_held(each) for each in removed]
        ),
    ]
    return section("Keys", *parts) if any(parts) else ""


def summary(objects: Sequence[Object]) -> str:
    """Return how many keys come, go and get another value; nothing where none does."""
    counts = [(len(group), word) for word, group in _groups(objects).items() if group]
    if not counts:
        return ""
    (first, word), rest = counts[0], counts[1:]
    return ", ".join([f"{count(first, 'key')} {word}", *(f"{number:,} {other}" for number, other in rest)])


def _groups(objects: Sequence[Object]) -> dict[str, list[Object]]:
    found = [each for each in objects if each.kind == "VirtualKey" and not each.is_own]
    return {
        "added": [each for each in found if each.action is Action.CREATE and not each.change.is_gone],
        "made again": [each for each in found if each.action is Action.CREATE and each.change.is_gone],
        "rotated": [each for each in found if each.rotated],
        "removed": [each for each in found if each.action is Action.DELETE],
    }


def _part(word: str, keys: Sequence[Object], headers: Sequence[str], cells: Sequence[tuple[str, ...]]) -> str:
    if not keys:
        return ""
    refused = ": refused as soon as this is applied" if word == "removed" else ""
    return f"**{count(len(keys), 'key')} {word}**{refused}\n\n{table(headers, rows(zip(keys, cells, strict=True)))}"


def _held(each: Object) -> tuple[str, str, str]:
    inputs = each.change.inputs
    models = inputs.get("models")
    every = "all of its team's" if each.team else "**all**"
    return every if is_empty(models) else shown("models", models), limits.summary(inputs), _owner(each)


def _owner(each: Object) -> str:
    owners = [f"team {code(each.team)}"] if each.team else []
    user: Any = each.change.inputs.get("user_id")
    return ", ".join([*owners, *([f"user {shown('user_id', user)}"] if not is_empty(user) else [])]) or NOTHING


def _old_value(each: Object) -> str:
    grace = each.change.new.inputs.get("grace")
    if is_empty(grace):
        return "**refused at once**: the key goes back to a value of before"
    if grace == REFUSED_AT_ONCE:
        return "**refused at once**"
    return f"stays valid for {code(str(grace))}, then expires; limits and spend carry over"
