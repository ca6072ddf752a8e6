from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.identity import COMPONENT_LABEL
from status.services import service


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
