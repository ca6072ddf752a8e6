"""Grafana under Pulumi's mocks, and the files by which it finds Prometheus and the dashboards."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime import mocks

from components.grafana import Grafana, GrafanaArgs
from components.network import Network, NetworkArgs
from config import grafana, settings
from config.problems import ConfigError
from engine.identity import Identity
from tests.unit.components.host import fresh_host


class Recorder(mocks.Mocks):
    def __init__(self) -> None:
        self.resources: dict[str, mocks.MockResourceArgs] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.resources[args.name] = args
        return f"{args.name}-id", {**args.inputs, "imageId": "sha256:1"}

    def call(self, _args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        return {}, []


def load(**sections: Any) -> settings.Settings:
    return settings.load(
        {f"p:{name}": json.dumps(value) for name, value in sections.items()}, encrypted=[], project="p"
    )


@pytest.fixture(scope="module")
def resources() -> dict[str, mocks.MockResourceArgs]:
    recorder = Recorder()
    mocks.set_mocks(recorder, project="p", stack="unit", preview=False)
    identity = Identity(project="p", stack="unit", owner="somebody", key="key")
    given = load(grafana={"enabled": True}, ports={"grafana": 3001})

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK leaves it untyped
    def declare() -> None:
        args = GrafanaArgs(
            identity=identity,
            settings=given,
            network=Network("network", NetworkArgs(identity=identity, settings=given)),
            prometheus_url="http://prometheus:9090",
        )
        Grafana("grafana", args)

    with fresh_host():
        declare()
    return recorder.resources


def test_it_listens_where_the_config_says_and_is_confined(resources: dict[str, mocks.MockResourceArgs]) -> None:
    server = resources["grafana-server"].inputs
    assert [(port["external"], port["ip"]) for port in server["ports"]] == [(3001, "127.0.0.1")]
    assert server["readOnly"]
    assert server["user"] == "472:0"
    assert server["capabilities"] == {"drops": ["ALL"]}
    assert server["memory"] == 512
    assert {grafana.DATA, grafana.LOGS} <= server["tmpfs"].keys()


def test_nobody_can_log_in_and_everybody_may_look(resources: dict[str, mocks.MockResourceArgs]) -> None:
    environment = resources["grafana-server"].inputs["envs"]
    assert "GF_AUTH_ANONYMOUS_ORG_ROLE=Viewer" in environment
    assert "GF_AUTH_BASIC_ENABLED=false" in environment
    assert "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION=true" in environment


def test_every_dashboard_is_in_the_folder_that_grafana_reads(resources: dict[str, mocks.MockResourceArgs]) -> None:
    targets = {mount["target"] for mount in resources["grafana-server"].inputs["mounts"]}
    assert {f"{grafana.DASHBOARDS}/{name}.json" for name in ("models", "spend", "stack")} <= targets
    assert grafana.HOME in targets
    folder = yaml.safe_load(resources["grafana-folder"].inputs["content"])
    assert [provider["options"]["path"] for provider in folder["providers"]] == [grafana.DASHBOARDS]
    assert json.loads(resources["grafana-stack"].inputs["content"])["uid"] == "litellm-stack-stack"


def test_grafana_asks_the_stacks_prometheus(resources: dict[str, mocks.MockResourceArgs]) -> None:
    (source,) = yaml.safe_load(resources["grafana-prometheus"].inputs["content"])["datasources"]
    assert (source["type"], source["url"], source["isDefault"]) == ("prometheus", "http://prometheus:9090", True)


def test_a_stack_runs_grafana_only_where_it_is_asked_to() -> None:
    without, with_it = load(), load(grafana={"enabled": True})
    assert "grafana" not in without.ports.published(grafana=without.grafana.enabled)
    assert with_it.ports.published(grafana=with_it.grafana.enabled)["grafana"] == 3000
    assert "grafanaUrl" not in without.addresses
    assert with_it.addresses["grafanaUrl"] == "http://127.0.0.1:3000"


def test_grafanas_port_is_its_own_where_it_runs() -> None:
    assert load(ports={"gateway": 3000}).ports.gateway == 3000
    with pytest.raises(ConfigError, match="3000 is the port of"):
        load(ports={"gateway": 3000}, grafana={"enabled": True})
