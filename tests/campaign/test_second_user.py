"""Two users of one engine whose stacks have the same name: neither sees, uses nor deletes what the other one has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
import pytest

from engine.identity import OWNER_LABEL
from supply import backups, teardown
from supply.console import Console
from supply.folders import user_folders
from tests.e2e.backed_up import (
    PYTHON,
    assert_serves,
    command_line,
    config,
    content,
    declared,
    reached,
    restore,
)
from tests.e2e.leftovers import no_leftovers, remove
from tests.e2e.load import chat, load
from tests.e2e.second_user import created, second
from tests.e2e.stack import Stack

COVERS = ("engine/ownership.py", "engine/volume.py", "components/own_state.py", "supply/teardown.py")

PREFIX = "user-"
OF_PULUMI_DOCKER = "docker:index/volume:Volume"


@contextmanager
def running(engine: docker.DockerClient, folder: Path, **more: Any) -> Iterator[Stack]:
    with no_leftovers(engine, PREFIX):
        given = {**config(), "access": declared(), "protect": True, **more}
        stack = Stack(folder=folder, config=given, name=f"{PREFIX}{folder.name}")
        try:
            stack.encrypt("secrets.OPENAI_API_KEY", "sk-canary-user-0123456789abcdef")
            stack.up()
            yield stack
        finally:
            stack.run("state", "unprotect", "--all", "--yes")
            stack.run("destroy", "--yes", "--skip-preview")
            remove(engine, f"litellm-stack/{stack.name}")


@pytest.fixture(scope="module")
def first(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(engine, tmp_path_factory.mktemp("first")) as stack:
        yield stack


def down(stack: Stack, **environment: str) -> None:
    """Do what `make down` does."""
    folders = user_folders(stack.environment)
    teardown.remove(command_line(stack), console=Console(), environment=environment, folders=folders)


def birth(engine: docker.DockerClient, stack: Stack) -> str:
    """Return when the database's volume was created: another value is another volume."""
    return str(engine.volumes.get(f"{stack.prefix}database").attrs["CreatedAt"])


def assert_refused(other: Stack, *things: str) -> str:
    """Let the other user's preview and update be refused with each thing's name, without a trace in the state."""
    said = ""
    for command in (("preview",), ("up", "--yes", "--skip-preview")):
        refused = other.run(*command)
        said = refused.stdout
        assert refused.returncode != 0, said[-3000:]
        assert all(f"- {thing} (owner " in said for thing in things), said[-3000:]
        assert "Choose another stack name" in said
        assert "docs/lost-state.md" in said
        assert created(other) == []
    return said


def test_h03_a_running_stack_is_neither_used_nor_changed_by_a_second_user(
    first: Stack, engine: docker.DockerClient, tmp_path: Path
) -> None:
    before, outputs = birth(engine, first), first.outputs()
    other = second(first, tmp_path)
    with load(url=outputs["gatewayUrl"], clients=[chat(outputs["virtualKeys"]["chat-app"], "chat")] * 2) as seen:
        things = [f"container {first.prefix}edge", f"network {first.prefix}network", f"volume {first.prefix}prometheus"]
        assert_refused(other, *things, f"volume {first.prefix}database")
        other.pulumi("destroy", "--yes", "--skip-preview")
        down(other, DELETE_DATABASE=other.name)
    assert seen.failures == []
    assert seen.answers
    assert birth(engine, first) == before
    first.pulumi("preview", "--expect-no-changes")


def test_h01_a_protected_database_that_is_down_is_neither_used_nor_deleted_by_a_second_user(
    first: Stack, engine: docker.DockerClient, tmp_path: Path
) -> None:
    before = birth(engine, first)
    down(first)
    assert engine.containers.list(all=True, filters={"name": first.prefix}) == []
    other = second(first, tmp_path)
    assert_refused(other, f"volume {first.prefix}database")
    down(other)
    assert birth(engine, first) == before
    first.up()
    assert birth(engine, first) == before
    assert_serves(first)
    first.pulumi("preview", "--expect-no-changes")


def test_a_volume_that_another_owner_has_by_now_is_not_deleted(first: Stack, engine: docker.DockerClient) -> None:
    down(first)
    name = f"{first.prefix}prometheus"
    assert name not in [volume.name for volume in engine.volumes.list()]
    first.up()
    with load_of_another_owner(engine, first, "prometheus"):
        assert "is not the one that this stack created, and stays" in first.pulumi(
            "destroy", "--exclude-protected", "--yes", "--skip-preview"
        )
        assert engine.volumes.get(name).attrs["Labels"] == {OWNER_LABEL: "ba9876543210"}
    first.up()
    assert_serves(first)


