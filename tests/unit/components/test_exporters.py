"""The whole program under Pulumi's mocks, with all that monitoring can run beside Prometheus."""

from __future__ import annotations

import json

import pulumi
import pytest
import yaml
from pulumi.runtime import mocks

from tests.unit.components.example import config
from tests.unit.components.host import fresh_host
from tests.unit.components.test_program import Recorder, run_program

MONITORING = {
    "exporters": True,
    "certificates": ["gateway.example.com:443"],
    "webhook": "https://hooks.example/canary-1",
}


@pytest.fixture(scope="module")
def resources() -> dict[str, mocks.MockResourceArgs]:
    recorder = Recorder()
    mocks.set_mocks(recorder, project="litellm-stack", stack="unit", preview=False)
    given = config() | {"monitoring": MONITORING}
    raw = {f"litellm-stack:{name}": json.dumps(value) for name, value in given.items()}
    pulumi.runtime.set_all_config(raw, ["litellm-stack:secrets", "litellm-stack:monitoring"])
    with fresh_host():
        run_program()
    return recorder.resources


def variables(resources: dict[str, mocks.MockResourceArgs], name: str) -> dict[str, str]:
    """Return the variables of a container, which are a secret."""
    return dict(entry.split("=", 1) for entry in resources[name].inputs["envs"]["value"])


def test_each_is_small_and_confined_and_publishes_nothing(resources: dict[str, mocks.MockResourceArgs]) -> None:
    for name in ("postgres-exporter", "redis-exporter", "blackbox-exporter"):
        inputs = resources[f"{name}-server"].inputs
        assert (inputs["memory"], inputs["readOnly"], inputs["ports"]) == (64, True, []), name
        assert inputs["capabilities"] == {"drops": ["ALL"]}, name


def test_the_exporter_of_postgres_logs_in_as_nobody_else(resources: dict[str, mocks.MockResourceArgs]) -> None:
    login = resources["exporters-login"].inputs
    given = variables(resources, "postgres-exporter-server")
    assert given["DATA_SOURCE_USER"] == login["role"] != resources["database-login"].inputs["role"]
    assert given["DATA_SOURCE_PASS"] == login["password"]["value"] != resources["database-login"].inputs["password"]
    assert given["DATA_SOURCE_PASS"] not in given["DATA_SOURCE_URI"]


def test_the_exporter_of_redis_has_its_password_apart_from_its_address(
    resources: dict[str, mocks.MockResourceArgs],
) -> None:
    given = variables(resources, "redis-exporter-server")
    assert given["REDIS_ADDR"] == "redis://cache-c0ffee00:6379"
    assert given["REDIS_PASSWORD"] not in given["REDIS_ADDR"]


def test_prometheus_reads_all_of_them_and_has_their_rules(resources: dict[str, mocks.MockResourceArgs]) -> None:
    scraped = yaml.safe_load(resources["monitoring-config"].inputs["content"])["scrape_configs"]
    assert {"postgres", "redis", "certificate", "alertmanager"} <= {job["job_name"] for job in scraped}
    rules = yaml.safe_load(resources["monitoring-rules"].inputs["content"])["groups"]
    assert {"stores", "certificates"} <= {group["name"] for group in rules}
    assert resources["alertmanager-server"].inputs["name"] == "litellm-stack-unit-alertmanager"
