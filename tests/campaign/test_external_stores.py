"""A stack on a Postgres and a Redis that somebody else runs: TLS only, and no superuser for us."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator
from pathlib import Path

import docker
import psutil
import pytest

from engine.identity import STACK_LABEL
from supply import backups
from supply.errors import SupplyError
from tests.e2e.backed_up import IN_THE_DATABASE, PYTHON, command_line, content, move_database, reached
from tests.e2e.external_stores import FIRST, LIMIT, PREFIX, SECOND, Standing, owners, placed, servers, sessions
from tests.e2e.leftovers import no_leftovers, remove
from tests.e2e.load import admin, chat, load, stream
from tests.e2e.stack import Stack
from tests.managed_postgres import OWNER
from tests.waiting import until

COVERS = (
    "backup",
    "ciphertext",
    "components",
    "config/external_cache.py",
    "config/external_database.py",
    "config/external_server.py",
    "postgres_admin",
    "redis_admin",
    "supply/backups.py",
)


@pytest.fixture(scope="module")
def standing(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    name = f"{PREFIX}{secrets.token_hex(3)}"
    with no_leftovers(engine, PREFIX), servers(engine, stack=name) as (server, redis):
        stack = Stack(folder=tmp_path_factory.mktemp("external"), config={}, name=name)
        try:
            yield placed(stack, server, redis)
        finally:
            stack.run("destroy", "--yes", "--skip-preview")
            remove(engine, f"litellm-stack/{stack.name}")


def test_it_serves_from_there(standing: Standing) -> None:
    stack = standing.stack
    with reached(stack) as gateway:
        assert content(gateway, key=gateway.keys["chat-app"], model="chat") == "first answer"
        assert content(gateway, key=gateway.keys["chat-app"], model="extra") == IN_THE_DATABASE
    stack.pulumi("preview", "--expect-no-changes")


def test_it_runs_neither(standing: Standing, engine: docker.DockerClient) -> None:
    own = (f"{standing.stack.prefix}database", f"{standing.stack.prefix}cache")
    names = [str(container.name) for container in engine.containers.list(all=True)]
    names += [str(volume.name) for volume in engine.volumes.list()]
    assert [name for name in names if name.startswith(own)] == []


def test_what_replicas_count_is_there(standing: Standing) -> None:
    with reached(standing.stack) as gateway:
        statuses = [gateway.chat(key=gateway.keys["limited"]).status_code for _ in range(3 * LIMIT)]
    assert set(statuses) == {200, 429}
    assert statuses.count(200) == LIMIT
    assert int(standing.redis.cli("DBSIZE")) > 0


def test_what_it_makes_belongs_to_the_owner_of_the_database(standing: Standing) -> None:
    assert owners(standing.server) == OWNER


def test_every_connection_is_encrypted(standing: Standing) -> None:
    assert sessions(standing.server) == {FIRST: True}


def test_no_password_is_anywhere_in_clear(standing: Standing, engine: docker.DockerClient) -> None:
    stack = standing.stack

    def leaked(text: str) -> list[str]:
        return [password for password in standing.passwords if password in text]

    for path in (
        *stack.folder.rglob("*.yaml"),
        *(stack.folder / "state").rglob("*"),
        *(stack.folder / "data").rglob("*"),
    ):
        if path.is_file():
            assert leaked(path.read_text(encoding="utf-8", errors="replace")) == [], path
    said = [stack.pulumi("preview", "--diff"), stack.pulumi("preview", "--json"), stack.pulumi("stack", "export")]
    assert leaked("\n".join(said)) == []
    for container in engine.containers.list(filters={"label": f"{STACK_LABEL}=litellm-stack/{stack.name}"}):
        assert leaked(container.logs().decode(errors="replace")) == [], container.name
    for process in psutil.process_iter(["cmdline"]):
        assert leaked(" ".join(process.info["cmdline"] or ())) == []


def test_a_backup_brings_back_what_was_lost(standing: Standing) -> None:
    stack = standing.stack
    file = Path(backups.take(command_line(stack), python=PYTHON))
    standing.server.sql('DELETE FROM "LiteLLM_VerificationToken"')
    backups.replace(command_line(stack), file, project="litellm-stack", python=PYTHON)
    with reached(stack) as gateway:
        # The edge of a Swarm finds a new task a moment after it is healthy.
        until(lambda: gateway.chat(key=gateway.keys["chat-app"]).status_code == 200)
        assert content(gateway, key=gateway.keys["chat-app"], model="extra") == IN_THE_DATABASE
    stack.up()
    stack.pulumi("preview", "--expect-no-changes")
    assert owners(standing.server) == OWNER


def test_who_runs_the_server_upgrades_it(standing: Standing) -> None:
    with pytest.raises(SupplyError, match="is somebody else's"):
        move_database(standing.stack)


def test_the_salt_key_rotates_there_too(standing: Standing) -> None:
    stack = standing.stack
    stack.configure({**stack.config, "rotation": {"saltKey": 2}})
    said = stack.up("--diff")
    assert "re-encrypts 1 row" in said
    with reached(stack) as gateway:
        assert content(gateway, key=gateway.keys["chat-app"], model="extra") == IN_THE_DATABASE
    stack.pulumi("preview", "--expect-no-changes")


def test_other_logins_take_over_without_a_lost_request(standing: Standing) -> None:
    stack, server, redis = standing.stack, standing.server, standing.redis
    outputs = stack.outputs()
    passwords = server.login(SECOND), redis.login(SECOND)
    stack.encrypt("database.external", server.url(SECOND, passwords[0]))
    stack.encrypt("cache.external", redis.url(SECOND, passwords[1]))
    said = stack.pulumi("preview", "--diff")
    assert "database.external: replicas with the new login are made beside the old ones" in said
    assert "cache.external: replicas that count there are made beside the old ones" in said
    assert [password in said for password in passwords] == [False, False]
    key = outputs["virtualKeys"]["chat-app"]
    with load(url=outputs["gatewayUrl"], clients=[*[chat(key, "chat")] * 3, stream(key, "chat")]) as seen:
        until(lambda: seen.answers["first answer"] > 5)
        stack.up()
        until(lambda: seen.answers["first answer"] > 50)
    assert seen.failures == []
    assert sessions(server) == {SECOND: True}
    # Nothing belongs to it.
    server.sql(f"DROP ROLE {FIRST}")
    assert redis.cli("ACL", "DELUSER", FIRST) == "1"
    with reached(stack) as gateway:
        assert gateway.chat(key=key).status_code == 200
    stack.pulumi("preview", "--refresh", "--expect-no-changes")


def test_servers_that_were_away_are_used_again(standing: Standing) -> None:
    stack = standing.stack
    for container in (standing.server.container, standing.redis.container):
        container.restart()
    with reached(stack) as gateway:
        until(lambda: gateway.chat(key=gateway.keys["chat-app"]).status_code == 200)
    stack.up("--expect-no-changes")


def test_a_pgbouncer_between_shares_its_connections_and_checks_the_server(standing: Standing) -> None:
    stack, before = standing.stack, copy.deepcopy(standing.stack.config)
    stack.configure({**before, "database": {**before["database"], "pooler": {"connections": 3}}})
    stack.up()
    outputs = stack.outputs()
    with load(url=outputs["gatewayUrl"], clients=[admin(outputs["masterKey"])] * 8) as seen:
        until(lambda: seen.answers["admin"] > 20)
        assert list(sessions(standing.server).values()) == [True]
        count = "SELECT count(*) FROM pg_stat_activity WHERE client_addr IS NOT NULL"
        found = [int(standing.server.sql(count)) for _ in range(10)]
    assert 1 < max(found) <= 3
    assert seen.failures == []
    stack.configure(before)
    stack.up()
    stack.pulumi("preview", "--expect-no-changes")


def test_a_preview_that_cannot_log_in_says_so_and_touches_nothing(standing: Standing) -> None:
    stack, before = standing.stack, copy.deepcopy(standing.stack.config)
    stack.encrypt("database.external", standing.server.url(SECOND, "canary-wrong-password"))
    result = stack.run("preview")
    stack.configure(before)
    assert result.returncode != 0
    assert f'password authentication failed for user "{SECOND}"' in result.stdout
    assert "canary-wrong-password" not in result.stdout
    stack.pulumi("preview", "--expect-no-changes")
