"""The database of a stack on a Swarm, on a node that the program does not talk to: published, and moved to another."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator
from typing import Any

import docker
import pytest

from config.settings import default_images
from supply.errors import SupplyError
from tests.e2e.backed_up import (
    assert_serves,
    config,
    content,
    declared,
    files,
    move_database,
    reached,
    spend,
    written_spend,
)
from tests.e2e.fleet import Host
from tests.e2e.fleet import copy as copy_image
from tests.e2e.newer_postgres import NEWER, OWN, newer_postgres
from tests.e2e.stack import Stack
from tests.e2e.swarm_stack import declared as on_a_swarm
from tests.e2e.swarm_stack import on_nodes, there

PORTS = {"gateway": 4003, "prometheus": 9093, "database": 5433}


@pytest.fixture(scope="module")
def newer(hosts: list[Host], engine: docker.DockerClient) -> Iterator[str]:
    with newer_postgres(engine) as image:
        copy_image(image, hosts)
        yield image


@pytest.fixture(scope="module")
def stack(hosts: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    manager, worker = hosts
    stack = on_a_swarm(manager, data=worker, folder=tmp_path_factory.mktemp("upgraded"))
    given = {**config(), "access": declared(), "ports": PORTS}
    stack.configure({**given, **there(stack), "replicas": 2, "protect": True})
    stack.encrypt("secrets.OPENAI_API_KEY", f"sk-canary-{secrets.token_hex(8)}")
    stack.up()
    yield stack
    stack.run("state", "unprotect", "--all", "--yes")
    stack.run("destroy", "--yes", "--skip-preview")


def test_the_database_is_published_at_its_node(stack: Stack, hosts: list[Host], engine: docker.DockerClient) -> None:
    worker = hosts[1]
    command = ["pg_isready", "-h", worker.address, "-p", str(PORTS["database"])]
    said = engine.containers.run(default_images()["postgres"], entrypoint=command, network_mode="host", remove=True)
    assert b"accepting connections" in said
    stack.pulumi("preview", "--refresh", "--expect-no-changes")


def test_another_major_version_is_refused_at_preview_and_moved_by_a_command(
    stack: Stack, hosts: list[Host], newer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", hosts[0].socket)
    with reached(stack) as gateway:
        key = gateway.keys["chat-app"]
        assert content(gateway, key=key, model="chat") == "first answer"
        spent = written_spend(gateway, key)
    unmoved = copy.deepcopy(stack.config)
    stack.configure({**unmoved, "images": {"postgres": newer}})
    refused = stack.run("preview")
    assert refused.returncode != 0
    assert f"which is Postgres {NEWER}, and the database of stack {stack.name} was made by Postgres {OWN}" in (
        refused.stdout
    )
    assert f"make upgrade-database STACK={stack.name}" in refused.stdout

    before = files(stack)
    move_database(stack)
    assert files(stack) > before
    assert_serves(stack)
    with reached(stack) as gateway:
        assert gateway.keys["chat-app"] == key
        assert spend(gateway, key) >= spent
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    [database] = on_nodes(hosts, "database", stack=stack)
    version: Any = database.exec_run(["postgres", "--version"]).output
    assert f"PostgreSQL) {NEWER}." in version.decode()
    moved = f"{stack.prefix}database-{NEWER}"
    assert moved in {mount.get("Name") for mount in database.attrs["Mounts"]}
    kept = {volume.name for volume in hosts[1].engine.volumes.list()}
    assert {f"{stack.prefix}database", moved} <= kept

    with pytest.raises(SupplyError, match=f"is of Postgres {NEWER} already"):
        move_database(stack)
    # The way back is to name the old volume and its image again.
    stack.configure(unmoved)
    stack.run("state", "unprotect", "--all", "--yes")
    stack.up()
    assert_serves(stack)
    stack.configure({**unmoved, "images": {"postgres": newer}})
    with pytest.raises(SupplyError, match=f"The volume {moved} is there already"):
        move_database(stack)
    assert_serves(stack)
