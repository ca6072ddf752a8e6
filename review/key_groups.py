"""The keys of a group as the changes that a reader looks for: one for each key, and none for the group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from review.plan import Action, Change, changes
from review.preview import Preview, State

_KIND = "litellm:KeyGroup::"
_VALUE = frozenset({"seed", "rotation", "emptied"})


def changed(preview: Preview) -> tuple[Change, ...]:
    """Return the changes of a preview, those of a group's keys in the group's place."""
    return spread(changes(preview.steps))


def spread(found: Iterable[Change]) -> tuple[Change, ...]:
    """Put a change for each key of a group in the group's place."""
    return tuple(one for change in found for one in (_members(change) if _KIND in change.urn else (change,)))


def _members(group: Change) -> Iterator[Change]:
    old = {} if group.action is Action.CREATE else _keys(group.old)
    new = {} if group.action is Action.DELETE else _keys(group.new)
    recorded = _keys(group.recorded) if group.recorded else None
    for alias in sorted(old.keys() | new.keys() | (recorded or {}).keys()):
        before, after = old.get(alias), new.get(alias)
        reasons = _reasons(before or {}, after or {}, group)
        action = _action(before, after, reasons)
        known = recorded.get(alias) if recorded is not None else None
        if action is None or (action is Action.SAME and group.action is not Action.SAME and known in (None, before)):
            continue
        yield Change(
            urn=group.urn.replace(_KIND, "litellm:VirtualKey::") + f"/{alias}",
            action=action,
            recorded=_state(group.recorded, known) if group.recorded and known is not None else None,
            old=_state(group.old, before),
            new=_state(group.new, after),
            reasons=reasons,
            is_gone=known is not None and before is None,
        )


def _action(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, reasons: frozenset[str]
) -> Action | None:
    if before is None:
        return None if after is None else Action.CREATE
    if after is None:
        return Action.DELETE
    if reasons & {"key", "team_id"}:
        return Action.REPLACE
    return Action.UPDATE if reasons else Action.SAME


def _reasons(before: Mapping[str, Any], after: Mapping[str, Any], group: Change) -> frozenset[str]:
    """Name the fields that differ; `key` stands for another value."""
    if not before or not after:
        return frozenset()
    names = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    lost = {str(name) for name in before.get("emptied") or ()}
    rotated = {"key"} if "rotation" in names or "seed" in group.reasons else set()
    return frozenset(names - _VALUE - {"grace"} | lost | rotated)


def _keys(state: State) -> dict[str, dict[str, Any]]:
    shared, own = state.inputs.get("fields"), state.inputs.get("keys")
    shared = shared if isinstance(shared, Mapping) else {}
    own = own if isinstance(own, Mapping) else {}
    return {alias: {"key_alias": alias, **shared, **(said or {})} for alias, said in own.items()}


def _state(group: State, inputs: Mapping[str, Any] | None) -> State:
    sources = [urn for name in ("fields", "keys") for urn in group.property_dependencies.get(name) or ()]
    words = inputs or {}
    lost = words.get("emptied") or ()
    held = {name: value for name, value in words.items() if name not in {*_VALUE, "grace", *lost}}
    return State(inputs=held, property_dependencies=dict.fromkeys(held, sources))
