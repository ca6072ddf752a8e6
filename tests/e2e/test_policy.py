"""The policy pack under the real CLI: a stack that passes every rule, one that fails each, and a plan that is kept."""

from __future__ import annotations

import io
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import docker
import pytest

from config.policy import PROTECTED
from config.settings import PortSettings, default_images
from supply import plans, policy
from supply.console import Console
from supply.errors import SupplyError
from supply.pulumi import Pulumi
from tests.e2e.conftest import CANARY
from tests.e2e.gateway import Gateway
from tests.e2e.stack import Stack, free_port

PROJECT = "litellm-stack"
MANDATORY = dict.fromkeys(PROTECTED, "mandatory")
UNPINNED = "litellm-stack-policy-test:latest"


def pulumi(stack: Stack, **environment: str) -> Pulumi:
    return Pulumi(environment={**stack.environment, **environment}, checkout=stack.folder, stack=stack.name)


@pytest.fixture
def unpinned(stack: Stack) -> Iterator[None]:
    """Give the edge's image the name UNPINNED: a preview refuses one that the engine neither has nor can pull."""
    engine = docker.from_env(environment=stack.environment)
    try:
        engine.images.get(default_images()["haproxy"]).tag(UNPINNED)
        yield
        engine.images.remove(UNPINNED)
    finally:
        engine.close()


@pytest.fixture
def limited(stack: Stack) -> Iterator[dict[str, Any]]:
    """A config that breaks no rule; the stack has its own again afterwards."""
    good = dict(stack.config)
    yield with_limits(good, policy=MANDATORY)
    stack.configure(good)


def with_limits(good: dict[str, Any], *, policy: dict[str, str]) -> dict[str, Any]:
    """Return a config whose keys all have a budget, and the levels of the rules."""
    keys = {
        alias: {"max_budget": 1, "budget_duration": "1d", **fields} for alias, fields in good["access"]["keys"].items()
    }
    return {**good, "access": {**good["access"], "keys": keys}, "policy": policy}


def found(stack: Stack, config: Mapping[str, Any]) -> str:
    """Return what a preview with the pack says about policy."""
    stack.configure(config)
    result = stack.run("preview", "--refresh=false", *policy.options(pulumi(stack), project=PROJECT))
    said = result.stdout[result.stdout.find("Policies:") :]
    assert (result.returncode == 0) is ("[mandatory]" not in said), result.stdout[-3000:]
    assert CANARY not in result.stdout
    return said


def test_a_stack_that_breaks_no_rule_passes_all_of_them(stack: Stack, limited: dict[str, Any]) -> None:
    said = found(stack, limited)
    assert "litellm-stack@v" in said
    assert "[mandatory]" not in said
    assert "[advisory]" not in said


