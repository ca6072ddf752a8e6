"""What changes about a Swarm's service, in the words of what changes about a container.

A service goes on when it is updated: its tasks are replaced, each by a new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from review.plan import Action, Change

KIND: Final = "Service"
TASK, ENDPOINT = "taskSpec", "endpointSpec"
"""The inputs that tell of the tasks, and of the ports that they publish."""
IMAGE: Final = "image"
_FILES: Final = {"configs": "fileName", "secrets": "fileName"}
"""Lists of what a container is given, and how an entry is called there."""


def action(change: Change) -> Action:
    """Return what becomes of the containers: another form of tasks replaces them, another number of them does not."""
    rolls = change.kind == KIND and change.action is Action.UPDATE
    return Action.REPLACE if rolls and (change.differs(TASK) or change.differs(ENDPOINT)) else change.action


def reasons(change: Change) -> list[str]:
    """Name what differs about the tasks: variables and files each by its name, an image as `IMAGE`."""
    old, new = (_mapping(state.inputs.get(TASK)) for state in (change.old, change.new))
    old_container, new_container = _mapping(old.get("containerSpec")), _mapping(new.get("containerSpec"))
    found = [name for name in _differing(old, new) if name != "containerSpec"]
    for name in _differing(old_container, new_container):
        found += _inside(name, old_container.get(name), new_container.get(name))
    if change.differs(ENDPOINT):
        found.append("ports")
    return sorted(dict.fromkeys(found)) or [TASK]


def _inside(name: str, old: Any, new: Any) -> Iterator[str]:
    if name == "env":
        yield from (f"variable {variable}" for variable in _differing(_mapping(old), _mapping(new)))
    elif name in _FILES:
        entries = [_by(_FILES[name], given) for given in (old, new)]
        kind = "variable" if name == "secrets" else "file"
        yield from (f"{kind} {entry}" for entry in _differing(*entries))
    else:
        yield name


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _by(name: str, entries: Any) -> dict[str, Any]:
    given = entries if isinstance(entries, list) else []
    return {str(entry.get(name)): entry for entry in given if isinstance(entry, Mapping)}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
