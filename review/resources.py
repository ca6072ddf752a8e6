"""Every resource that the update touches: replaced and deleted ones first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from review.markdown import NOTHING, code, folded, grid, listed, section
from review.plan import Action, Change

_WORDS: Final = {
    Action.DELETE: "deleted",
    Action.REPLACE: "replaced",
    Action.UPDATE: "updated",
    Action.CREATE: "created",
}
"""In the order of the report."""
_WHOLE: Final = (Action.CREATE, Action.DELETE)


def report(changes: Sequence[Change]) -> str:
    """Return the section; nothing where nothing is touched."""
    found = [row for action in _WORDS for row in _rows(action, touched(changes))]
    return (
        section("All resources", folded(tally(changes), grid(("step", "type", "names", "because of"), found)))
        if found
        else ""
    )


def touched(changes: Sequence[Change]) -> list[Change]:
    """Return the changes that are steps of the update."""
    return [change for change in changes if change.is_real and change.action is not Action.SAME]


def tally(changes: Sequence[Change]) -> str:
    """Return how many resources each thing happens to."""
    given = touched(changes)
    counts = {word: sum(change.action is action for change in given) for action, word in _WORDS.items()}
    return ", ".join(f"{number:,} {word}" for word, number in counts.items() if number)


def _rows(action: Action, changes: Sequence[Change]) -> list[tuple[str, ...]]:
    groups: dict[tuple[str, tuple[str, ...]], list[Change]] = {}
    for change in changes:
        if change.action is action:
            groups.setdefault((change.kind, tuple(change.changed)), []).append(change)
    strong = action in (Action.DELETE, Action.REPLACE)
    return [
        (
            f"**{_WORDS[action]}**" if strong else _WORDS[action],
            kind,
            listed(change.name for change in group),
            # What changes and looks the same is masked on both sides.
            ", ".join(code(reason) for reason in reasons) or (NOTHING if action in _WHOLE else "*a secret*"),
        )
        for (kind, reasons), group in sorted(groups.items(), key=lambda item: item[0])
    ]
