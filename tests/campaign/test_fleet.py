"""The stack on a Swarm of two hosts: brought up, asked at every node, changed under load, taken down."""

from __future__ import annotations

import copy
import json
import time
from collections import Counter
from typing import Any

import docker
import httpx
import pytest

import status.services
from config.settings import default_images
from engine.swarm.volume import record_name
from supply import logs
from tests.e2e.fleet import Host
from tests.e2e.load import chat, load, stream, streamed
from tests.e2e.stack import Stack
from tests.e2e.swarm_stack import IN_DATABASE, declared, on_nodes, services, url

COVERS = ("components", "engine")
CANARY = "sk-canary-fleet-0123456789abcdef"
WEBHOOK = "http://127.0.0.1:9/canary-webhook-0123456789"
DATA = ("database", "prometheus")
SINGLE = ("cache", "alertmanager", "blackbox-exporter", "postgres-exporter", "redis-exporter")
"""Components with one task on whatever node, named as in the network."""
SCRAPE_SECONDS = 240
"""A replica on a busy machine may take longer than a scrape, more than once."""

ASK = """
import socket, urllib.request as u
addresses = sorted({found[4][0] for found in socket.getaddrinfo("echo", 5000)})
print(*[u.urlopen(f"http://{address}:5000/", timeout=5).status for address in addresses])
"""


