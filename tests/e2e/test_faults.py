"""Whatever is killed or broken, the next `up` repairs; what fails, says why and leaves the old replicas serving."""

from __future__ import annotations

import copy
import re
import time
from pathlib import Path

import docker
import httpx
import pytest

from engine.identity import COMPONENT_LABEL, STACK_LABEL
from tests.e2e.gateway import Gateway
from tests.e2e.load import chat, load, stream
from tests.e2e.stack import Stack
from tests.e2e.test_change import replicas
from tests.waiting import until

START_SECONDS = 180
"""The product's own patience with a replica on a busy host is longer (startTimeout)."""


def test_a_killed_replica_is_back_after_the_next_up(
    stack: Stack, gateway: Gateway, engine: docker.DockerClient
) -> None:
    # Killed by hand, so that Docker does not restart it.
    engine.containers.get(replicas(engine, stack)[0]).kill()
    assert gateway.chat().status_code == 503
    stack.up()
    assert gateway.chat().status_code == 200


def test_what_was_removed_by_hand_is_back_after_the_next_up(
    stack: Stack, gateway: Gateway, engine: docker.DockerClient
) -> None:
    removed = [f"{stack.prefix}{component}" for component in ("edge", "database", "prometheus")]
    for container in removed:
        engine.containers.get(container).remove(force=True)
    [config] = Path(stack.environment["XDG_DATA_HOME"]).rglob("config-*.yaml")
    content = config.read_text(encoding="utf-8")
    config.unlink()
    stack.up()
    for container in removed:
        assert engine.containers.get(container).attrs["State"]["Health"]["Status"] == "healthy", container
    assert config.read_text(encoding="utf-8") == content
    assert gateway.chat().status_code == 200
    stack.pulumi("preview", "--expect-no-changes")


def test_a_key_that_was_deleted_by_hand_is_back_after_the_next_up(stack: Stack, gateway: Gateway) -> None:
    login = {"Authorization": f"Bearer {gateway.master_key}"}
    gateway.client.post("/key/delete", json={"key_aliases": ["chat-app"]}, headers=login).raise_for_status()
    assert gateway.chat().status_code == 401
    stack.up()
    assert gateway.chat().status_code == 200


def test_a_proxy_that_never_gets_healthy_fails_the_update_with_its_log_and_harms_nobody(
    stack: Stack, gateway: Gateway, engine: docker.DockerClient
) -> None:
    good, before = stack.config, replicas(engine, stack)
    broken = copy.deepcopy(good)
    # One that the linter lets through: LiteLLM wants a mapping there, and stops.
    broken["proxy"]["litellm_settings"]["upperbound_key_generate_params"] = "no-such-mapping"
    stack.configure(broken)
    result = stack.run("up", "--yes", "--skip-preview")
    assert result.returncode != 0
    assert "its log ends with" in result.stdout
    assert "no-such-mapping" in result.stdout
    assert gateway.master_key not in result.stdout
    assert gateway.chat().status_code == 200, "the old replica went on serving"

    stack.configure(good)
    stack.up()
    assert gateway.chat().status_code == 200
    assert len(replicas(engine, stack)) == len(before)


def test_an_update_that_cannot_reach_the_proxy_keeps_its_objects_in_the_state(
    stack: Stack, gateway: Gateway, engine: docker.DockerClient
) -> None:
    engine.containers.get(f"{stack.prefix}edge").stop()
    with pytest.raises(httpx.ConnectError):
        gateway.chat()
    stack.pulumi("refresh", "--yes", "--skip-preview")
    stack.up()
    assert gateway.chat().status_code == 200


