"""What the stack promises to applications: models answer, keys and budgets hold."""

from __future__ import annotations

import copy
import time

import docker
import httpx
import pytest

from tests.database import query
from tests.e2e.conftest import MOST_CONNECTIONS
from tests.e2e.gateway import Gateway
from tests.e2e.stack import Stack


def error_type(response: httpx.Response) -> str:
    return str(response.json()["error"]["type"])


def spend_until_refused(gateway: Gateway, *, alias: str = "chat-app", user: str | None = None) -> httpx.Response:
    """Chat until the gateway refuses, at most for a minute: an undeclared user's spend counts when it is written."""
    deadline = time.monotonic() + 60
    while (response := gateway.chat(alias=alias, user=user)).status_code == 200:
        assert time.monotonic() < deadline, "no call was refused within a minute"
        time.sleep(0.2)
    return response


def test_models_lists_what_the_key_may_use(gateway: Gateway) -> None:
    models = gateway.get("/v1/models").json()["data"]
    assert [model["id"] for model in models] == ["chat", "embeddings"]


def test_chat_answers(gateway: Gateway, stack: Stack) -> None:
    response = gateway.chat(user="HyperUser")
    assert response.status_code == 200, response.text
    assert response.json()["choices"][0]["message"]["content"] == stack.offline_answer


def test_chat_streams(gateway: Gateway) -> None:
    response = gateway.chat(stream=True)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text.rstrip().endswith("data: [DONE]")


def test_an_answer_is_kept_in_memory_where_a_request_asks_for_it(gateway: Gateway) -> None:
    kept = [gateway.chat(cache={"use-cache": True}).json()["id"] for _ in range(2)]
    assert kept[0] == kept[1]
    assert gateway.chat().json()["id"] not in kept


def test_a_replica_that_serves_looks_for_garbage(gateway: Gateway) -> None:
    summary = gateway.get("/debug/memory/summary", key=gateway.master_key).raise_for_status().json()
    assert summary["garbage_collector"]["status"] == "enabled"


def test_embeddings_answer(gateway: Gateway) -> None:
    assert gateway.embed().json()["data"][0]["embedding"] == [0.1, 0.2, 0.3]


def test_a_wrong_key_is_refused(gateway: Gateway) -> None:
    response = gateway.chat(key="sk-" + "0" * 32)
    assert (response.status_code, error_type(response)) == (401, "token_not_found_in_db")


@pytest.mark.parametrize("model", ["embeddings", "provider"])
def test_a_model_that_the_key_may_not_use_is_refused(gateway: Gateway, model: str) -> None:
    response = gateway.chat(alias="chat-only", model=model)
    assert (response.status_code, error_type(response)) == (403, "key_model_access_denied")


def test_each_key_of_a_group_is_a_key_of_its_own(gateway: Gateway, stack: Stack) -> None:
    keys = stack.outputs()["keyGroups"]["class"]["keys"]
    assert gateway.chat(key=keys["pupil-1"]).status_code == 200
    response = gateway.chat(key=keys["pupil-2"])
    assert (response.status_code, error_type(response)) == (403, "key_model_access_denied")
    changed = copy.deepcopy(stack.config)
    changed["access"]["keyGroups"]["class"]["keys"] = {"pupil-1": {"rpm_limit": 60}, "pupil-3": {}}
    stack.configure(changed)
    stack.up()
    after = stack.outputs()["keyGroups"]["class"]["keys"]
    assert (after.keys(), after["pupil-1"]) == ({"pupil-1", "pupil-3"}, keys["pupil-1"])
    assert gateway.chat(key=after["pupil-3"]).status_code == 200
    assert error_type(gateway.chat(key=keys["pupil-2"])) == "token_not_found_in_db"
    stack.pulumi("preview", "--expect-no-changes")


def test_a_keys_budget_is_enforced(gateway: Gateway) -> None:
    refused = spend_until_refused(gateway, alias="spender")
    assert error_type(refused) == "budget_exceeded"
    assert gateway.chat(alias="chat-only").status_code == 200


def test_a_customers_budget_is_enforced(gateway: Gateway) -> None:
    refused = spend_until_refused(gateway, user="TinyUser")
    assert error_type(refused) == "budget_exceeded"
    assert gateway.chat(user="HyperUser").status_code == 200


def test_an_end_user_who_was_never_declared_is_refused_after_max_end_user_budget(gateway: Gateway) -> None:
    refused = spend_until_refused(gateway, user="nobody-declared-me")
    assert error_type(refused) == "budget_exceeded"
    assert "nobody-declared-me" in refused.text


def test_postgres_takes_as_many_connections_as_it_is_told(
    stack: Stack, gateway: Gateway, engine: docker.DockerClient
) -> None:
    def told() -> int:
        return int(query(engine.containers.get(f"{stack.prefix}database"), "SHOW max_connections"))

    assert told() == MOST_CONNECTIONS
    stack.pulumi("config", "set", "--path", "database.maxConnections", "130")
    try:
        stack.up()
        assert told() == 130
        assert gateway.chat().status_code == 200
    finally:
        stack.configure(stack.config)
        stack.up()
