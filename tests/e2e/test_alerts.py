"""A budget that is spent for real raises an alert, which is sent; and a new declaration brings its alerts along."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import docker
import httpx
import pytest

from engine.identity import COMPONENT_LABEL, STACK_LABEL
from tests.e2e.conftest import ONE_CALL
from tests.e2e.stack import Stack
from tests.e2e.upstream import HOST, Upstream, upstream
from tests.e2e.upstream_server import PORT

KEY = "soon-spent"
BETWEEN_CALLS = 2
"""Seconds: what a call cost counts for the key once LiteLLM has noted it, after its answer."""

PATIENCE = 90


def eventually(look: Callable[[], list[dict[str, Any]]]) -> dict[str, Any]:
    """Return the first thing that is found, for some scrapes and Prometheus's own delay of a minute."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, "nothing was found"
        time.sleep(1)
    return found[0]


def running(engine: docker.DockerClient, stack: Stack) -> set[str]:
    """Return the ids of the replicas and the edge."""
    parts = [f"{COMPONENT_LABEL}={component}" for component in ("proxy", "edge")]
    ours = f"{STACK_LABEL}=litellm-stack/{stack.name}"
    return {str(it.id) for part in parts for it in engine.containers.list(filters={"label": [ours, part]})}


@pytest.fixture
def declared(stack: Stack, engine: docker.DockerClient) -> Iterator[Upstream]:
    """The stack with one key more, whose budget is spent by two calls, and somebody who listens to its alerts."""
    before, serving = stack.config, running(engine, stack)
    key = {"models": ["chat"], "max_budget": ONE_CALL, "budget_duration": "1d"}
    access = {**before["access"], "keys": {**before["access"]["keys"], KEY: key}}
    monitoring = {"alertmanagers": [f"{HOST}:{PORT}"], "scrapeInterval": "2s"}
    try:
        stack.configure({**before, "access": access, "monitoring": monitoring})
        stack.up()
        # Prometheus alone was made anew.
        assert running(engine, stack) == serving
        with upstream(engine, stack) as listener:
            yield listener
    finally:
        stack.configure(before)
        stack.up()


def test_a_spent_budget_is_told_to_whoever_listens(stack: Stack, declared: Upstream) -> None:
    outputs = stack.outputs()
    login = {"Authorization": f"Bearer {outputs['virtualKeys'][KEY]}"}
    question = {"model": "chat", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 5}
    with httpx.Client(base_url=outputs["gatewayUrl"], headers=login, timeout=60) as client:
        answers = []
        for _ in range(3):
            answers.append(client.post("/v1/chat/completions", json=question))
            time.sleep(BETWEEN_CALLS)
    assert [answer.status_code for answer in answers] == [200, 200, 422], answers[-1].text

    def firing() -> list[dict[str, Any]]:
        alerts = httpx.get(f"{outputs['prometheusUrl']}/api/v1/alerts").json()["data"]["alerts"]
        return [alert for alert in alerts if alert["state"] == "firing" and is_ours(alert)]

    def sent() -> list[dict[str, Any]]:
        posts = [json.loads(kept["body"]) for kept in declared.kept if kept["path"] == "/api/v2/alerts"]
        return [alert for post in posts for alert in post if is_ours(alert)]

    summary = f"key {KEY} has spent its budget per 1d: its requests are refused"
    for alert in (eventually(firing), eventually(sent)):
        assert alert["labels"]["severity"] == "critical"
        assert alert["annotations"]["summary"] == summary


def is_ours(alert: dict[str, Any]) -> bool:
    return (alert["labels"]["alertname"], alert["labels"].get("api_key_alias")) == ("BudgetSpent", KEY)