def broken(rule: str, good: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return what breaks a rule, and how its message starts."""
    access, proxy = good["access"], good["proxy"]
    every_model = {"model_name": "openai/*", "litellm_params": {"model": "openai/*", "mock_response": "any"}}
    budget = {"max_budget": 5, "budget_duration": "1d"}
    port, published = free_port(), good["ports"].get("gateway", PortSettings().gateway)
    changes: dict[str, tuple[dict[str, Any], str]] = {
        "limitedKeys": (
            {"access": {**access, "keys": {**access["keys"], "endless": {"rpm_limit": 1}}}},
            "virtual key 'endless' can spend without an end",
        ),
        "budgetRaise": (
            {"access": {**access, "budgets": {**access["budgets"], "HyperBudget": budget}}},
            "budget 'HyperBudget': max_budget goes from 0.5 US dollars per 1d to 5 US dollars per 1d",
        ),
        "databasePort": (
            {"ports": {**good["ports"], "database": port}},
            f"Postgres is published at 127.0.0.1:{port}",
        ),
        "pinnedImages": ({"images": {"haproxy": UNPINNED}}, f"image {UNPINNED} has the tag 'latest'"),
        "wildcardModels": (
            {"proxy": {**proxy, "model_list": [*proxy["model_list"], every_model]}},
            "proxy.model_list[4] is 'openai/*'",
        ),
        "publicAddress": ({"bind": "0.0.0.0"}, f"port {published} listens on 0.0.0.0"),  # noqa: S104
        "keptData": ({"databaseVolume": "2"}, "-database' would be deleted"),
    }
    return changes[rule]


@pytest.mark.usefixtures("unpinned")
def test_a_stack_that_breaks_rules_is_told_which_and_what_to_do(stack: Stack, limited: dict[str, Any]) -> None:
    # Apart from the others: with it, the message on a port is another.
    for rules in ({"publicAddress"}, set(PROTECTED) - {"publicAddress"}):
        config, messages = limited, []
        for rule in sorted(rules):
            change, message = broken(rule, config)
            config = {**config, **change}
            messages.append(message)
        said = found(stack, config)
        assert set(re.findall(r"\[mandatory\]\s+(\w+)", said)) == rules
        assert [message for message in messages if message not in said] == []


def test_an_advisory_rule_stops_nothing_and_a_disabled_one_is_silent(stack: Stack, limited: dict[str, Any]) -> None:
    change, message = broken("limitedKeys", limited)
    assert message in found(stack, {**limited, **change, "policy": {"limitedKeys": "advisory"}})
    assert message not in found(stack, {**limited, **change, "policy": {"limitedKeys": "disabled"}})


def test_a_key_that_moves_to_a_budget_of_the_same_update_is_compared_with_it(
    stack: Stack, limited: dict[str, Any]
) -> None:
    access = limited["access"]
    for amount, refused in ((1, False), (9, True)):
        budgets = {**access["budgets"], "tier": {"max_budget": amount, "budget_duration": "1d"}}
        keys = {**access["keys"], "chat-app": {"models": ["chat"], "budget": "tier"}}
        said = found(stack, {**limited, "access": {**access, "budgets": budgets, "keys": keys}})
        assert ("virtual key 'chat-app': max_budget goes from 1 US dollars per 1d to 9" in said) is refused
        assert "[mandatory]" not in said or refused


def check(stack: Stack, **environment: str) -> str:
    shown = io.StringIO()
    policy.check(pulumi(stack, **environment), project=PROJECT, console=Console(shown))
    return shown.getvalue()


def test_make_up_is_stopped_by_a_raise_until_a_label_allows_it(stack: Stack, limited: dict[str, Any]) -> None:
    change, _ = broken("budgetRaise", limited)
    stack.configure({**limited, **change})
    with pytest.raises(SupplyError, match="nothing was touched"):
        check(stack)
    assert "nothing found" in check(stack, LABELS="urgent, budget-raise")


def test_a_stack_that_stays_as_it_is_is_not_stopped(stack: Stack, limited: dict[str, Any]) -> None:
    stack.configure({**limited, "access": stack.config["access"], "policy": dict.fromkeys(PROTECTED, "advisory")})
    assert "[advisory] limitedKeys" in check(stack)


def test_a_mistake_in_the_config_is_said_as_without_the_pack(stack: Stack, limited: dict[str, Any]) -> None:
    stack.configure({**limited, "replcas": 2})
    with pytest.raises(SupplyError, match=f"The preview of stack {stack.name} failed") as raised:
        check(stack)
    assert raised.value.mend
    assert "- replcas: no such setting; did you mean 'replicas'?" in raised.value.mend


def test_an_update_does_what_its_plan_says_or_nothing(
    stack: Stack, limited: dict[str, Any], gateway: Gateway, tmp_path: Path
) -> None:
    file, access = tmp_path / "plan.json", limited["access"]
    reviewed = {**limited, "access": {**access, "keys": {**access["keys"], "planned": {"max_budget": 1}}}}
    other = {**limited, "access": {**access, "keys": {**access["keys"], "planned": {"max_budget": 2}}}}
    try:
        stack.configure(reviewed)
        plans.save(pulumi(stack), file, options=policy.options(pulumi(stack), project=PROJECT))
        plan = file.read_text()
        assert '"key_alias": "planned"' in plan
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert not [secret for secret in (CANARY, gateway.master_key, *gateway.keys.values()) if secret in plan]

        stack.configure(other)
        with pytest.raises(SupplyError, match="pulumi up ended"):
            plans.apply(pulumi(stack), file)
        assert "planned" not in stack.outputs()["virtualKeys"]

        stack.configure(reviewed)
        plans.apply(pulumi(stack), file)
        assert "planned" in stack.outputs()["virtualKeys"]
    finally:
        stack.configure({name: value for name, value in limited.items() if name != "policy"})
        stack.up()
