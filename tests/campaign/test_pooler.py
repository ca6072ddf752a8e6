"""A PgBouncer between replicas and Postgres: fewer connections, and nothing else is different."""

from __future__ import annotations

import copy
import secrets
import time
from collections.abc import Iterator

import docker
import psutil
import pytest
from docker.models.containers import Container

from components import proxy
from components.pooler_scripts import CONFIG
from config import haproxy
from config.pooler import USERS_FILE
from config.settings import default_images
from engine import cutover, execution
from engine.health import wait_until_healthy
from engine.identity import COMPONENT_LABEL, STACK_LABEL
from tests.e2e.backed_up import IN_THE_DATABASE, content, reached
from tests.e2e.leftovers import no_leftovers, remove
from tests.e2e.load import admin, chat, load, stream
from tests.e2e.pooled import LOGINS, SHARED, Pooled, pooled_config
from tests.e2e.stack import Stack
from tests.waiting import until

COVERS = ("components/pooler.py", "components/pooler_scripts.py", "config/pooler.py", "postgres_admin")
PREFIX = "pooled-"


@pytest.fixture(scope="module")
def pooled(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pooled]:
    name = f"{PREFIX}{secrets.token_hex(3)}"
    with no_leftovers(engine, PREFIX):
        stack = Stack(folder=tmp_path_factory.mktemp("pooled"), config=pooled_config(), name=name)
        labels = f"{STACK_LABEL}=litellm-stack/{name}"
        try:
            stack.encrypt("secrets.OPENAI_API_KEY", f"sk-canary-{secrets.token_hex(8)}")
            stack.up()
            yield Pooled(
                stack=stack,
                containers=lambda component: engine.containers.list(
                    filters={"label": [labels, f"{COMPONENT_LABEL}={component}"]}
                ),
            )
        finally:
            stack.run("destroy", "--yes", "--skip-preview")
            remove(engine, f"litellm-stack/{name}")


def test_without_it_the_preview_refuses_and_names_it(pooled: Pooled) -> None:
    stack, before = pooled.stack, copy.deepcopy(pooled.stack.config)
    del stack.config["database"]["pooler"]
    stack.configure(stack.config)
    result = stack.run("preview")
    stack.configure(before)
    assert result.returncode != 0
    assert "put a PgBouncer between, which opens 5 for all (`database.pooler.connections`)" in result.stdout


def test_it_serves(pooled: Pooled) -> None:
    with reached(pooled.stack) as gateway:
        assert content(gateway, key=gateway.keys["chat-app"], model="chat") == "first answer"
        assert content(gateway, key=gateway.keys["chat-app"], model="extra") == IN_THE_DATABASE
    pooled.stack.pulumi("preview", "--refresh", "--expect-no-changes")


def test_replicas_share_what_it_opens(pooled: Pooled) -> None:
    outputs = pooled.stack.outputs()
    busy = [admin(outputs["masterKey"])] * 20
    with load(url=outputs["gatewayUrl"], clients=busy) as seen:
        until(lambda: seen.answers["admin"] > 20)
        found = [pooled.connections() for _ in range(20)]
        assert pooled.sql(f"SELECT count(DISTINCT client_addr) {LOGINS}") == "1"
        until(lambda: seen.answers["admin"] > 60)
    assert seen.failures == []
    assert 1 < max(found) <= SHARED


def test_its_configuration_shows_no_password(pooled: Pooled) -> None:
    [pooler] = pooled.containers("pooler")
    password = pooled.said("pooler", "cat", USERS_FILE).split()[1].strip('"')
    assert len(password) > 20
    assert password not in pooled.said("pooler", "cat", CONFIG)
    assert password not in pooler.logs().decode()
    assert pooled.said("pooler", "stat", "-c", "%a", USERS_FILE) == "600"
    for process in psutil.process_iter(["cmdline"]):
        assert password not in " ".join(process.info["cmdline"] or ())
    assert password not in pooled.stack.pulumi("stack", "export")


def makes_keys(stack: Stack) -> bool:
    """Tell whether the database is written to."""
    with reached(stack) as gateway:
        login = {"Authorization": f"Bearer {gateway.master_key}"}
        return gateway.client.post("/key/generate", json={"duration": "1m"}, headers=login).is_success


@pytest.mark.parametrize("component", ["pooler", "database"])
def test_a_crash_is_not_noticed_by_keys_that_replicas_remember(pooled: Pooled, component: str) -> None:
    outputs = pooled.stack.outputs()
    key = outputs["virtualKeys"]["chat-app"]
    with load(url=outputs["gatewayUrl"], clients=[chat(key, "chat"), stream(key, "chat")]) as seen:
        until(lambda: seen.answers["first answer"] > 10)
        pooled.crash(component)
        time.sleep(20)
    assert seen.failures == []
    until(lambda: makes_keys(pooled.stack))
    pooled.stack.up("--expect-no-changes")


