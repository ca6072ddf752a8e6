"""Apply LiteLLM's migrations without Prisma's schema engine, which is in no package registry.

The official image's migration job is `litellm --skip_server_startup`, which runs `prisma migrate deploy`; this image's
entry point runs this program instead. It leaves the database as Prisma would: the same SQL of litellm-proxy-extras in
the same order, under the same locks, recorded in `_prisma_migrations` (facts: migration_recovery.py and
migration_lock.py of litellm_proxy_extras), so that the official image can go on with it. Exit status: 0 done, 1 failed.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import re
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit

import psycopg  # type: ignore[import-not-found]  # the image has it, the checks of this repository do not
from psycopg import conninfo, pq, sql

# Prisma's migrate lock, and the one that LiteLLM's own resolver takes around it.
PRISMA_LOCK = 72707369
COORDINATOR_LOCK = int.from_bytes(b"llm_mig2", "big")
LOCK_TIMEOUT_SECONDS = float(os.environ.get("LITELLM_MIGRATION_LOCK_TIMEOUT", "600"))
CONNECT_TIMEOUT_SECONDS = 60.0

LEDGER = """CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz,
    migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)"""

COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
NOT_READY = re.compile(
    r"connection refused|could not translate|name or service|starting up|timeout expired", re.IGNORECASE
)

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"


class MigrationError(Exception):
    """The database was left where the last good migration brought it; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One folder of `litellm_proxy_extras/migrations`."""

    name: str
    script: bytes

    @property
    def checksum(self) -> str:
        """What Prisma records of the script's bytes."""
        return hashlib.sha256(self.script).hexdigest()

    @property
    def stands_alone(self) -> bool:
        """Whether Postgres refuses it beside another statement; such scripts are one statement, safe to repeat."""
        return b"CONCURRENTLY" in COMMENT.sub("", self.script.decode()).upper().encode()


@dataclass(frozen=True, kw_only=True)
class RequestLogIndex:
    """An index that LiteLLM's job builds after the migrations; `definition` is what follows `ON <table>`."""

    table: str
    name: str
    definition: str


def package_folder() -> Path:
    """Where litellm-proxy-extras is, without importing it: that would import all of LiteLLM."""
    spec = importlib.util.find_spec("litellm_proxy_extras")
    if spec is None or not spec.submodule_search_locations:
        raise MigrationError("the package litellm-proxy-extras is not installed in this image")
    return Path(next(iter(spec.submodule_search_locations)))


def read_migrations(package: Path) -> list[Migration]:
    """All migrations in the order in which Prisma applies them: by name."""
    files = sorted((package / "migrations").glob("*/migration.sql"), key=lambda file: file.parent.name)
    return [Migration(name=file.parent.name, script=file.read_bytes()) for file in files]


