"""What two replicas have to know of each other: answers in Redis, limits, budgets; and what happens without Redis."""

from __future__ import annotations

import copy
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import docker
import pytest

from engine import execution
from engine.health import wait_until_healthy
from tests.e2e.load import chat, load
from tests.e2e.routed import CALLS_A_MINUTE, CALLS_IN_BUDGET, SLOW_SECONDS, Routed
from tests.e2e.test_change import containers
from tests.e2e.upstream_server import TOKENS_PER_CALL


def test_the_second_identical_request_comes_from_redis_on_whichever_replica(
    routed: Routed, engine: docker.DockerClient
) -> None:
    routed.upstream.reset()
    cached: dict[str, Any] = {"cache": {"use-cache": True}}
    assert routed.answers("cached", times=8, **cached) == ["from cached"] * 8
    routed.answers("cached", alias="another", **cached)
    assert routed.upstream.calls == {"cached": 1}
    routed.answers("cached", times=2)
    assert routed.upstream.calls == {"cached": 3}, "where it is not asked for, nothing is cached"

    [name] = containers(engine, routed.stack, "cache")
    keys = redis(engine, name, "--scan", "--pattern", "answers:*").split()
    assert len(keys) == 1
    assert 0 < int(redis(engine, name, "ttl", keys[0])) <= 60


@pytest.mark.parametrize(("alias", "side_by_side"), [("by-requests", 1), ("by-requests-at-once", 8)])
def test_requests_of_a_minute_are_counted_across_replicas(routed: Routed, alias: str, side_by_side: int) -> None:
    with ThreadPoolExecutor(side_by_side) as pool:
        answers = list(pool.map(lambda _: routed.ask("rescue", alias=alias), range(3 * CALLS_A_MINUTE)))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 429}
    assert statuses.count(200) == CALLS_A_MINUTE


def test_tokens_of_a_minute_are_counted_across_replicas(routed: Routed) -> None:
    statuses = [routed.ask("rescue", alias="by-tokens").status_code for _ in range(3 * CALLS_A_MINUTE)]
    assert set(statuses) == {200, 429}
    # LiteLLM reserves tokens before a call and gives back what was not used after it, so the last one may not fit.
    assert CALLS_A_MINUTE - 2 <= statuses.count(200) <= CALLS_A_MINUTE


def test_a_budget_holds_across_replicas_and_its_end_is_told_to_the_webhook(routed: Routed) -> None:
    # Without `max_tokens` LiteLLM reserves all that is left of the budget for each call.
    answers = [
        routed.ask("priced", alias="by-budget", max_tokens=TOKENS_PER_CALL // 2) for _ in range(3 * CALLS_IN_BUDGET)
    ]
    # The spend of a call counts a moment after its answer, on whichever replica: one more may get in.
    assert CALLS_IN_BUDGET - 1 <= sum(answer.is_success for answer in answers) <= CALLS_IN_BUDGET + 1
    assert {answer.json()["error"]["type"] for answer in answers if answer.is_error} == {"budget_exceeded"}
    wait_for(routed, path="/slack", text="Budget Crossed")


def redis(engine: docker.DockerClient, name: str, *command: str) -> str:
    status, output = execution.run(engine.containers.get(name), ["redis-cli", *command])
    assert status == 0
    return output


def wait_for(routed: Routed, *, path: str, text: str) -> dict[str, str]:
    """Return what was sent to a path and holds a text; within a minute."""
    deadline = time.monotonic() + 60
    while True:
        kept = routed.upstream.kept
        if found := [sent for sent in kept if sent["path"].startswith(path) and text in sent["body"]]:
            return found[0]
        assert time.monotonic() < deadline, f"nothing with {text!r} among {[sent['path'] for sent in kept]}"
        time.sleep(1)


def test_an_answer_that_takes_longer_than_the_threshold_is_told_to_the_webhook(routed: Routed) -> None:
    routed.upstream.tell("late", delay=SLOW_SECONDS + 1)
    assert routed.answers("late") == ["from late"]
    wait_for(routed, path="/slack", text="late")


def test_a_trace_reaches_langfuse(routed: Routed) -> None:
    routed.answers("rescue", messages=[{"role": "user", "content": "a question for langfuse"}])
    sent = wait_for(routed, path="/langfuse/", text="a question for langfuse")
    assert sent["authorization"].startswith("Basic ")


def test_a_guardrail_and_a_pass_through_are_what_litellm_makes_of_them(routed: Routed) -> None:
    routed.upstream.reset()
    magic: dict[str, Any] = {"messages": [{"role": "user", "content": "say xyzzy"}], "guardrails": ["no-magic"]}
    assert routed.ask("rescue", **magic).status_code in (400, 403)
    assert routed.upstream.calls == {}
    login = {"Authorization": f"Bearer {routed.keys['caller']}"}
    assert routed.client.post("/echo", json={"question": 1}, headers=login).json()["path"] == "/echo"
    assert routed.client.post("/echo", json={"question": 2}).status_code == 401


def test_no_request_is_lost_to_a_replica_that_the_engine_stops(routed: Routed, engine: docker.DockerClient) -> None:
    [stopped, _] = [engine.containers.get(name) for name in containers(engine, routed.stack, "proxy")]
    crowd = [chat(routed.keys["caller"], "rescue")] * 8
    for _ in range(2):
        with load(url=str(routed.client.base_url), clients=crowd) as seen:
            time.sleep(2)
            stopped.stop(timeout=60)
            time.sleep(2)
        assert seen.failures == []
        assert stopped.wait()["StatusCode"] == 0, "it came to its end by itself"
        stopped.start()
        wait_until_healthy(str(stopped.id), timeout=120)


def test_requests_are_answered_while_redis_crashes_and_after_another_password(
    routed: Routed, engine: docker.DockerClient
) -> None:
    [before] = containers(engine, routed.stack, "cache")
    crowd = [chat(routed.keys["caller"], "rescue")] * 4
    with load(url=str(routed.client.base_url), clients=crowd) as seen:
        time.sleep(1)
        os.kill(engine.containers.get(before).attrs["State"]["Pid"], signal.SIGKILL)
        time.sleep(10)
    assert seen.failures == []
    assert engine.containers.get(before).status == "running"

    config = copy.deepcopy(routed.stack.config)
    config["rotation"] = {"cachePassword": 2}
    routed.stack.configure(config)
    with load(url=str(routed.client.base_url), clients=crowd) as seen:
        routed.stack.up()
    assert seen.failures == []
    assert seen.answers["from rescue"] > 20
    [after] = containers(engine, routed.stack, "cache")
    assert after != before
