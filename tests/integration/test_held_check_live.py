"""Held health checks on a real engine: told at once what changes, and asked seldom where nothing does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import docker
import pytest
from docker.models.containers import Container

from config.settings import default_images
from engine import held_check
from engine.workload import HealthCheck
from tests.waiting import until

NANO = 1_000_000_000
UP = "/tmp/www/up"  # a path in the container
CHECKS = {
    "redis": held_check.by_command(["test", "-e", UP], interval=1, timeout=5, retries=2),
    "litellm": held_check.by_http("http://127.0.0.1:8000/up", interval=1, timeout=5, retries=2),
}
SERVE = (
    "mkdir -p /tmp/www; if command -v python3; then exec python3 -m http.server -d /tmp/www; else exec sleep 600; fi"
)
SOON = 10
"""Seconds: a pause inside a check, and one between two of them, on a busy host."""


@pytest.fixture(params=CHECKS)
def checked(request: pytest.FixtureRequest) -> Iterator[Container]:
    """A container that is healthy for as long as it has a file."""
    image, check = str(request.param), CHECKS[str(request.param)]
    with closing(docker.from_env()) as client:
        container = client.containers.run(
            default_images()[image],
            ["-c", SERVE],
            entrypoint="sh",
            detach=True,
            init=True,
            network_mode="none",
            tmpfs={"/tmp": "mode=1777"},  # a path in the container
            healthcheck=_declared(check),
        )
        try:
            yield container
        finally:
            container.remove(v=True, force=True)


def _declared(check: HealthCheck) -> dict[str, Any]:
    return {
        "test": ["CMD", *check.command],
        "interval": check.interval * NANO,
        "timeout": check.timeout * NANO,
        "retries": check.retries,
    }


def health(container: Container) -> str:
    """Return what the engine says of it."""
    container.reload()
    return str(container.attrs["State"]["Health"]["Status"])


def checks(container: Container) -> set[str]:
    """Return when those checks began that the engine remembers: the last five that have ended."""
    container.reload()
    return {str(entry["Start"]) for entry in container.attrs["State"]["Health"]["Log"]}


def run(container: Container, command: str) -> None:
    """Run a command in it."""
    result: Any = container.exec_run(["sh", "-c", command])
    assert result.exit_code == 0, result.output


def test_a_change_is_told_at_once_and_what_stays_healthy_is_asked_seldom(checked: Container) -> None:
    until(lambda: health(checked) == "unhealthy", within=SOON * 2)
    run(checked, f"touch {UP}")
    until(lambda: health(checked) == "healthy", within=SOON)
    known = checks(checked)
    time.sleep(held_check.HELD_SECONDS * 1.5)
    assert len(checks(checked) - known) == 1
    run(checked, f"rm {UP}")
    # Two refusals: what the engine was told to take for unhealthy.
    until(lambda: health(checked) == "unhealthy", within=SOON * 2)
    run(checked, f"touch {UP}")
    until(lambda: health(checked) == "healthy", within=SOON)


def test_one_that_starts_again_is_healthy_as_soon_as_the_first_time(checked: Container) -> None:
    until(lambda: health(checked) != "starting", within=SOON * 2)
    run(checked, f"touch {UP}")
    until(lambda: health(checked) == "healthy", within=SOON)
    time.sleep(2)  # a check is held by now
    checked.restart(timeout=1)
    run(checked, f"mkdir -p /tmp/www; touch {UP}")
    until(lambda: health(checked) == "healthy", within=SOON)