def address(container: Container, pooled: Pooled) -> str:
    """Return where a container is in the stack's network."""
    container.reload()
    return str(container.attrs["NetworkSettings"]["Networks"][f"{pooled.stack.prefix}network"]["IPAddress"])


def served(replica: Container) -> set[str]:
    """Return the addresses that get requests, as the edge tells a replica; none while that starts."""
    command = ["python3", "-c", cutover.READ_STATUS, haproxy.STATUS_URL]
    status, page = execution.run(replica, command, errors=False)
    return cutover.serving(page) if status == 0 else set()


def test_postgres_at_another_address_is_found(pooled: Pooled, engine: docker.DockerClient) -> None:
    [database] = pooled.containers("database")
    network, before = f"{pooled.stack.prefix}network", address(database, pooled)
    database.stop()
    name, labels = f"{pooled.stack.prefix}in-its-place", {STACK_LABEL: f"litellm-stack/{pooled.stack.name}"}
    image = default_images()["postgres"]
    other = engine.containers.run(image, ["sleep", "600"], name=name, labels=labels, network=network, detach=True)
    try:
        database.start()
        assert address(database, pooled) != before
        until(lambda: makes_keys(pooled.stack))
    finally:
        other.remove(v=True, force=True)
    pooled.stack.up("--expect-no-changes")


def test_another_password_and_another_salt_key_take_over_without_a_lost_request(pooled: Pooled) -> None:
    stack, outputs = pooled.stack, pooled.stack.outputs()
    key, before = outputs["virtualKeys"]["chat-app"], pooled.sql(f"SELECT DISTINCT usename {LOGINS}")
    stack.configure({**stack.config, "rotation": {"databasePassword": 2, "saltKey": 2}})
    clients = [chat(key, "chat"), stream(key, "chat"), admin(outputs["masterKey"])]
    with load(url=outputs["gatewayUrl"], clients=clients) as seen:
        until(lambda: seen.answers["admin"] > 5)
        stack.up()
        asked = seen.answers["first answer"]
        until(lambda: seen.answers["first answer"] > asked + 10)
    assert seen.failures == []
    assert before not in pooled.sql("SELECT rolname FROM pg_roles").split()
    assert pooled.connections() <= SHARED
    with reached(stack) as gateway:
        assert content(gateway, key=gateway.keys["chat-app"], model="extra") == IN_THE_DATABASE
    stack.pulumi("preview", "--refresh", "--expect-no-changes")


def test_while_it_is_away_no_key_is_called_wrong_and_the_next_up_brings_it_back(pooled: Pooled) -> None:
    [pooler] = pooled.containers("pooler")
    # A minute after it first read a thing (a key, what the whole proxy has spent) a replica reads it again: start anew.
    replicas = pooled.containers("proxy")
    for replica in replicas:
        replica.restart()
    for replica in replicas:
        wait_until_healthy(str(replica.id), timeout=120)
    until(lambda: all(f"{address(replica, pooled)}:{proxy.PORT}" in served(replicas[0]) for replica in replicas))
    unknown = {"Authorization": f"Bearer sk-{secrets.token_hex(8)}"}
    with reached(pooled.stack) as gateway:
        key, outputs = gateway.keys["chat-app"], pooled.stack.outputs()
        with load(url=outputs["gatewayUrl"], clients=[chat(key, "chat")] * 4) as seen:
            until(lambda: seen.answers["first answer"] > 20)
            pooler.kill()
            until(lambda: gateway.client.get("/v1/models", headers=unknown).status_code == 503)
            answer = gateway.client.get("/v1/models", headers=unknown)
            asked = seen.answers["first answer"]
            until(lambda: seen.answers["first answer"] > asked + 20)
        assert seen.failures == []
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        pooled.stack.up()
        until(lambda: gateway.client.get("/v1/models", headers=unknown).status_code == 401)


def test_without_it_replicas_ask_postgres_again(pooled: Pooled) -> None:
    stack = pooled.stack
    key = stack.outputs()["virtualKeys"]["chat-app"]
    stack.configure({**stack.config, "database": {"maxConnections": 100}})
    with reached(stack) as gateway:
        stack.up()
        until(lambda: gateway.chat(key=key).status_code == 200)
    assert pooled.containers("pooler") == []
    stack.pulumi("preview", "--expect-no-changes")
