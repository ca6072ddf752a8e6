"""Prometheus sees every replica, with a key that can do nothing else."""

from __future__ import annotations

import time
from typing import Any

import docker
import httpx
import pytest

from tests.e2e.gateway import Gateway
from tests.e2e.stack import Stack


def query(stack: Stack, expression: str) -> list[dict[str, Any]]:
    url = stack.outputs()["prometheusUrl"]
    result = httpx.get(f"{url}/api/v1/query", params={"query": expression}).json()["data"]["result"]
    return list(result)


def eventually(stack: Stack, expression: str) -> list[dict[str, Any]]:
    """Ask until there is an answer, for three scrapes."""
    deadline = time.monotonic() + 60
    while not (result := query(stack, expression)):
        assert time.monotonic() < deadline, f"Prometheus has nothing for {expression}; its targets: {targets(stack)}"
        time.sleep(1)
    return result


def targets(stack: Stack) -> list[tuple[str, str, str]]:
    """Return what Prometheus scrapes, how it is, and what went wrong last."""
    active = httpx.get(f"{stack.outputs()['prometheusUrl']}/api/v1/targets").json()["data"]["activeTargets"]
    return [(target["scrapeUrl"], target["health"], target["lastError"]) for target in active]


def test_the_replica_is_up(stack: Stack) -> None:
    # Counted until it fits: replicas that other tests replaced are there until Prometheus looks again.
    replicas = stack.config.get("replicas", 1)
    assert eventually(stack, f'count(up{{job="litellm"}} == 1) == {replicas}')


def test_the_edge_tells_of_the_replicas_and_of_the_database(stack: Stack) -> None:
    replicas = stack.config.get("replicas", 1)
    assert eventually(stack, f'haproxy_backend_active_servers{{proxy="litellm"}} == {replicas}')
    assert eventually(stack, 'haproxy_backend_status{proxy="database",state="UP"} == 1')


def test_every_rule_can_be_evaluated(stack: Stack) -> None:
    url = stack.outputs()["prometheusUrl"]
    groups = httpx.get(f"{url}/api/v1/rules").json()["data"]["groups"]
    assert {group["name"] for group in groups} == {"gateway", "budgets"}
    rules = [rule for group in groups for rule in group["rules"]]
    assert [rule["name"] for rule in rules if rule["health"] == "err"] == []


def test_litellms_metrics_arrive(stack: Stack, gateway: Gateway) -> None:
    assert gateway.chat(user="HyperUser").status_code == 200
    series = eventually(stack, 'litellm_proxy_total_requests_metric_total{api_key_alias="chat-app"}')
    assert float(series[0]["value"][1]) >= 1


@pytest.mark.parametrize("path", ["/v1/models", "/key/list", "/budget/list", "/customer/list", "/user/list"])
def test_prometheus_key_reads_nothing_else(
    stack: Stack, gateway: Gateway, engine: docker.DockerClient, path: str
) -> None:
    environment = engine.containers.get(f"{stack.prefix}prometheus").attrs["Config"]["Env"]
    key = next(entry.partition("=")[2] for entry in environment if entry.startswith("LITELLM_KEY="))
    assert gateway.get("/metrics/", key=key).status_code == 200
    assert gateway.get(path, key=key).status_code == 403


def test_metrics_need_a_key(gateway: Gateway) -> None:
    assert gateway.client.get("/metrics/").status_code == 401
