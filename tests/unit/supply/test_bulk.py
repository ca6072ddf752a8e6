"""Many objects at once: when the state may be written at the end only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supply import bulk
from supply.console import Console
from supply.pulumi import Pulumi

KEY = "pulumi-python:dynamic/litellm:VirtualKey"
LOGIN = "pulumi-python:dynamic/litellm:Provisioner"
CONTAINER = "docker:index/container:Container"
Ask = Callable[..., Pulumi]


def step(op: str, kind: str, name: str = "some") -> dict[str, Any]:
    urn = f"urn:pulumi:many::p::{kind}::{name}"
    return {"op": op, "urn": urn, ("oldState" if op == "delete" else "newState"): {"type": kind}}


@pytest.mark.parametrize(
    ("steps", "alone"),
    [
        ([step("create", KEY)] * bulk.MANY + [step("same", CONTAINER)], True),
        ([step("delete", KEY)] * bulk.MANY, True),
        ([step("create", KEY)] * (bulk.MANY - 1) + [step("same", KEY)], False),
        ([step("create", KEY)] * bulk.MANY + [step("update", CONTAINER)], False),
        ([step("create", KEY)] * bulk.MANY + [step("replace", CONTAINER, "monitoring-prometheus")], True),
        ([step("create", KEY)] * (bulk.MANY - 1) + [step("replace", CONTAINER, "monitoring-prometheus")], False),
        ([step("create", KEY)] * bulk.MANY + [step("replace", CONTAINER, "edge-haproxy")], False),
        ([step("create", KEY)] * bulk.MANY + [step("replace", LOGIN)], False),
        ([], False),
    ],
)
def test_only_a_plan_for_many_objects_and_nothing_else_qualifies(steps: list[dict[str, Any]], alone: bool) -> None:
    assert bulk.is_about_objects_alone(steps) is alone


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Return a stack with so many keys declared, and so many recorded, whose plan is to create the rest."""

    def make(*, declared: int, recorded: int, also: str = KEY) -> Pulumi:
        access = {"keys": {f"key-{number}": {"max_budget": 10} for number in range(declared)}, "customers": None}
        (tmp_path / "Pulumi.many.yaml").write_text(json.dumps(access))
        answers = {
            "config": {"p:access": {"objectValue": {**access, "teams": {"a": {"keys": {}}, "b": None}}}},
            "preview": {"steps": [*([step("create", KEY)] * (declared - recorded)), step("create", also)]},
            "stack": {"deployment": {"resources": [{"type": KEY}] * recorded}},
        }
        monkeypatch.setattr(Pulumi, "ask", lambda _self, word, *_words, what: json.dumps(answers[word]) if what else "")
        return Pulumi(environment={"A": "b"}, checkout=tmp_path, stack="many")

    return make


@pytest.mark.parametrize(
    ("given", "skipped"),
    [
        ({"declared": 300, "recorded": 1}, True),
        ({"declared": 300, "recorded": 1, "also": CONTAINER}, False),
        ({"declared": 300, "recorded": 290}, False),
        ({"declared": 3, "recorded": 1}, False),
        ({"declared": 300, "recorded": 0}, False),
    ],
)
def test_the_state_is_written_at_the_end_where_that_loses_nothing(
    pulumi: Ask, given: dict[str, Any], skipped: bool
) -> None:
    prepared = bulk.prepared(pulumi(**given), project="p", console=Console())
    assert prepared.environment == {"A": "b", **(bulk.SKIP_CHECKPOINTS if skipped else {})}