def read_indexes(package: Path) -> list[RequestLogIndex]:
    """Return the list REQUEST_LOG_INDEXES of litellm_proxy_extras/request_log_indexes.py, read from its source."""
    tree = ast.parse((package / "request_log_indexes.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        RequestLogIndex(**dict(zip(("table", "name", "definition"), map(ast.literal_eval, call.args), strict=True)))
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "RequestLogIndex"
    ]


def connection_target(url: str) -> tuple[str, str]:
    """Return the URL as libpq takes it, and the schema: Prisma's own parameters mean nothing to libpq."""
    parts = urlsplit(url)
    parameters = dict(parse_qsl(parts.query))
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    libpq = urlencode({name: value for name, value in parameters.items() if name in known})
    return parts._replace(query=libpq).geturl(), parameters.get("schema", "public")


def connect(url: str, schema: str) -> Connection:
    """Connect, waiting for a server that is not up yet; every statement names its objects in `schema`."""
    deadline = time.monotonic() + CONNECT_TIMEOUT_SECONDS
    options = conninfo.conninfo_to_dict(url).get("options", "")
    while True:
        try:
            # synchronous_commit is off until the end: each record is one commit, and a crash loses them in order.
            connection: Connection = psycopg.connect(
                url, autocommit=True, connect_timeout=10, options=f"{options} -c synchronous_commit=off".strip()
            )
            break
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline or not NOT_READY.search(str(error)):
                raise
            time.sleep(0.5)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
    return connection


def take_lock(connection: Connection, key: int) -> None:
    """Hold an advisory lock for as long as the connection lasts."""
    deadline = time.monotonic() + LOCK_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
        if row and row[0]:
            return
        time.sleep(0.5)
    raise MigrationError(
        f"another process held the migration lock for {LOCK_TIMEOUT_SECONDS:.0f} s; "
        "see pg_locks for its session, or raise LITELLM_MIGRATION_LOCK_TIMEOUT (seconds)"
    )


def settle_unfinished(connection: Connection) -> None:
    """Settle what an attempt that failed or was killed left.

    The step count is written in the transaction of the script, so it tells which of the two happened.
    """
    connection.execute(
        "UPDATE _prisma_migrations SET finished_at = clock_timestamp() "
        "WHERE finished_at IS NULL AND rolled_back_at IS NULL AND applied_steps_count = 1 AND coalesce(logs, '') = ''"
    )
    connection.execute(
        "UPDATE _prisma_migrations SET rolled_back_at = clock_timestamp()"
        " WHERE finished_at IS NULL AND rolled_back_at IS NULL"
    )


def applied(connection: Connection) -> set[str]:
    """Return the names of the migrations that the database has."""
    rows = connection.execute(
        "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL"
    ).fetchall()
    return {str(name) for (name,) in rows}


def apply(connection: Connection, migration: Migration) -> None:
    """Run one script and record it, as one transaction where Postgres allows it."""
    identifier = str(uuid.uuid4())
    connection.execute(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES (%s, %s, %s)",
        (identifier, migration.checksum, migration.name),
    )
    done = "UPDATE _prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE id ="
    record = f"{done} '{identifier}'"
    script = migration.script.decode()
    steps = [script, record] if migration.stands_alone else [f"{script}\n;{record}"]
    try:
        for step in steps:
            # No parameters: sent as it is, so that a script of many statements is one implicit transaction.
            connection.execute(step)
    except psycopg.Error as error:
        connection.execute("UPDATE _prisma_migrations SET logs = %s WHERE id = %s", (str(error), identifier))
        raise MigrationError(
            f"migration {migration.name!r} failed: {error.diag.message_primary or error} "
            f"(SQLSTATE {error.sqlstate}); it is tried again by the next run"
        ) from error


def build_indexes(connection: Connection, indexes: list[RequestLogIndex]) -> None:
    """Build the indexes that LiteLLM leaves to its job; a partitioned table is left to the official image's job."""
    for index in indexes:
        kind = connection.execute(
            "SELECT relkind::text FROM pg_class WHERE oid = to_regclass(%s)", (f'"{index.table}"',)
        ).fetchone()
        if kind != ("r",):
            continue
        # An interrupted concurrent build leaves an invalid index under the name.
        invalid = connection.execute(
            "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid", (f'"{index.name}"',)
        ).fetchone()
        name, table = sql.Identifier(index.name), sql.Identifier(index.table)
        if invalid:
            connection.execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(name))
        statement = sql.SQL("CREATE INDEX CONCURRENTLY IF NOT EXISTS {} ON {} {}")
        connection.execute(statement.format(name, table, sql.SQL(index.definition)))


def migrate(url: str) -> None:
    """Bring the database at `url` (as Prisma writes it) to the state of this image's migrations."""
    started = time.monotonic()
    package = package_folder()
    migrations = read_migrations(package)
    target, schema = connection_target(url)
    with connect(target, schema) as connection:
        take_lock(connection, COORDINATOR_LOCK)
        take_lock(connection, PRISMA_LOCK)
        connection.execute(LEDGER)
        settle_unfinished(connection)
        done = applied(connection)
        pending = [migration for migration in migrations if migration.name not in done]
        print(f"{len(migrations)} migrations in this image, {len(pending)} to apply", flush=True)
        for migration in pending:
            apply(connection, migration)
        build_indexes(connection, read_indexes(package))
        # Everything above is on disk when this commit is.
        connection.execute("SET synchronous_commit = on")
        connection.execute("SELECT pg_current_xact_id()")
    print(f"database is up to date ({time.monotonic() - started:.1f} s)", flush=True)


def main() -> int:
    """Migrate the database that DIRECT_URL or DATABASE_URL names, as LiteLLM's job would."""
    url = os.environ.get("DIRECT_URL") or os.environ.get("DATABASE_URL")
    if not url:
        print("DATABASE_URL is not set: there is no database to migrate", file=sys.stderr)
        return 1
    try:
        migrate(url)
    except (MigrationError, psycopg.Error) as error:
        print(f"Database migration cannot proceed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
