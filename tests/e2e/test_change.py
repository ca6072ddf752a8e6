"""A change of the config: shown by the preview, lossless for clients, and done once."""

from __future__ import annotations

import copy
import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import docker
from docker.models.containers import Container

from components import proxy
from engine.identity import COMPONENT_LABEL, STACK_LABEL
from tests.e2e.load import chat, load, stream, streamed
from tests.e2e.stack import Stack


def replicas(engine: docker.DockerClient, stack: Stack) -> list[str]:
    return containers(engine, stack, "proxy")


def containers(engine: docker.DockerClient, stack: Stack, component: str) -> list[str]:
    labels = [f"{STACK_LABEL}=litellm-stack/{stack.name}", f"{COMPONENT_LABEL}={component}"]
    return [
        str(container.name)
        for container in engine.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
    ]


def test_a_second_up_changes_nothing(stack: Stack) -> None:
    stack.up("--expect-no-changes")


def test_once_there_is_data_replicas_wait_for_the_salt_key(stack: Stack) -> None:
    resources = json.loads(stack.pulumi("stack", "export"))["deployment"]["resources"]
    [replica] = [resource for resource in resources if resource["urn"].endswith("::proxy-replica-0")]
    assert any(urn.endswith("::encryption-salt-key") for urn in replica["dependencies"])


def test_a_preview_after_a_refresh_changes_nothing(stack: Stack) -> None:
    stack.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    stack.pulumi("preview", "--expect-no-changes")


def test_a_replica_keeps_an_idle_connection_longer_than_the_edge(stack: Stack, engine: docker.DockerClient) -> None:
    # Or it could close one just as the edge writes a request to it.
    script = (
        "import http.client, time\n"
        f"kept = http.client.HTTPConnection('127.0.0.1', {proxy.PORT}, timeout=30)\n"
        "for pause in (12, 0):\n"
        "    kept.request('GET', '/health/liveliness')\n"
        "    kept.auto_open = False\n"
        "    assert kept.getresponse().read()\n"
        "    time.sleep(pause)\n"
    )
    [replica] = replicas(engine, stack)
    result = engine.containers.get(replica).exec_run(["python3", "-c", script])
    assert result.exit_code == 0, result.output


def test_a_config_change_under_load_loses_no_request(stack: Stack, engine: docker.DockerClient) -> None:
    outputs, before = stack.outputs(), replicas(engine, stack)
    config = copy.deepcopy(stack.config)
    config["proxy"]["model_list"][0]["litellm_params"]["mock_response"] = "second answer"
    stack.configure(config)

    preview = stack.pulumi("preview", "--diff")
    assert '~ mock_response: "first answer" => "second answer"' in preview

    key = outputs["virtualKeys"]["loader"]
    clients = [*[chat(key, "chat")] * 3, *[chat(key, "slow")] * 2, stream(key, "chat"), stream(key, "slow")]
    with load(url=outputs["gatewayUrl"], clients=clients) as seen:
        time.sleep(2)
        stack.up()
        time.sleep(2)
    assert seen.failures == []
    assert seen.answers["first answer"] > 10
    assert seen.answers["second answer"] > 5
    assert seen.answers["slow answer"] > 5
    assert seen.answers[streamed("slow answer")] > 2
    after = replicas(engine, stack)
    assert len(after) == 1
    assert after != before


def test_an_old_replica_that_crashes_does_not_come_back_once_the_edge_has_left_it(
    stack: Stack, engine: docker.DockerClient
) -> None:
    [before] = replicas(engine, stack)
    old = engine.containers.get(before)
    config = copy.deepcopy(stack.config)
    config["proxy"]["model_list"][0]["litellm_params"]["mock_response"] = "third answer"
    stack.configure(config)
    began = int(time.time())
    with ThreadPoolExecutor() as pool:
        update = pool.submit(stack.up)
        while not update.done():
            if len(replicas(engine, stack)) == 2:
                crash(old)
            time.sleep(0.2)
        update.result()
    # In whole seconds: the one that has begun holds the end of the update.
    until = int(time.time()) + 1
    events = engine.events(since=began, until=until, filters={"container": old.id}, decode=True)
    said = [str(event["Action"]) for event in events]
    assert "start" in said, "it came back before the cutover"
    assert "start" not in said[said.index("update") :]


def crash(container: Container) -> None:
    """End its process behind the engine's back: one that the engine itself kills is not started again."""
    with suppress(docker.errors.NotFound, ProcessLookupError):
        container.reload()
        if pid := container.attrs["State"]["Pid"]:
            os.kill(pid, signal.SIGKILL)


def test_two_replicas_are_a_number_and_bring_the_redis_that_they_count_in(
    stack: Stack, engine: docker.DockerClient
) -> None:
    stack.configure({**stack.config, "replicas": 2})
    stack.up()
    assert len(replicas(engine, stack)) == 2
    assert len(containers(engine, stack, "cache")) == 1
    stack.configure({**stack.config, "replicas": 1})
    stack.up()
    assert len(replicas(engine, stack)) == 1
    assert containers(engine, stack, "cache") == []
