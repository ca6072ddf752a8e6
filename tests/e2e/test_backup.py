"""A backup of one stack, restored into another one with other secrets: what users had goes on working there."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from supply import backups
from supply.errors import SupplyError
from tests.e2e.backed_up import (
    IN_THE_DATABASE,
    PREFIX,
    PYTHON,
    Watch,
    assert_private,
    assert_serves,
    build,
    command_line,
    config,
    content,
    declared,
    docker_time,
    files,
    move_database,
    reached,
    restore,
    running,
    secrets,
    spend,
    written_spend,
)
from tests.e2e.leftovers import no_leftovers
from tests.e2e.newer_postgres import NEWER, OWN, newer_postgres
from tests.e2e.stack import Stack


@pytest.fixture(scope="module")
def source(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with (
        no_leftovers(engine, PREFIX),
        running(engine, tmp_path_factory.mktemp("source"), {**config(), "access": declared()}) as stack,
    ):
        yield stack


@pytest.fixture(scope="module")
def target(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(engine, tmp_path_factory.mktemp("target"), config()) as stack:
        yield stack


def test_what_users_had_goes_on_working_on_another_stack(
    source: Stack,
    target: Stack,
    engine: docker.DockerClient,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with reached(source) as there, reached(target) as here:
        key = there.keys["chat-app"]
        assert content(there, key=key, model="extra") == IN_THE_DATABASE
        login = {"Authorization": f"Bearer {there.master_key}"}
        by_hand = there.client.post("/key/generate", json={"key_alias": "by-hand"}, headers=login).json()["key"]
        spent = written_spend(there, key)
        with Watch(engine) as taken:
            file = Path(backups.take(command_line(source), python=PYTHON))
        theirs, mine = {**secrets(source), "by hand": by_hand}, secrets(target)
        assert_private(file, source, theirs)
        assert mine["salt_key"] != theirs["salt_key"]
        assert mine["seed"] != theirs["seed"]

        with pytest.raises(SupplyError):
            restore(target, file)
        assert "passphrase does not open" in capfd.readouterr().err
        # No chat: its log would be content that a restore does not overwrite unasked.
        assert here.get("/v1/models", key=here.master_key).is_success

        monkeypatch.setenv(backups.PASSPHRASE, theirs["passphrase"])
        with Watch(engine) as restored:
            restore(target, file)
        target.up()
        assert content(here, key=key, model="chat") == "first answer"
        assert content(here, key=key, model="extra") == IN_THE_DATABASE
        assert content(here, key=by_hand, model="chat") == "first answer"
        assert spend(here, key) >= spent
    target.pulumi("preview", "--expect-no-changes")

    seen = "\n".join(taken.seen | restored.seen)
    assert "reencryption" in seen
    assert [name for name, value in {**theirs, **mine}.items() if value in seen] == []


def test_a_stack_that_holds_something_is_not_overwritten_unasked(
    source: Stack, capfd: pytest.CaptureFixture[str]
) -> None:
    file = Path(backups.take(command_line(source), python=PYTHON))
    with pytest.raises(SupplyError):
        restore(source, file)
    said = capfd.readouterr().err
    assert "virtual keys" in said
    assert f"CONFIRM={source.name}" in said
    assert_serves(source)


def test_an_update_to_another_image_takes_a_backup_first(source: Stack, engine: docker.DockerClient) -> None:
    before = files(source)
    reference = f"litellm-stack-test/postgres:{source.name}"
    build(engine, reference, "LABEL io.litellm-stack.test=1")
    unchanged = source.config
    changed = {**copy.deepcopy(unchanged), "images": {"postgres": reference}}
    try:
        source.configure(changed)
        assert "a backup of the database is taken before anything changes, because of another Postgres" in (
            source.pulumi("preview", "--diff")
        )
        assert files(source) == before
        started = engine.containers.get(f"{source.prefix}database").attrs["Created"]
        source.up()
        [taken] = files(source) - before
        created = engine.containers.get(f"{source.prefix}database").attrs["Created"]
        assert started < created
        assert taken.stat().st_mtime < docker_time(created)
        assert_serves(source)
    finally:
        source.configure(unchanged)
        source.up()
        engine.images.remove(reference, force=True)


def test_an_update_whose_backup_fails_touches_nothing(source: Stack, engine: docker.DockerClient) -> None:
    reference = f"litellm-stack-test/postgres:{source.name}"
    build(engine, reference, "LABEL io.litellm-stack.test=2")
    unchanged = source.config
    before = engine.containers.get(f"{source.prefix}database").id
    folder = Path(source.environment["XDG_DATA_HOME"]) / "litellm-stack" / "backups"
    hidden = folder.rename(folder.with_name("elsewhere"))
    folder.touch()  # a file where the folder has to be, so that root cannot write either
    try:
        source.configure({**unchanged, "images": {"postgres": reference}})
        result = source.run("up", "--yes", "--skip-preview")
        assert result.returncode != 0
        assert "for backups cannot be made" in result.stdout
        assert engine.containers.get(f"{source.prefix}database").id == before
    finally:
        folder.unlink()
        hidden.rename(folder)
        source.configure(unchanged)
        source.up()
        engine.images.remove(reference, force=True)


@pytest.fixture
def newer(source: Stack, engine: docker.DockerClient) -> Iterator[str]:  # noqa: ARG001  # it outlives the image's name
    with newer_postgres(engine) as image:
        yield image


def test_another_major_version_is_refused_at_preview_and_moved_by_a_command(
    source: Stack, engine: docker.DockerClient, newer: str
) -> None:
    source.configure({**source.config, "protect": True})
    source.up()
    volume = engine.volumes.get(f"{source.prefix}database")
    with reached(source) as gateway:
        spent = written_spend(gateway, gateway.keys["chat-app"])
    source.configure({**source.config, "images": {"postgres": newer}})
    refused = source.run("preview")
    assert refused.returncode != 0
    assert f"which is Postgres {NEWER}, and the database of stack {source.name} was made by Postgres {OWN}" in (
        refused.stdout
    )
    assert f"make upgrade-database STACK={source.name}" in refused.stdout

    before = files(source)
    move_database(source)
    assert files(source) > before
    assert_serves(source)
    with reached(source) as gateway:
        assert spend(gateway, gateway.keys["chat-app"]) >= spent
    database = engine.containers.get(f"{source.prefix}database")
    version: Any = database.exec_run(["postgres", "--version"]).output
    assert f"PostgreSQL) {NEWER}." in version.decode()
    mounted = [mount["Name"] for mount in database.attrs["Mounts"] if mount["Type"] == "volume"]
    assert mounted == [f"{source.prefix}database-{NEWER}"]
    assert engine.volumes.get(str(volume.name)).attrs["CreatedAt"] == volume.attrs["CreatedAt"], "the old one is kept"
    source.pulumi("preview", "--expect-no-changes")
    with pytest.raises(SupplyError, match=f"is of Postgres {NEWER} already"):
        move_database(source)


@pytest.mark.parametrize("running", [True, False])
def test_an_image_of_another_major_version_is_refused(
    target: Stack, engine: docker.DockerClient, running: bool
) -> None:
    reference = f"litellm-stack-test/postgres:{target.name}"
    build(engine, reference, "ENV PG_MAJOR=16")
    unchanged = target.config
    try:
        target.configure({**unchanged, "images": {"postgres": reference}})
        if not running:  # as after `make down` of a protected stack
            engine.containers.get(f"{target.prefix}database").remove(force=True)
        result = target.run("preview")
        assert result.returncode != 0
        assert "which is Postgres 16, and the database" in result.stdout
        assert "was made by Postgres 15" in result.stdout
    finally:
        target.configure(unchanged)
        engine.images.remove(reference, force=True)