@contextmanager
def load_of_another_owner(engine: docker.DockerClient, stack: Stack, component: str) -> Iterator[None]:
    """Put the volume of another owner in the place of the stack's, for the time of the block."""
    name = f"{stack.prefix}{component}"
    engine.containers.get(name).remove(force=True)
    engine.volumes.get(name).remove()
    engine.volumes.create(name, labels={OWNER_LABEL: "ba9876543210"})
    try:
        yield
    finally:
        engine.volumes.get(name).remove()


@pytest.mark.parametrize("protect", [True, False])
def test_the_volume_of_a_stack_of_an_earlier_version_survives_the_update(
    first: Stack, engine: docker.DockerClient, protect: bool
) -> None:
    before = birth(engine, first)
    first.configure({**first.config, "protect": protect})
    first.up()
    volumes = as_pulumi_docker_recorded_them(first)
    assert len(volumes) == 2
    changes = first.pulumi("preview", "--diff")
    assert "create" not in changes
    first.up()
    kinds = [resource["type"] for resource in first.checkpoint()["resources"]]
    assert OF_PULUMI_DOCKER not in kinds
    assert kinds.count("pulumi-python:dynamic/engine:Volume") == 2
    assert birth(engine, first) == before
    assert_serves(first)
    first.pulumi("preview", "--expect-no-changes")
    first.configure({**first.config, "protect": True})
    first.up()


def as_pulumi_docker_recorded_them(stack: Stack) -> list[str]:
    """Write the state as versions did whose volumes were pulumi-docker's; return the names of the volumes."""
    exported = json.loads(stack.pulumi("stack", "export", "--show-secrets"))
    resources = exported["deployment"]["resources"]
    [provider] = [each for each in resources if each["type"] == "pulumi:providers:docker"]
    renamed = {}
    for each in resources:
        if each["type"] != "pulumi-python:dynamic/engine:Volume":
            continue
        name, labels = each["outputs"]["name"], each["outputs"]["labels"]
        urn = each["urn"].replace(each["type"], OF_PULUMI_DOCKER)
        inputs = {"name": name, "labels": [{"label": key, "value": value} for key, value in labels.items()]}
        renamed[each["urn"]] = urn
        each |= {"urn": urn, "type": OF_PULUMI_DOCKER, "provider": f"{provider['urn']}::{provider['id']}"}
        each |= {"inputs": inputs, "outputs": {**inputs, "id": name, "driver": "local"}}
    text = json.dumps(exported)
    for new, old in renamed.items():
        text = text.replace(json.dumps(new), json.dumps(old))
    file = stack.folder / "earlier.json"
    file.write_text(text, encoding="utf-8")
    stack.pulumi("stack", "import", "--file", str(file))
    return list(renamed)


def test_h02_a_protected_database_that_is_gone_stops_the_update_which_names_the_backups(
    first: Stack, engine: docker.DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", first.environment["XDG_DATA_HOME"])
    with reached(first) as gateway:
        key = gateway.keys["chat-app"]
    file = backups.take(command_line(first), python=PYTHON)
    down(first)
    engine.volumes.get(f"{first.prefix}database").remove()
    for command in (("preview",), ("up", "--yes", "--skip-preview"), ("up", "--yes", "--skip-preview")):
        refused = first.run(*command)
        assert refused.returncode != 0, refused.stdout[-3000:]
        assert f"the volume {first.prefix}database of the protected database is gone" in refused.stdout
        assert f"make restore STACK={first.name} CONFIRM={first.name} FILE={file}" in refused.stdout
    assert f"{first.prefix}database" not in [volume.name for volume in engine.volumes.list()]

    lost = refused.stdout.partition("pulumi config set emptyDatabase ")[2][:8]
    first.configure({**first.config, "emptyDatabase": lost})
    first.up()
    monkeypatch.setenv("CONFIRM", first.name)
    restore(first, Path(file))
    first.up()
    assert_serves(first)
    with reached(first) as gateway:
        assert content(gateway, key=key, model="chat") == "first answer"
    first.pulumi("preview", "--expect-no-changes")

    # The setting does not apply to the next loss.
    down(first)
    engine.volumes.get(f"{first.prefix}database").remove()
    assert first.run("up", "--yes", "--skip-preview").returncode != 0
