"""Every query of every dashboard, asked of a Prometheus that has scraped a gateway with traffic of each kind."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import docker
import httpx
import pytest

from dashboards.__main__ import rendered
from dashboards.panels import RANGE, RATE
from status.prometheus import Prometheus
from tests.e2e.gateway import Gateway
from tests.e2e.stack import Stack

MOST_OF_AN_EXPORTER = 48 * 1024 * 1024
"""Bytes: three quarters of what it may have."""

SECONDS = 150
"""Until each query has an answer: budgets of customers are read from the database once a minute here."""

QUERIES = [
    pytest.param(target["expr"], id=f"{name.removesuffix('.json')}: {panel['title']}: {target['legendFormat']}")
    for name, content in rendered().items()
    for panel in json.loads(content)["panels"]
    for target in panel["targets"]
]


@pytest.fixture(scope="module")
def loaded(stack: Stack) -> Iterator[Prometheus]:
    """The Prometheus of a stack with a Redis and exporters, after a minute of requests of each kind."""
    before = copy.deepcopy(stack.config)
    config = copy.deepcopy(before)
    team = {"models": ["chat"], "max_budget": 1, "budget_duration": "30d", "keys": {"helpdesk": {}}}
    config |= {"monitoring": {"exporters": True}, "cache": {"enabled": True}}
    config["access"]["teams"] = {**config["access"].get("teams", {}), "support": team}
    stack.configure(config)
    try:
        stack.up()
        outputs = stack.outputs()
        with httpx.Client(base_url=outputs["gatewayUrl"], timeout=60) as client:
            load(Gateway(client=client, keys=outputs["virtualKeys"], master_key=outputs["masterKey"]))
        yield Prometheus(outputs["prometheusUrl"])
    finally:
        stack.configure(before)
        stack.up()


def load(gateway: Gateway) -> None:
    """Ask for a minute, which is four scrapes: a rate needs two of them."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert gateway.chat(user="HyperUser").status_code == 200
        assert gateway.chat(alias="helpdesk").status_code == 200
        assert gateway.chat(alias="loader", model="slow").status_code == 200
        assert gateway.embed().status_code == 200
        assert gateway.chat(alias="chat-only", model="slow").status_code == 403


@pytest.mark.parametrize("query", QUERIES)
def test_no_panel_is_empty(loaded: Prometheus, query: str) -> None:
    # What Grafana puts there: four scrapes at least, and the time that is shown.
    expression = query.replace(RATE, "1m").replace(RANGE, "1h")
    deadline = time.monotonic() + SECONDS
    while not shown(loaded, expression):
        assert time.monotonic() < deadline, f"nothing for {expression}"
        time.sleep(2)


def test_the_exporter_of_postgres_sees_statistics_and_no_table(
    stack: Stack, engine: docker.DockerClient, loaded: Prometheus
) -> None:
    assert loaded.query("pg_up == 1")
    environment = engine.containers.get(f"{stack.prefix}postgres-exporter").attrs["Config"]["Env"]
    given = dict(entry.split("=", 1) for entry in environment)
    login = ["psql", "-h", "database", "-U", given["DATA_SOURCE_USER"], "litellm"]
    password = {"PGPASSWORD": given["DATA_SOURCE_PASS"]}
    database = engine.containers.get(f"{stack.prefix}database")
    for statement, allowed in (
        ("SELECT count(*) FROM pg_stat_activity", True),
        ('SELECT * FROM "LiteLLM_VerificationToken"', False),
        ("CREATE TABLE probe()", False),
    ):
        result = database.exec_run([*login, "-c", statement], environment=password)
        assert (result.exit_code == 0) is allowed, result.output
        assert allowed or b"permission denied" in result.output or b"read-only transaction" in result.output


def test_exporters_need_little_and_show_no_secret(
    stack: Stack, engine: docker.DockerClient, loaded: Prometheus
) -> None:
    assert loaded.query("redis_up == 1")
    for component in ("postgres-exporter", "redis-exporter"):
        container = engine.containers.get(f"{stack.prefix}{component}")
        usage = cast("dict[str, Any]", container.stats(stream=False))["memory_stats"]["usage"]
        assert usage < MOST_OF_AN_EXPORTER
        variables = dict(entry.split("=", 1) for entry in container.attrs["Config"]["Env"])
        secret = variables.get("DATA_SOURCE_PASS") or variables["REDIS_PASSWORD"]
        assert secret not in container.logs().decode()
        assert not any(secret in " ".join(row) for row in container.top()["Processes"])


def shown(prometheus: Prometheus, expression: str) -> bool:
    """Whether a query had a number to show in the last minutes."""
    now = datetime.now(UTC)
    return bool(prometheus.over_time(expression, start=now - timedelta(minutes=5), end=now, step=15))
