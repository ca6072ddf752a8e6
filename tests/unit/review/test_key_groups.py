"""The keys of a group in a report: each as itself."""

from __future__ import annotations

from typing import Any

from review.key_groups import spread
from review.plan import Action, changes
from tests.unit.review.plans import preview, step

OLD: dict[str, Any] = {
    "group": "class",
    "seed": "[secret]",
    "fields": {"max_budget": 10, "models": ["chat"]},
    "keys": {"ada": {}, "bob": {"max_budget": 20}, "eve": {}},
}


def seen(*steps: dict[str, Any]) -> dict[str, tuple[Action, set[str]]]:
    return {
        str(change.inputs["key_alias"]): (change.action, set(change.reasons))
        for change in spread(changes(preview(*steps).steps))
    }


def group(op: str, **given: Any) -> dict[str, Any]:
    return step(op, "KeyGroup", "access-key-group-class", **given)


def test_a_new_group_is_its_keys() -> None:
    assert seen(group("create", new=OLD)) == {alias: (Action.CREATE, set()) for alias in ("ada", "bob", "eve")}
    assert seen(group("delete", old=OLD)) == {alias: (Action.DELETE, set()) for alias in ("ada", "bob", "eve")}


def test_a_change_shows_at_the_keys_that_it_changes() -> None:
    keys = {"ada": {"rpm_limit": 5}, "bob": {"max_budget": 20}, "dan": {}}
    assert seen(group("update", old=OLD, new={**OLD, "keys": keys})) == {
        "ada": (Action.UPDATE, {"rpm_limit"}),
        "dan": (Action.CREATE, set()),
        "eve": (Action.DELETE, set()),
    }
    shared = {**OLD, "fields": {"max_budget": 30, "models": ["chat"]}}
    assert seen(group("update", old=OLD, new=shared)) == {
        "ada": (Action.UPDATE, {"max_budget"}),
        "eve": (Action.UPDATE, {"max_budget"}),
    }


def test_another_value_and_another_team_are_replacements() -> None:
    keys = {**OLD["keys"], "ada": {"rotation": 2, "grace": "1h"}, "bob": {"max_budget": 20, "team_id": "b"}}
    assert seen(group("update", old=OLD, new={**OLD, "keys": keys})) == {
        "ada": (Action.REPLACE, {"key"}),
        "bob": (Action.REPLACE, {"team_id"}),
    }


def test_drift_shows_at_the_key_that_drifted() -> None:
    found = {**OLD, "keys": {"ada": {"emptied": ["max_budget"]}, "bob": {"max_budget": 20}}}
    drifted = (group("refresh", old=OLD, new=found), group("update", old=found, new=OLD))
    assert seen(*drifted) == {"ada": (Action.UPDATE, {"max_budget"}), "eve": (Action.CREATE, set())}
    ada, eve = spread(changes(preview(*drifted).steps))
    assert ada.recorded is not None
    assert (ada.recorded.inputs["max_budget"], "max_budget" in ada.old.inputs) == (10, False)
    assert eve.is_gone


def test_other_changes_are_left_alone() -> None:
    others = changes(preview(step("create", "Budget", "free", new={"budget_id": "free"})).steps)
    assert spread(others) == others
