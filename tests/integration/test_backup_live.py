"""Dumps and restores of a real Postgres: all of a backup is there afterwards, or nothing of it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import docker
import pytest
from docker.models.containers import Container

from backup import archive, collisions
from backup.archive import Archive, Sink
from backup.database import Database, opened
from backup.errors import BackupError
from backup.manifest import Manifest
from tests.database import query
from tests.integration.running_gateway import IMAGES, LABEL, remove_leftovers

PASSPHRASE = "correct horse battery staple"
ROWS = 20_000
MAKE = """
CREATE TABLE "LiteLLM_VerificationToken" (token text PRIMARY KEY, key_alias text);
INSERT INTO "LiteLLM_VerificationToken" SELECT md5(n::text), 'key-' || n FROM generate_series(1, 20000) n;
INSERT INTO "LiteLLM_VerificationToken" VALUES ('own', 'litellm-stack-metrics');
CREATE INDEX ON "LiteLLM_VerificationToken" (key_alias);
"""


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    engine = docker.from_env()
    remove_leftovers(engine)
    image = json.loads(IMAGES.read_text())["postgres"]
    name = f"admin-test-backup-{secrets.token_hex(3)}"
    environment = {"POSTGRES_USER": "llmproxy", "POSTGRES_PASSWORD": secrets.token_hex(8), "POSTGRES_DB": "litellm"}
    running = engine.containers.run(
        image, name=name, environment=environment, labels={LABEL: str(os.getpid())}, user="999:999", detach=True
    )
    try:
        yield running
    finally:
        running.remove(force=True, v=True)
        engine.close()


@pytest.fixture
def database(container: Container) -> Iterator[Database]:
    with opened(cast("docker.DockerClient", container.client), str(container.name)) as found:
        assert found
        query(container, "DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;")
        assert found.content() == "", "there is nothing to lose, not even tables"
        query(container, MAKE)
        yield found


def count(container: Container) -> int:
    return int(query(container, 'SELECT count(*) FROM "LiteLLM_VerificationToken"'))


def written(database: Database, folder: Path) -> Archive:
    manifest = Manifest(
        stack="s", taken="t", postgres_major=database.major, litellm_image="i", salt_keys=["k"], seed="s"
    )
    file = folder / "backup.tar"
    archive.write(file, manifest=manifest, dump=database.dump(), passphrase=PASSPHRASE)
    return Archive(file, passphrase=PASSPHRASE)


def test_a_restore_replaces_everything(database: Database, container: Container, tmp_path: Path) -> None:
    backup = written(database, tmp_path)
    query(container, 'DELETE FROM "LiteLLM_VerificationToken"; CREATE TABLE made_since (); CREATE ROLE somebody;')
    query(container, "ALTER DATABASE litellm OWNER TO somebody")
    try:
        database.restore(backup)
        assert count(container) == ROWS, "all of it, without the stack's own key"
        assert query(container, "SELECT to_regclass('made_since') IS NULL") == "t"
        assert query(container, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'") == "somebody"
    finally:
        query(container, "ALTER DATABASE litellm OWNER TO llmproxy; DROP OWNED BY somebody; DROP ROLE somebody")


def test_a_restore_does_not_wait_for_whoever_holds_a_lock(
    database: Database, container: Container, tmp_path: Path
) -> None:
    backup = written(database, tmp_path)
    lock = 'BEGIN; LOCK TABLE "LiteLLM_VerificationToken"; SELECT pg_sleep(600)'
    container.exec_run(["psql", "-U", "llmproxy", "-d", "litellm", "-c", lock], detach=True)
    while query(container, "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'") == "0":
        pass
    database.restore(backup)
    assert count(container) == ROWS


def test_u06_the_rows_of_a_table_are_read_from_the_backup_and_not_from_the_database(
    database: Database, container: Container, tmp_path: Path
) -> None:
    query(container, "UPDATE \"LiteLLM_VerificationToken\" SET key_alias = E'tab\\there' WHERE key_alias = 'key-7'")
    backup = written(database, tmp_path)
    query(container, 'DELETE FROM "LiteLLM_VerificationToken"; CREATE TABLE made_since ();')
    rows = collisions.parse(database.rows_of(backup, collisions.TABLES))["LiteLLM_VerificationToken"]
    aliases = {row["key_alias"] for row in rows}
    assert (len(rows), {"tab\there", "key-20000"} <= aliases) == (ROWS + 1, True)
    assert count(container) == 0
    assert query(container, "SELECT to_regclass('made_since') IS NOT NULL") == "t"
    left: Any = container.exec_run(["ls", "/tmp"]).output
    assert b"litellm-stack" not in left


class Half:
    """A connection that is lost after so many bytes."""

    def __init__(self, sink: Sink, size: int) -> None:
        self._sink, self._left = sink, size

    def write(self, data: bytes, /) -> int:
        if len(data) > self._left:
            raise ConnectionResetError
        self._left -= len(data)
        return self._sink.write(data)

    def flush(self) -> None:
        pass


def test_a_restore_that_is_cut_off_changes_nothing(
    database: Database, container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = written(database, tmp_path)
    query(container, "DELETE FROM \"LiteLLM_VerificationToken\" WHERE key_alias <> 'key-1'")
    size, copy = backup.checked_size(), backup.copy
    monkeypatch.setattr(backup, "checked_size", lambda: size)
    monkeypatch.setattr(backup, "copy", lambda sink: copy(Half(sink, size // 2)))
    with pytest.raises(BackupError, match="could not be restored; the database is as it was"):
        database.restore(backup)
    assert count(container) == 1


def test_a_dump_that_postgres_refuses_changes_nothing_and_its_rows_are_not_told(
    database: Database, container: Container, tmp_path: Path
) -> None:
    query(container, "CREATE TABLE secret (value text); INSERT INTO secret VALUES ('row-canary')")
    query(container, "CREATE FUNCTION bad(text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true'")
    query(container, "ALTER TABLE secret ADD CHECK (bad(value))")
    query(container, "CREATE OR REPLACE FUNCTION bad(text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT false'")
    backup = written(database, tmp_path)
    before = count(container)
    with pytest.raises(BackupError, match="violates check constraint") as caught:
        database.restore(backup)
    assert "row-canary" not in str(caught.value)
    assert count(container) == before


def test_a_dump_that_fails_is_an_error_and_leaves_no_file(
    database: Database, container: Container, tmp_path: Path
) -> None:
    query(container, "CREATE VIEW broken AS SELECT 1; DELETE FROM pg_rewrite WHERE ev_class = 'broken'::regclass")
    with pytest.raises(BackupError, match=r"pg_dump in container .* failed"):
        written(database, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_there_is_nothing_to_save_without_a_container_and_one_that_stands_is_an_error(container: Container) -> None:
    client: Any = container.client
    with opened(client, f"{container.name}-missing") as missing:
        assert missing is None
    container.stop(timeout=20)
    try:
        with (
            pytest.raises(BackupError, match="is exited; start it first: docker start"),
            opened(client, str(container.name)),
        ):
            pass
    finally:
        container.start()
