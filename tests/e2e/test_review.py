"""The report and drift on the stack that is up, with the commands that `make` calls."""

from __future__ import annotations

import sys
from pathlib import Path

import docker
import pytest

from supply import review
from supply.pulumi import Pulumi
from tests.e2e.conftest import CANARY
from tests.e2e.gateway import Gateway
from tests.e2e.stack import ROOT, Stack

PYTHON = Path(sys.executable)


@pytest.fixture
def pulumi(stack: Stack) -> Pulumi:
    return Pulumi(environment=stack.environment, checkout=stack.folder, stack=stack.name)


def state_of(stack: Stack) -> bytes:
    return (stack.folder / "state" / ".pulumi" / "stacks" / "litellm-stack" / f"{stack.name}.json").read_bytes()


def test_a_change_is_reported_without_a_secret(
    stack: Stack, pulumi: Pulumi, gateway: Gateway, capfd: pytest.CaptureFixture[str]
) -> None:
    stack.up()
    before = stack.config
    keys = {**before["access"]["keys"], "chat-only": {"models": ["chat"], "max_budget": 7}}
    stack.configure({**before, "access": {**before["access"], "keys": keys}, "environment": {"ADDED": "variable"}})
    try:
        assert review.review(pulumi, policy_pack=None, python=PYTHON, checkout=ROOT) == 0
    finally:
        stack.configure(before)
    text = capfd.readouterr().out
    assert "| key `chat-only` | spend limit | no limit | $7 for good |" in text
    assert "| replicas of the proxy | replaced | `variable ADDED` |" in text
    assert [secret for secret in (CANARY, gateway.master_key, *gateway.keys.values()) if secret in text] == []


def test_drift_is_found_told_and_mended_by_an_update(
    stack: Stack, pulumi: Pulumi, gateway: Gateway, engine: docker.DockerClient, capfd: pytest.CaptureFixture[str]
) -> None:
    stack.up()
    assert review.drift(pulumi, python=PYTHON, checkout=ROOT) == 0
    recorded = state_of(stack)
    login = {"Authorization": f"Bearer {gateway.master_key}"}
    change = {"key": gateway.keys["chat-app"], "max_budget": 1000}
    gateway.client.post("/key/update", json=change, headers=login).raise_for_status()
    engine.containers.get(f"{stack.prefix}prometheus").stop()
    assert review.drift(pulumi, python=PYTHON, checkout=ROOT) == 3
    assert state_of(stack) == recorded
    text = capfd.readouterr().out
    assert "| key `chat-app` | `max_budget` | $1 | $1,000 |" in text
    assert "| Container `monitoring-prometheus` |  | running | **stopped** |" in text
    stack.up()
    assert review.drift(pulumi, python=PYTHON, checkout=ROOT) == 0