def test_a_lost_database_is_told_and_what_was_declared_is_made_again(
    stack: Stack, gateway: Gateway, engine: docker.DockerClient
) -> None:
    database = f"{stack.prefix}database"
    engine.containers.get(database).remove(force=True)
    engine.volumes.get(database).remove()
    # The proxy did not answer when the update looked for its objects, so it took them for what they were.
    told = stack.run("up", "--yes", "--skip-preview")
    stack.up()
    assert told.returncode != 0, told.stdout[-3000:]
    assert re.search("key 'chat-app' (cannot log in|is not in the database): HTTP 40[14]", told.stdout), told.stdout[
        -3000:
    ]
    assert gateway.chat().status_code == 200
    stack.pulumi("preview", "--expect-no-changes")


def test_a_database_that_is_away_costs_no_request_of_a_key_that_replicas_remember(
    stack: Stack, gateway: Gateway, engine: docker.DockerClient
) -> None:
    database = engine.containers.get(f"{stack.prefix}database")
    # A minute after it first read a thing (a key, what the whole proxy has spent) a replica reads it again: start anew.
    for replica in replicas(engine, stack):
        engine.containers.get(replica).restart()
    until(lambda: gateway.get("/v1/models", key="none").status_code == 401)
    [known, unknown] = [gateway.generate(models=["chat", "slow"]) for _ in range(2)]
    clients = [*[chat(known, "chat")] * 4, chat(known, "slow"), stream(known, "slow")]
    with load(url=str(gateway.client.base_url), clients=clients) as seen:
        until(lambda: seen.answers[stack.offline_answer] > 10 and seen.answers["slow answer"] > 2)
        database.stop()
        time.sleep(20)  # longer than LiteLLM's readiness goes without looking at the database
        answer = gateway.chat(key=unknown)
        database.start()
        time.sleep(10)
    assert seen.failures == []
    assert answer.status_code == 503
    stack.up()  # the stack waits until the database is healthy again
    stack.pulumi("preview", "--expect-no-changes")
    assert gateway.chat(key=unknown).status_code == 200
    gateway.delete(known, unknown)


@pytest.mark.parametrize("moment", ["made", "recorded"])
def test_an_update_that_is_killed_is_finished_by_the_next_one_and_loses_no_request(
    stack: Stack, gateway: Gateway, engine: docker.DockerClient, moment: str
) -> None:
    changed = copy.deepcopy(stack.config)
    answer = f"after the crash, once the replica was {moment}"
    changed["proxy"]["model_list"][0]["litellm_params"]["mock_response"] = answer
    stack.configure(changed)
    key = gateway.keys["loader"]
    clients = [*[chat(key, "chat")] * 4, chat(key, "slow"), stream(key, "slow")]
    new_one = {"made": lambda: started(engine, stack) == 2, "recorded": lambda: recorded(stack) == 2}[moment]
    with load(url=str(gateway.client.base_url), clients=clients) as seen:
        stack.kill_up_when(new_one)
        try:
            # It starts, and the edge finds it. If the update could not record it, it goes before it is made again.
            until(lambda: seen.answers[answer] > 10, within=START_SECONDS)
        finally:
            stack.recover()  # else the tests that follow find a stack that is locked
        could_record = recorded(stack) == 2
        said = stack.up()
    assert seen.failures == []
    assert ("is left from an update that was killed" in said) is not could_record
    assert gateway.chat().json()["choices"][0]["message"]["content"] == answer
    assert len(replicas(engine, stack)) == 1
    stack.pulumi("preview", "--expect-no-changes")


def started(engine: docker.DockerClient, stack: Stack) -> int:
    """Return how many replicas the engine lists as running: it does not wait for one that is being started."""
    label = f"{STACK_LABEL}=litellm-stack/{stack.name}"
    return len(engine.api.containers(filters={"label": [label, f"{COMPONENT_LABEL}=proxy"], "status": "running"}))


def recorded(stack: Stack) -> int:
    """Return how many containers the state has for the replica: none while the state is being written."""
    try:
        resources = stack.checkpoint()["resources"]
    except ValueError:
        return 0
    return len([resource for resource in resources if resource["urn"].endswith("::proxy-replica-0")])
