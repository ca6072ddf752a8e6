"""Drift: what is on the proxy and on the engine, beside what the last update recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from litellm_admin.notices import KEPT
from review.grouping import Cells
from review.key_groups import changed
from review.markdown import code, count, section, table
from review.objects import NOT_FIELDS, objects
from review.plan import Change
from review.preview import Preview
from review.values import shown

GONE = "**gone**"
EXPLANATION = "Changed since the last update, and not by it. The next update puts it back to what is declared."
NONE, UNREADABLE, DRIFT = 0, 1, 3
"""Exit statuses: nothing drifted; not everything could be looked at; something drifted."""


def report(found: Sequence[Change]) -> str:
    """Return the section; nothing where everything is as recorded."""
    known = {each.change.urn: each.title for each in objects(found)}
    told = [
        row
        for change in drifted(found)
        for row in _rows(change, known.get(change.urn, f"{change.kind} {code(change.name)}"))
    ]
    return section("Drift", EXPLANATION, table(("what", "property", "recorded", "found"), told)) if told else ""


def status(preview: Preview) -> int:
    """Return the exit status for monitoring. What could not be looked at is no reason for an all-clear."""
    if drifted(changed(preview)):
        return DRIFT
    told = " ".join(diagnostic.message for diagnostic in preview.diagnostics)
    return UNREADABLE if KEPT in told else NONE


def drifted(found: Sequence[Change]) -> list[Change]:
    """Return the resources that are not as recorded."""
    return [change for change in found if change.is_real and (change.is_gone or _differing(change))]


def summary(found: Sequence[Change]) -> str:
    """Return how many there are, in words; nothing where there are none."""
    number = len(drifted(found))
    return f"drift: {count(number, 'resource')}" if number else ""


def _rows(change: Change, title: str) -> Iterator[Cells]:
    if change.is_gone or change.recorded is None:
        yield (title, "", "healthy", "**not healthy**") if change.kind == "Healthy" else (title, "", "", GONE)
        return
    recorded, found = change.recorded.inputs, change.old.inputs
    if found.get("mustRun") is False:
        # Without a process there are no ports, either.
        yield title, "", "running", "**stopped**"
        return
    for name in _differing(change):
        if ":dynamic/litellm:" in change.urn:
            yield title, code(name), shown(name, recorded.get(name)), shown(name, found.get(name))
        else:
            # What an engine holds may be an environment, and so a secret: its name says enough.
            yield title, code(name), "", "another"


def _differing(change: Change) -> list[str]:
    if change.recorded is None:
        return []
    recorded, found = change.recorded.inputs, change.old.inputs
    names = sorted((recorded.keys() | found.keys()) - {"__defaults", *NOT_FIELDS})
    return [name for name in names if _canonical(recorded.get(name)) != _canonical(found.get(name))]


def _canonical(value: Any) -> str:
    """Return a value in a form that leaves out what only the provider's bookkeeping and its order of sets change."""
    if isinstance(value, dict):
        return json.dumps({name: _canonical(item) for name, item in sorted(value.items()) if name != "__defaults"})
    if isinstance(value, list):
        items = [_canonical(item) for item in value]
        return json.dumps(sorted(items) if all(isinstance(item, dict) for item in value) else items)
    return json.dumps(value)