@pytest.fixture(scope="module")
def stack(hosts: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """Bring the stack up from the manager, after an update that was killed on the way; its data is on the other node.

    It goes with the hosts, whatever happens.
    """
    stack = declared(hosts[0], data=hosts[1], folder=tmp_path_factory.mktemp("fleet"))
    stack.configure(with_everything(stack.config))
    stack.encrypt("secrets.OPENAI_API_KEY", CANARY)
    stack.encrypt("monitoring.webhook", WEBHOOK)
    stack.kill_up_when(lambda: f"{stack.prefix}database" in [service.name for service in services(hosts)])
    stack.recover()
    assert f"{stack.prefix}database is left from an update that was killed" in stack.up()
    return stack


def with_everything(config: dict[str, Any]) -> dict[str, Any]:
    """Return the config with all that a stack can have beside replicas."""
    return {**config, "access": IN_DATABASE, "monitoring": {"exporters": True, "certificates": ["127.0.0.1:9"]}}


def test_a_container_on_one_host_finds_by_dns_and_reaches_the_tasks_on_every_other(hosts: list[Host]) -> None:
    manager, image = hosts[0].engine, default_images()["litellm"]
    network = manager.networks.create("bed", driver="overlay", attachable=True)
    service = manager.services.create(  # type: ignore[no-untyped-call]  # docker-py leaves it untyped
        manager.images.get(image).id,
        command=["python3", "-m", "http.server", "5000", "--directory", "/tmp"],
        name="echo",
        networks=["bed"],
        mode="global",
        endpoint_spec=docker.types.EndpointSpec(mode="dnsrr"),
    )
    try:
        deadline = time.monotonic() + 60
        while [task["Status"]["State"] for task in service.tasks()] != ["running"] * 2:
            assert time.monotonic() < deadline, service.tasks()
            time.sleep(0.2)
        said = manager.containers.run(image, ["-c", ASK], entrypoint="python3", network="bed", remove=True)
        assert said.split() == [b"200", b"200"]
    finally:
        service.remove()
        network.remove()


def test_the_edge_of_every_node_answers(stack: Stack, hosts: list[Host]) -> None:
    outputs = stack.outputs()
    for host in hosts:
        for key in (outputs["masterKey"], outputs["virtualKeys"]["app"]):
            with httpx.Client(base_url=url(host), timeout=60) as client:
                assert chat(key, "chat")(client) == "first answer"
                assert chat(key, "stored")(client) == "from the database"


def test_everything_is_where_it_belongs(stack: Stack, hosts: list[Host]) -> None:
    assert stack.prefix
    assert len(on_nodes(hosts, "edge")) == len(on_nodes(hosts[1:], "edge")) + 1 == 2
    assert len(on_nodes(hosts, "proxy")) == 2
    for component in DATA:
        assert len(on_nodes(hosts[1:], component)) == 1
        assert on_nodes(hosts[:1], component) == []
    assert {component: len(on_nodes(hosts, component)) for component in SINGLE} == dict.fromkeys(SINGLE, 1)


def test_prometheus_reads_every_replica_on_whatever_node_and_everything_else(stack: Stack, hosts: list[Host]) -> None:
    expected = {
        "litellm": ["up"] * stack.config["replicas"],
        "edge": ["up"] * len(hosts),
        **{job: ["up"] for job in ("postgres", "redis", "certificate")},
    }
    deadline = time.monotonic() + SCRAPE_SECONDS
    with httpx.Client(base_url=f"http://{hosts[1].address}:9090", timeout=10) as client:
        while True:
            targets = client.get("/api/v1/targets").raise_for_status().json()["data"]["activeTargets"]
            health: dict[str, list[str]] = {}
            for target in targets:
                health.setdefault(target["labels"]["job"], []).append(target["health"])
            if expected.items() <= health.items():
                break
            assert time.monotonic() < deadline, [(target["health"], target["lastError"]) for target in targets]
            time.sleep(1)
        told = client.get("/api/v1/alertmanagers").raise_for_status().json()["data"]["activeAlertmanagers"]
        assert [manager["url"] for manager in told] == ["http://alertmanager:9093/api/v2/alerts"]
        values = {
            name: client.get("/api/v1/query", params={"query": name}).json()["data"]["result"][0]["value"][1]
            for name in ("pg_up", "redis_up", "probe_success")
        }
        # Nothing listens where the certificate is looked for.
        assert values == {"pg_up": "1", "redis_up": "1", "probe_success": "0"}


def test_status_and_logs_tell_of_what_runs_on_every_node(
    stack: Stack, hosts: list[Host], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", hosts[0].socket)
    label = f"litellm-stack/{stack.name}"
    found = status.services.read(label)
    assert [service.name for service in found if not service.healthy] == []
    nodes = {host.name for host in hosts}
    assert {service.name.rpartition(".")[2] for service in found if service.component == "edge"} == nodes
    assert len([service for service in found if service.component == "proxy"]) == stack.config["replicas"]
    assert {"database", "prometheus", *SINGLE} <= {service.component for service in found}
    logs.show(label, component="database", follow=False)
    assert f"@{hosts[1].name}" in capsys.readouterr().out


def test_a_preview_tells_what_the_admin_ui_sets_in_a_database_on_another_node(stack: Stack, hosts: list[Host]) -> None:
    assert "admin UI" not in stack.pulumi("preview")
    with httpx.Client(
        base_url=url(hosts[0]), headers={"Authorization": f"Bearer {stack.outputs()['masterKey']}"}, timeout=60
    ) as client:
        client.post("/config/update", json={"router_settings": {"retry_after": 33}}).raise_for_status()
    assert "proxy.router_settings.retry_after is 33 by the admin UI" in stack.pulumi("preview", "--refresh")


def test_a_second_up_changes_nothing(stack: Stack) -> None:
    stack.up("--expect-no-changes")


def test_neither_services_nor_containers_show_a_secret(stack: Stack, hosts: list[Host]) -> None:
    outputs = stack.outputs()
    state = json.loads(stack.pulumi("stack", "export", "--show-secrets"))["deployment"]["resources"]
    generated = [
        json.loads(resource["outputs"]["result"]["plaintext"])
        for resource in state
        if resource["type"] == "random:index/randomPassword:RandomPassword"
    ]
    hidden = [CANARY, WEBHOOK, outputs["masterKey"], outputs["virtualKeys"]["app"], *generated]
    shown = [json.dumps(service.attrs) for service in services(hosts)]
    shown += [json.dumps(task) for service in services(hosts) for task in service.tasks()]
    shown += [
        json.dumps(container.attrs)
        for component in (*DATA, *SINGLE, "proxy")
        for container in on_nodes(hosts, component)
    ]
    shown += [json.dumps(config.attrs) for config in hosts[0].engine.configs.list()]
    assert len(generated) >= 4
    assert len(shown) > 15
    assert [secret[:6] for secret in hidden for text in shown if secret in text] == []
    # They arrive all the same.
    [replica, *_] = on_nodes(hosts, "proxy")
    environment = replica.exec_run(["cat", "/proc/1/environ"]).output.decode().split("\0")
    assert f"OPENAI_API_KEY={CANARY}" in environment


def test_a_change_under_load_loses_no_request_on_any_node(stack: Stack, hosts: list[Host]) -> None:
    key = stack.outputs()["masterKey"]
    changed = copy.deepcopy(stack.config)
    changed["proxy"]["model_list"][0]["litellm_params"]["mock_response"] = "second answer"
    stack.configure(changed)
    assert '~ mock_response: "first answer" => "second answer"' in stack.pulumi("preview", "--diff")
    clients = [chat(key, "chat"), chat(key, "slow"), stream(key, "chat")]
    manager, worker = hosts
    with load(url=url(manager), clients=clients) as first, load(url=url(worker), clients=clients) as second:
        time.sleep(2)
        stack.up()
        time.sleep(2)
    # Without the seconds that each of them took, to be counted.
    lost = [Counter(failure.partition(": ")[2] for failure in seen.failures) for seen in (first, second)]
    assert lost == [Counter(), Counter()]
    for seen in (first, second):
        for answer in ("first answer", "second answer", "slow answer", streamed("second answer")):
            assert seen.answers[answer] > 2, answer


def test_a_change_that_cannot_start_is_rolled_back_and_fails_with_the_log_of_the_task(
    stack: Stack, hosts: list[Host]
) -> None:
    good, outputs, answer = stack.config, stack.outputs(), stack.offline_answer
    stack.configure({**good, "environment": {"PYTHONHOME": "/nowhere"}})
    result = stack.run("up", "--yes", "--skip-preview")
    assert result.returncode != 0
    assert "was rolled back to what ran before" in result.stdout
    assert "No module named 'encodings'" in result.stdout, result.stdout[-3000:]  # the log of the task
    for host in hosts:
        with httpx.Client(base_url=url(host), timeout=60) as client:
            assert chat(outputs["masterKey"], "chat")(client) == answer
    stack.configure(good)
    stack.up()
    stack.up("--expect-no-changes")


def test_what_goes_leaves_nothing_but_the_data_on_its_node(stack: Stack, hosts: list[Host]) -> None:
    said = stack.pulumi("destroy", "--yes", "--skip-preview")
    manager, worker = (host.engine for host in hosts)
    assert services(hosts) == manager.secrets.list() == []
    records = sorted(record_name(f"{stack.prefix}{component}") for component in DATA)
    assert sorted(record.name for record in manager.configs.list()) == records
    assert [network.name for network in manager.networks.list(names=[stack.prefix])] == []
    for engine in (manager, worker):
        assert engine.containers.list(all=True) == []
    assert manager.volumes.list() == []
    kept = sorted(str(volume.name) for volume in worker.volumes.list())
    assert kept == [f"{stack.prefix}{component}" for component in DATA]
    assert all(f"volume {name} stays on the node" in said for name in kept)
