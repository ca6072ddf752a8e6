"""Spend that cannot be written, Redis that is gone, and a key at its end, for real: each raises its alert."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docker
import httpx
import pytest
from docker.models.containers import Container

from postgres_admin.statements import OWNER
from tests.database import query
from tests.e2e.gateway import Gateway
from tests.e2e.stack import Stack
from tests.e2e.test_change import containers

COVERS = ("components/exporters.py", "components/monitoring.py", "config/alerts")
GUEST = "guest"
DAILY = '"LiteLLM_DailyUserSpend"'
"""Where LiteLLM adds up by day. It tells of writes to it that fail, and not of rows of its log that are refused."""
PATIENCE = 240
"""Seconds: spend is written every ten, Redis has to be away for a minute, the key ends two minutes after the update."""


@pytest.fixture(scope="module")
def fired(stack: Stack, engine: docker.DockerClient) -> Iterator[dict[str, dict[str, Any]]]:
    """The first alert of each name that fires while spend is refused, then Redis stopped; a key comes to its end."""
    before = copy.deepcopy(stack.config)
    config = copy.deepcopy(before) | {"cache": {"enabled": True}, "monitoring": {"scrapeInterval": "5s"}}
    config["access"]["keys"][GUEST] = {"models": ["chat"], "duration": "2m"}
    try:
        stack.configure(config)
        stack.up()
        outputs = stack.outputs()
        [redis] = containers(engine, stack, "cache")
        database = engine.containers.get(f"{stack.prefix}database")
        with httpx.Client(base_url=outputs["gatewayUrl"], timeout=60) as client:
            gateway = Gateway(client=client, keys=outputs["virtualKeys"], master_key=outputs["masterKey"])
            with refusing_spend(database):
                found = collected(gateway, outputs["prometheusUrl"], {"SpendNotWritten"})
            with stopped(engine.containers.get(redis)):
                found |= collected(gateway, outputs["prometheusUrl"], {"CacheUnreachable", "KeyExpires"})
            yield found
    finally:
        stack.configure(before)
        stack.up()


@contextmanager
def stopped(container: Container) -> Iterator[None]:
    container.stop()
    try:
        yield
    finally:
        container.start()


@contextmanager
def refusing_spend(database: Container) -> Iterator[None]:
    """Have Postgres refuse what LiteLLM adds up by day, and nothing else."""
    query(database, f"REVOKE INSERT, UPDATE ON {DAILY} FROM {OWNER}")
    try:
        yield
    finally:
        query(database, f"GRANT INSERT, UPDATE ON {DAILY} TO {OWNER}")


def collected(gateway: Gateway, prometheus_url: str, wanted: set[str]) -> dict[str, dict[str, Any]]:
    """Go on asking, which is answered all the while, until each of the alerts has fired."""
    found: dict[str, dict[str, Any]] = {}
    deadline = time.monotonic() + PATIENCE
    while not found.keys() >= wanted and time.monotonic() < deadline:
        assert gateway.chat(alias="chat-only").status_code == 200
        for alert in httpx.get(f"{prometheus_url}/api/v1/alerts").json()["data"]["alerts"]:
            if alert["state"] == "firing":
                found.setdefault(alert["labels"]["alertname"], alert)
        time.sleep(1)
    return found


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("CacheUnreachable", "replica "),
        ("SpendNotWritten", "replica "),
        ("KeyExpires", f"key {GUEST} "),
    ],
)
def test_a_fault_is_told_while_requests_are_answered(fired: dict[str, dict[str, Any]], name: str, start: str) -> None:
    assert name in fired, f"only {sorted(fired)} fired"
    assert fired[name]["annotations"]["summary"].startswith(start)
    assert fired[name]["labels"]["severity"] == "warning"
