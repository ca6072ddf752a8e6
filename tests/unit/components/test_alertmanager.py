"""Alertmanager under Pulumi's mocks: whom it tells, what it is told, and where no address is."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime import mocks

from components.alertmanager import Alertmanager, AlertmanagerArgs
from components.network import Network, NetworkArgs
from config import alertmanager, prometheus, settings
from config.problems import ConfigError
from engine.identity import Identity
from tests.unit.components.host import fresh_host
from tests.unit.components.test_grafana import Recorder

WEBHOOK, SLACK = "https://hooks.example/a/canary-1", "https://hooks.slack.example/services/canary-2"


def load(*, encrypted: bool = True, **monitoring: Any) -> settings.Settings:
    names = ["p:monitoring"] if encrypted else []
    return settings.load({"p:monitoring": json.dumps(monitoring)}, encrypted=names, project="p")


@pytest.fixture(scope="module")
def resources() -> dict[str, mocks.MockResourceArgs]:
    recorder = Recorder()
    mocks.set_mocks(recorder, project="p", stack="unit", preview=False)
    identity = Identity(project="p", stack="unit", owner="somebody", key="key")
    given = load(webhook=WEBHOOK, slackWebhook=SLACK)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK leaves it untyped
    def declare() -> None:
        network = Network("network", NetworkArgs(identity=identity, settings=given))
        Alertmanager("alertmanager", AlertmanagerArgs(identity=identity, settings=given, network=network))

    with fresh_host():
        declare()
    return recorder.resources


def test_it_is_confined_and_reached_from_the_stacks_network_only(resources: dict[str, mocks.MockResourceArgs]) -> None:
    server = resources["alertmanager-server"].inputs
    assert not server.get("ports")
    assert server["readOnly"]
    assert server["user"] == "65534:65534"
    assert server["capabilities"] == {"drops": ["ALL"]}
    assert server["memory"] == 128


def test_addresses_are_secret_variables_and_nowhere_else(resources: dict[str, mocks.MockResourceArgs]) -> None:
    server = resources["alertmanager-server"].inputs
    # Wrapped, because it is a secret.
    assert sorted(server["envs"]["value"]) == [f"SLACK={SLACK}", f"WEBHOOK={WEBHOOK}"]
    rest = {**{name: args.inputs for name, args in resources.items()}, "alertmanager-server": {**server, "envs": []}}
    assert "canary" not in json.dumps(rest, default=str)


def test_both_receivers_hear_of_everything_and_of_its_end(resources: dict[str, mocks.MockResourceArgs]) -> None:
    content = yaml.safe_load(resources["alertmanager-config"].inputs["content"])
    (receiver,) = content["receivers"]
    assert receiver["webhook_configs"] == [{"url_file": alertmanager.WEBHOOK_FILE, "send_resolved": True}]
    (slack,) = receiver["slack_configs"]
    assert (slack["api_url_file"], slack["send_resolved"]) == (alertmanager.SLACK_FILE, True)
    (urgent,) = content["route"]["routes"]
    assert (urgent["group_wait"], urgent["repeat_interval"]) == ("10s", "1h")
    assert (content["route"]["group_wait"], content["route"]["repeat_interval"]) == ("30s", "12h")


def test_a_receiver_without_an_address_is_none() -> None:
    (receiver,) = yaml.safe_load(alertmanager.render(load(slackWebhook=SLACK).monitoring))["receivers"]
    assert "webhook_configs" not in receiver


def test_prometheus_sends_to_it_and_reads_it_beside_others() -> None:
    both = load(webhook=WEBHOOK, alertmanagers=["alerts:9093"]).monitoring
    content = yaml.safe_load(prometheus.render(both, stack="dev", upstream="x", upstream_port=1))
    targets = [it["static_configs"][0]["targets"] for it in content["alerting"]["alertmanagers"]]
    assert targets == [["alerts:9093"], [alertmanager.ADDRESS]]
    assert content["scrape_configs"][-1]["job_name"] == prometheus.ALERTMANAGER
    assert not load().monitoring.runs_alertmanager


@pytest.mark.parametrize("name", ["webhook", "slackWebhook"])
def test_an_address_in_clear_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"monitoring\.{name}: a secret in clear; encrypt it") as refused:
        load(encrypted=False, **{name: WEBHOOK})
    assert "canary" not in str(refused.value)


def test_what_is_no_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigError, match=r"monitoring\.webhook: .*begins with https://") as refused:
        load(webhook="hooks.example/canary")
    assert "canary" not in str(refused.value)
