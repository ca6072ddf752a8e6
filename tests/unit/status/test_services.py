from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.identity import COMPONENT_LABEL
from status.services import service, task


def inspected(**state: Any) -> dict[str, Any]:
    return {
        "Name": "/litellm-stack-dev-edge",
        "Config": {"Labels": {COMPONENT_LABEL: "edge"}},
        "RestartCount": 2,
        "State": {"Status": "running", "StartedAt": "2026-11-25T21:58:29.123456789Z", **state},
    }


def test_a_container_is_read() -> None:
    found = service(inspected(Health={"Status": "healthy"}))
    assert (found.component, found.name, found.restarts) == ("edge", "litellm-stack-dev-edge", 2)
    assert found.started == datetime(2026, 11, 25, 21, 58, 29, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "word", "healthy"),
    [
        ({"Health": {"Status": "healthy"}}, "healthy", True),
        ({"Health": {"Status": "starting"}}, "starting", False),
        ({"Health": {"Status": "unhealthy"}}, "unhealthy", False),
        ({}, "running", True),
        ({"Status": "exited", "Health": {"Status": "healthy"}}, "exited", False),
        ({"Status": "paused", "Health": {"Status": "healthy"}}, "paused", False),
    ],
)
def test_what_counts_as_healthy(state: dict[str, Any], word: str, healthy: bool) -> None:
    found = service(inspected(**state))
    assert (found.state, found.healthy) == (word, healthy)


def test_a_container_that_never_started_has_no_moment() -> None:
    created = inspected(Status="created", StartedAt="0001-01-01T00:00:00Z")
    assert service(created).started is None


def swarm_task(state: str, *, slot: int | None = 1, node: str = "n1", checked: bool = True) -> dict[str, Any]:
    return {
        **({"Slot": slot} if slot else {}),
        "NodeID": node,
        "Spec": {"ContainerSpec": {"Healthcheck": {"Test": ["CMD", "true"]}} if checked else {}},
        "Status": {"State": state, "Timestamp": "2026-11-25T21:58:29.123456789Z"},
    }


DECLARED = {"Spec": {"Name": "litellm-stack-dev-proxy", "Labels": {COMPONENT_LABEL: "proxy"}}}


def test_a_task_is_read_with_its_node_and_how_often_its_place_failed() -> None:
    present = swarm_task("running")
    every = [present, swarm_task("failed", node="n2"), swarm_task("failed", slot=2), swarm_task("shutdown")]
    found = task(DECLARED, present, every, node="worker")
    assert (found.component, found.name) == ("proxy", "litellm-stack-dev-proxy.1.worker")
    assert (found.state, found.restarts) == ("healthy", 1)
    assert found.started == datetime(2026, 11, 25, 21, 58, 29, 123456, tzinfo=UTC)


def test_a_task_of_a_service_on_every_node_is_told_from_the_others_by_its_node() -> None:
    present = swarm_task("starting", slot=None)
    every = [present, swarm_task("failed", slot=None, node="n2"), swarm_task("rejected", slot=None)]
    found = task(DECLARED, present, every, node="worker")
    assert (found.name, found.state, found.healthy) == ("litellm-stack-dev-proxy.worker", "starting", False)
    assert (found.started, found.restarts) == (None, 1)


def test_a_task_that_no_node_takes_is_not_healthy() -> None:
    found = task(DECLARED, swarm_task("pending", node=""), [], node="")
    assert (found.name, found.healthy) == ("litellm-stack-dev-proxy.1", False)
