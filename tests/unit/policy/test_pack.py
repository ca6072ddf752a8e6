"""The rules as Pulumi policies: their levels, the values that the engine hands over, and what the state records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pulumi_policy import ResourceValidationArgs, ResourceValidationPolicy, StackValidationArgs, StackValidationPolicy
from pulumi_policy.policy import PolicyCustomTimeouts, PolicyResource, PolicyResourceOptions
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from config.policy import PROTECTED, Level, PolicySettings
from policy import pack, state
from policy.__main__ import settings
from policy.engine_values import plain
from policy.resources import BUDGET, IMAGE, UNKNOWN, VIRTUAL_KEY, Resource

URN = "urn:pulumi:dev::litellm-stack::x::one"
OPTIONS = PolicyResourceOptions(True, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])


def environment(*labels: str, recorded: tuple[Resource, ...] = (), protect: bool = True) -> pack.Environment:
    return pack.Environment(
        settings=PolicySettings(), protect=protect, labels=frozenset(labels), recorded=lambda: recorded
    )


def whole_stack(name: str, given: pack.Environment, *resources: tuple[str, dict[str, object]]) -> list[tuple[str, str]]:
    """Return what a rule over the whole stack reports: messages and URNs."""
    found: list[tuple[str, str]] = []
    registered = [
        PolicyResource(kind, unknown_checking_proxy(values), URN, "one", OPTIONS, None, None, [], {})
        for kind, values in resources
    ]
    rule = next(rule for rule in pack.policies(given) if rule.name == name)
    assert isinstance(rule, StackValidationPolicy)

    def report(message: str, urn: str | None = None) -> None:
        found.append((message, str(urn)))

    rule.validate(StackValidationArgs(registered), report)
    return found


def test_every_rule_is_a_policy_at_its_level() -> None:
    for protect in (True, False):
        made = {rule.name: rule.enforcement_level for rule in pack.policies(environment(protect=protect))}
        levels = PolicySettings().levels(protect=protect)
        assert {name: level.value for name, level in made.items() if level} == levels
        assert made.keys() == PROTECTED.keys()


def test_a_rule_over_each_resource_reports_its_message() -> None:
    rule = next(rule for rule in pack.policies(environment()) if rule.name == "pinnedImages")
    assert isinstance(rule, ResourceValidationPolicy)
    found: list[str] = []
    props = unknown_checking_proxy({"name": "postgres:latest", "digest": UNKNOWN_STRING_VALUE})
    args = ResourceValidationArgs(IMAGE, props, URN, "one", OPTIONS, None)

    def report(message: str, _urn: str | None = None) -> None:
        found.append(message)

    rule.validate(args, report)
    assert found[0].startswith("image postgres:latest has the tag 'latest'")


def test_a_rule_over_the_stack_reports_the_resource() -> None:
    (found,) = whole_stack("limitedKeys", environment(), (VIRTUAL_KEY, {"key_alias": "a"}))
    assert found[0].startswith("virtual key 'a' can spend without an end")
    assert found[1] == URN


def test_a_label_allows_a_raise() -> None:
    before = Resource(urn=URN, type=BUDGET, values={"budget_id": "b", "max_budget": 1})
    after = (BUDGET, {"budget_id": "b", "max_budget": 9})
    assert whole_stack("budgetRaise", environment(recorded=(before,)), after)
    assert not whole_stack("budgetRaise", environment("budget-raise", recorded=(before,)), after)


def test_an_id_that_is_not_known_yet_is_that_of_the_object_it_comes_from() -> None:
    def made(kind: str, **values: object) -> PolicyResource:
        return PolicyResource(kind, unknown_checking_proxy(values), URN, "one", OPTIONS, None, None, [], {})

    budget, other = made(BUDGET, budget_id="rates", rpm_limit=1), made("other", budget_id=UNKNOWN_STRING_VALUE)
    key = made(VIRTUAL_KEY, key_alias="a", budget_id=UNKNOWN_STRING_VALUE, token=UNKNOWN_STRING_VALUE)
    key.property_dependencies = {"budget_id": [other, budget], "token": [other]}
    found: list[str] = []

    def report(message: str, _urn: str | None = None) -> None:
        found.append(message)

    rule = next(rule for rule in pack.policies(environment()) if rule.name == "limitedKeys")
    assert isinstance(rule, StackValidationPolicy)
    rule.validate(StackValidationArgs([key, budget]), report)
    assert len(found) == 1


def test_labels_come_with_commas_between() -> None:
    assert pack.labels({"LABELS": " budget-raise,urgent ,,"}) == {"budget-raise", "urgent"}
    assert pack.labels({}) == frozenset()


def test_values_of_the_engine_become_plain_ones() -> None:
    given = unknown_checking_proxy({"a": UNKNOWN_STRING_VALUE, "b": [{"c": 5432.0}, "d"], "e": None})
    assert plain(given) == {"a": UNKNOWN, "b": [{"c": 5432}, "d"], "e": None}


@pytest.mark.parametrize(
    ("config", "level", "protect"),
    [
        ({}, None, True),
        ({"p:protect": "false"}, None, False),
        ({"p:policy": '{"limitedKeys": "mandatory"}'}, Level.MANDATORY, True),
        ({"p:policy": '{"limitedKeys": "often"}', "p:protect": "false"}, None, True),
        ({"p:protect": "perhaps"}, None, True),
    ],
)
def test_the_stack_config_decides(config: dict[str, str], level: Level | None, protect: bool) -> None:
    given, protected = settings(config, "p")
    assert (given.limited_keys, protected) == (level, protect)


def test_the_state_is_read_without_what_waits_to_be_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = [
        {"urn": "u::a", "type": "t", "inputs": {"name": "a"}, "protect": True, "retainOnDelete": True},
        {"urn": "u::b", "type": "t", "delete": True},
        {"urn": "u::c", "type": "t"},
    ]
    command = tmp_path / "pulumi"
    command.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps({'deployment': {'resources': resources}})}\nEND\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert state.read("dev") == [
        Resource(urn="u::a", type="t", values={"name": "a"}, protect=True, retained=True),
        Resource(urn="u::c", type="t", values={}),
    ]


def test_a_state_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "pulumi"
    command.write_text("#!/bin/sh\necho locked >&2; exit 1\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(state.StateError, match="cannot read the state of stack dev: locked"):
        state.read("dev")
