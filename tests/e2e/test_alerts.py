"""Budgets that are spent for real raise alerts, which are sent; and a new declaration brings its alerts along."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import docker
import httpx
import pytest

from engine.identity import COMPONENT_LABEL, STACK_LABEL
from tests.e2e.conftest import ONE_CALL, running_stack
from tests.e2e.gateway import Gateway
from tests.e2e.stack import Stack
from tests.e2e.upstream import HOST, Upstream, upstream
from tests.e2e.upstream_server import PORT

CUSTOMER, KEY = "soon-spent", "soon-refused"
BETWEEN_CALLS = 2
"""Seconds: what a call cost counts once LiteLLM has noted it, after its answer."""

PATIENCE = 300


def eventually(look: Callable[[], list[dict[str, Any]]]) -> dict[str, Any]:
    """Return the first thing that is found, after two minutes without an answer, some scrapes and a delay."""
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


@pytest.fixture(scope="module")
def stack(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of these tests alone: they wait for minutes, and others need not wait with them."""
    with running_stack(engine, tmp_path_factory.mktemp("alerts")) as started:
        yield started


@pytest.fixture(scope="module")
def declared(stack: Stack, engine: docker.DockerClient) -> Iterator[Upstream]:
    serving = running(engine, stack)
    with spenders(stack, engine) as listener:
        # Prometheus alone was made anew.
        assert running(engine, stack) == serving
        yield listener


@contextmanager
def spenders(stack: Stack, engine: docker.DockerClient, *, at: str = "127.0.0.1") -> Iterator[Upstream]:
    """Give the stack one customer and one key more, whose budgets two calls spend, and one who listens.

    He is told what to do `at` an address of the engine's host.
    """
    before = stack.config
    access = copy.deepcopy(before["access"])
    access["customers"][CUSTOMER] = {"budget": "tiny"}
    access["keys"][KEY] = {"models": ["chat"], "max_budget": ONE_CALL, "budget_duration": "1d"}
    monitoring = {"alertmanagers": [f"{HOST}:{PORT}"], "scrapeInterval": "2s"}
    try:
        stack.configure({**before, "access": access, "monitoring": monitoring})
        stack.up()
        with upstream(engine, stack, at=at) as listener:
            yield listener
    finally:
        stack.configure(before)
        stack.up()


def spend(stack: Stack, *, alias: str, user: str | None = None) -> None:
    """Call until a budget is spent and a call was refused for it."""
    outputs = stack.outputs()
    with httpx.Client(base_url=outputs["gatewayUrl"], timeout=60) as client:
        gateway = Gateway(client=client, keys=outputs["virtualKeys"], master_key=outputs["masterKey"])
        answers = []
        for _ in range(3):
            answers.append(gateway.chat(alias=alias, user=user))
            time.sleep(BETWEEN_CALLS)
    assert [answer.status_code for answer in answers] == [200, 200, 422], answers[-1].text


def firing(stack: Stack) -> list[dict[str, Any]]:
    """Return the alerts that Prometheus itself shows as firing."""
    alerts = httpx.get(f"{stack.outputs()['prometheusUrl']}/api/v1/alerts").json()["data"]["alerts"]
    return [alert for alert in alerts if alert["state"] == "firing"]


def sent(listener: Upstream) -> list[dict[str, Any]]:
    """Return the alerts that Prometheus sent."""
    posts = [json.loads(kept["body"]) for kept in listener.kept if kept["path"] == "/api/v2/alerts"]
    return [alert for post in posts for alert in post]


@pytest.mark.parametrize(
    ("spender", "holder", "severity", "summary"),
    [
        (
            {"alias": "chat-only", "user": CUSTOMER},
            {"end_user": CUSTOMER},
            "warning",
            f"customer {CUSTOMER} has spent budget tiny per 1d: its requests are refused",
        ),
        (
            {"alias": KEY},
            {"api_key_alias": KEY},
            "critical",
            f"key {KEY} has spent its budget per 1d: its requests are refused",
        ),
    ],
    ids=["customer", "key"],
)
def test_a_spent_budget_is_told_to_whoever_listens(
    stack: Stack, declared: Upstream, spender: dict[str, str], holder: dict[str, str], severity: str, summary: str
) -> None:
    spend(stack, **spender)
    wanted = {"alertname": "BudgetSpent", **holder}.items()

    def chosen(alerts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [alert for alert in alerts if wanted <= alert["labels"].items()]

    for alert in (eventually(lambda: chosen(firing(stack))), eventually(lambda: chosen(sent(declared)))):
        assert alert["labels"]["severity"] == severity
        assert alert["annotations"]["summary"] == summary
