"""Each secret rotated by a number in stack config while clients go on: no failed request, and the old one refused."""

from __future__ import annotations

import copy
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import docker
import httpx
import pytest

from tests.database import query
from tests.e2e.conftest import stack_config
from tests.e2e.leftovers import no_leftovers, remove
from tests.e2e.load import Client, Load, admin, chat, load, stream, streamed
from tests.e2e.stack import Stack
from tests.e2e.test_change import containers, replicas
from tests.e2e.test_monitoring import eventually
from tests.waiting import until

PREFIX = "rotate-"
ADMIN_KEY = "sk-admin-of-the-test-0123456789"
MASTER_KEY_OF_BEFORE = "sk-master-key-of-before-0123456789"


@pytest.fixture(scope="module")
def stack(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with no_leftovers(engine, PREFIX):
        config = stack_config()
        config["cache"] = {"enabled": True}
        config["access"]["keys"]["mine"] = {"models": ["chat"], "max_budget": 1, "budget_duration": "30d"}
        config["access"]["keys"]["loader"]["models"] = ["chat", "slow", "stored"]
        stored = {"model": "openai/gpt-4o-mini", "litellm_credential_name": "offline"}
        config["access"] |= {
            "credentials": {"offline": {"credential_values": {"mock_response": "from the database"}}},
            "models": {"stored": {"model_name": "stored", "litellm_params": stored}},
        }
        stack = Stack(folder=tmp_path_factory.mktemp("rotate"), config=config, name=f"{PREFIX}{secrets.token_hex(3)}")
        try:
            stack.encrypt("secrets.OPENAI_API_KEY", "sk-first-provider-key-0123456789")
            # As in an installation that is taken over and had no salt key: its rows are encrypted with the master key.
            stack.encrypt("masterKey", MASTER_KEY_OF_BEFORE)
            stack.encrypt("saltKey", MASTER_KEY_OF_BEFORE)
            stack.up()
            outputs = stack.outputs()
            with httpx.Client(base_url=outputs["gatewayUrl"], headers=login(outputs["masterKey"])) as client:
                # Admin calls of the tests go on with it whatever happens to the master key.
                made = {"user_id": "tester", "user_role": "proxy_admin", "auto_create_key": False}
                client.post("/user/new", json=made).raise_for_status()
                client.post("/key/generate", json={"key": ADMIN_KEY, "user_id": "tester"}).raise_for_status()
            yield stack
        finally:
            stack.run("destroy", "--yes", "--skip-preview")
            remove(engine, f"litellm-stack/{stack.name}")


def login(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def status(stack: Stack, key: str, path: str = "/key/list") -> int:
    port = stack.config["ports"]["gateway"]
    return httpx.get(f"http://127.0.0.1:{port}{path}", headers=login(key), timeout=60).status_code


def rotated(stack: Stack, **numbers: object) -> None:
    """Raise numbers in the stack config."""
    stack.configure({**stack.config, "rotation": {**stack.config.get("rotation", {}), **numbers}})


@contextmanager
def clients(stack: Stack, *others: Client) -> Iterator[Load]:
    """Run clients of every kind through the edge, and see that none of them failed."""
    outputs = stack.outputs()
    key = outputs["virtualKeys"]["loader"]
    models = ["chat", "slow", "stored"]
    asked = [
        *(chat(key, model) for model in models),
        stream(key, "chat"),
        stream(key, "slow"),
        admin(ADMIN_KEY),
        *others,
    ]
    with load(url=outputs["gatewayUrl"], clients=asked) as seen:
        time.sleep(1)
        yield seen
        time.sleep(2)
    assert seen.failures == []
    answers = ["first answer", "slow answer"]
    expected = {*answers, *map(streamed, answers), "from the database", "admin"}
    assert expected == seen.answers.keys() - {"admitted"}
    assert min(seen.answers.values()) > 1


def logins(stack: Stack, engine: docker.DockerClient) -> set[str]:
    """The roles that can log in to the database from the network."""
    database = engine.containers.get(f"{stack.prefix}database")
    return set(query(database, "SELECT rolname FROM pg_authid WHERE rolcanlogin AND rolpassword IS NOT NULL").split())


def admitted(stack: Stack, engine: docker.DockerClient) -> Client:
    """Look whether the database admits every replica that runs."""

    def look(_client: httpx.Client) -> str:
        before = logins(stack, engine)
        held = {login_of(engine, name) for name in replicas(engine, stack)}
        if refused := held - {None} - before - logins(stack, engine):
            raise httpx.HTTPError(f"a replica holds {refused}, and the database does not know it")
        return "admitted"

    return look


def login_of(engine: docker.DockerClient, replica: str) -> str | None:
    """The role that a replica logs in to the database with; None if it has just gone."""
    try:
        variables: list[str] = engine.containers.get(replica).attrs["Config"]["Env"]
    except docker.errors.NotFound:
        return None
    (url,) = (entry.partition("=")[2] for entry in variables if entry.startswith("DATABASE_URL="))
    return urlsplit(url).username


def test_the_master_key_of_an_installation_that_had_no_salt_key(stack: Stack) -> None:
    assert status(stack, MASTER_KEY_OF_BEFORE) == 200
    stack.configure({name: value for name, value in stack.config.items() if name != "masterKey"})
    with clients(stack):
        stack.up()
    assert (status(stack, stack.outputs()["masterKey"]), status(stack, MASTER_KEY_OF_BEFORE)) == (200, 401)


def test_the_master_key(stack: Stack) -> None:
    before = stack.outputs()
    rotated(stack, masterKey=2)
    preview = stack.pulumi("preview")
    assert "master key: replicas are replaced" in preview
    with clients(stack):
        stack.up()
    after = stack.outputs()
    assert after["masterKey"] != before["masterKey"]
    assert (status(stack, after["masterKey"]), status(stack, before["masterKey"])) == (200, 401)
    assert after["virtualKeys"] == before["virtualKeys"]
    assert status(stack, after["virtualKeys"]["mine"], "/v1/models") == 200
    stack.pulumi("preview", "--expect-no-changes")


def test_the_passwords_of_the_stores(stack: Stack, engine: docker.DockerClient) -> None:
    [login_before], started = logins(stack, engine), engine.containers.get(f"{stack.prefix}database").attrs["State"]
    [cache_before] = containers(engine, stack, "cache")
    rotated(stack, databasePassword=2, cachePassword=2)
    preview = stack.pulumi("preview")
    assert "database password: a new login is made beside the old one" in preview
    assert "Redis password: another Redis starts beside the old one" in preview
    with clients(stack, admitted(stack, engine)) as seen:
        stack.up()
    assert seen.answers["admitted"] > 5
    [login_after], [cache_after] = logins(stack, engine), containers(engine, stack, "cache")
    assert (login_after == login_before, cache_after == cache_before) == (False, False)
    assert engine.containers.get(f"{stack.prefix}database").attrs["State"]["StartedAt"] == started["StartedAt"]
    stack.pulumi("preview", "--expect-no-changes")


def test_keys_that_no_replica_has_to_go_for(stack: Stack, engine: docker.DockerClient) -> None:
    before, serving = stack.outputs()["virtualKeys"], replicas(engine, stack)
    config = copy.deepcopy(stack.config)
    config["access"]["keys"]["mine"] |= {"rotation": 2, "grace": "1m"}
    stack.configure(config)
    rotated(stack, provisionerKey=2, metricsKey=2)
    preview = stack.pulumi("preview")
    assert "virtual key 'mine': a new value is made, and the old one stays valid for 1m" in preview
    with clients(stack):
        stack.up()
    after = stack.outputs()["virtualKeys"]
    assert {alias for alias in after if after[alias] != before[alias]} == {"mine"}
    assert status(stack, after["mine"], "/v1/models") == 200
    assert status(stack, before["mine"], "/v1/models") == 200
    assert replicas(engine, stack) == serving
    assert eventually(stack, 'up{job="litellm"} == 1')
    until(lambda: status(stack, before["mine"], "/v1/models") != 200, within=180, every=2)
    stack.pulumi("preview", "--expect-no-changes")


def test_a_providers_key(stack: Stack, engine: docker.DockerClient) -> None:
    stack.encrypt("secrets.OPENAI_API_KEY", "sk-second-provider-key-0123456789")
    preview = stack.pulumi("preview")
    assert "secrets.OPENAI_API_KEY: replicas with the new value are made beside the old ones" in preview
    with clients(stack):
        stack.up()
    [replica] = replicas(engine, stack)
    assert "OPENAI_API_KEY=sk-second-provider-key-0123456789" in engine.containers.get(replica).attrs["Config"]["Env"]


def test_everything_at_once_and_the_update_killed_again_and_again(stack: Stack, engine: docker.DockerClient) -> None:
    before, old_logins, serving = stack.outputs(), logins(stack, engine), set(replicas(engine, stack))
    config = {
        name: value for name, value in copy.deepcopy(stack.config).items() if name not in ("masterKey", "saltKey")
    }
    config["access"]["keys"]["mine"].pop("grace", None)
    stack.configure(config)
    rotated(stack, everything=2, grace="1h")
    steps: list[Callable[[], bool]] = [
        lambda: len(logins(stack, engine)) == 2,
        lambda: len(containers(engine, stack, "cache")) == 2,
        lambda: not serving >= set(replicas(engine, stack)),
        lambda: status(stack, before["masterKey"]) == 401,
    ]
    with clients(stack):
        for reached in steps:
            stack.kill_up_when(reached)
            stack.recover()
        stack.up()
    after = stack.outputs()
    assert status(stack, after["masterKey"]) == 200
    assert not old_logins & logins(stack, engine)
    assert [len(logins(stack, engine)), *(len(containers(engine, stack, part)) for part in ("proxy", "cache"))] == [
        1
    ] * 3
    for alias, value in after["virtualKeys"].items():
        assert value != before["virtualKeys"][alias]
        assert status(stack, value, "/v1/models") == 200
        assert status(stack, before["virtualKeys"][alias], "/v1/models") == 200
    stack.pulumi("preview", "--expect-no-changes")


def test_everything_cut_off_at_once(stack: Stack) -> None:
    before: dict[str, Any] = stack.outputs()
    rotated(stack, everything=3, grace="0s")
    stack.up()
    after = stack.outputs()
    assert status(stack, before["masterKey"]) == 401
    for alias, value in before["virtualKeys"].items():
        assert status(stack, value, "/v1/models") == 401, alias
        assert status(stack, after["virtualKeys"][alias], "/v1/models") == 200
