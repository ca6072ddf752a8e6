"""What changes about a Swarm's service, in the words of what changes about a container.

A service goes on when it is updated: its tasks are replaced, each by a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from review.plan import Action, Change

KIND: Final = "Service"
TASK, ENDPOINT = "taskSpec", "endpointSpec"
"""The inputs that tell of the tasks, and of the ports that they publish."""
IMAGE: Final = "image"
CONTAINER: Final = "containerSpec"
_NAMED: Final = {"env": "variable", "secrets": "variable", "configs": "file"}
"""What a container is given by name, and what an entry is to whoever reads a report."""


def action(change: Change) -> Action:
    """Return what becomes of the containers: another form of tasks replaces them, another number of them does not."""
    rolls = change.kind == KIND and change.action is Action.UPDATE
    return Action.REPLACE if rolls and (differs(change, TASK) or differs(change, ENDPOINT)) else change.action


def differs(change: Change, name: str) -> bool:
    """Whether an input of a service changes, by what the engine says or else by what is declared."""
    if change.reasons:
        return name in change.reasons
    return not _is(change.old.inputs.get(name), change.new.inputs.get(name))


def reasons(change: Change) -> list[str]:
    """Name what differs about the tasks: variables and files each by its name, an image as `IMAGE`."""
    old, new = (_mapping(state.inputs.get(TASK)) for state in (change.old, change.new))
    old_container, new_container = _mapping(old.get(CONTAINER)), _mapping(new.get(CONTAINER))
    found = [name for name, value in new.items() if name != CONTAINER and not _is(old.get(name), value)]
    for name in new_container.keys() | (old_container.keys() & _NAMED.keys()):
        found += _inside(name, old_container.get(name), new_container.get(name))
    if differs(change, ENDPOINT):
        found.append("ports")
    return sorted(dict.fromkeys(found)) or [TASK]


def _inside(name: str, old: Any, new: Any) -> list[str]:
    if name not in _NAMED:
        return [] if _is(old, new) else [name]
    kind, entries = _NAMED[name], [_entries(given) for given in (old, new)]
    before, after = entries
    return [
        f"{kind} {entry}"
        for entry in before.keys() | after.keys()
        if entry not in after or entry not in before or not _is(before[entry], after[entry])
    ]


def _is(old: Any, new: Any) -> bool:
    """Whether `old` is what `new` declares: a state that was refreshed holds all that the engine adds by itself."""
    if isinstance(new, Mapping):
        return all(_is(_mapping(old).get(name), value) for name, value in new.items())
    if isinstance(new, list):
        # The engine gives them back in an order of its own.
        given = old if isinstance(old, list) else []
        return len(given) == len(new) and all(any(_is(entry, value) for entry in given) for value in new)
    return bool(old == new)


def _entries(given: Any) -> Mapping[str, Any]:
    """Return variables by their names, and secrets and files by what they are called in the container."""
    if isinstance(given, list):
        return {str(entry.get("fileName")): entry for entry in given if isinstance(entry, Mapping)}
    return _mapping(given)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
