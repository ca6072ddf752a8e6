"""A Postgres that somebody else runs, looked at before anything is touched: who answers, what the login may do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from config.database import Demand
from config.external_database import ExternalDatabase
from engine import look
from engine.api import connect
from postgres_admin import psql
from postgres_admin.beside import Beside

SETTING = "database.external"
COMPONENT = "database-check"
OLDEST = 12
"""Older majors have had no fixes since 2023 (postgresql.org/support/versioning). The stack's tests have 15."""

# `reserved_connections` came with Postgres 16; what a role or a database may open is unlimited at -1.
QUERY = """
SELECT json_build_object(
  'tools', :VERSION_NUM,
  'version', current_setting('server_version_num')::int,
  'encoding', current_setting('server_encoding'),
  'read_only', pg_is_in_recovery() OR current_setting('transaction_read_only')::bool,
  'connections', least(
    current_setting('max_connections')::int - CASE WHEN rolsuper THEN 0 ELSE
      current_setting('superuser_reserved_connections')::int
      + coalesce(current_setting('reserved_connections', true), '0')::int END,
    nullif(rolconnlimit, -1),
    nullif(datconnlimit, -1)),
  'creates', has_database_privilege(current_user, current_database(), 'CREATE'),
  'owns_schema', coalesce(
    (SELECT pg_has_role(current_user, nspowner, 'MEMBER') FROM pg_namespace WHERE nspname = 'public'), false),
  'foreign', (SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'S', 'v', 'm')
    AND relnamespace = to_regnamespace('public') AND NOT pg_has_role(current_user, relowner, 'USAGE')),
  'is_new', to_regclass('public."LiteLLM_VerificationToken"') IS NULL)
FROM pg_roles, pg_database WHERE rolname = session_user AND datname = current_database();
"""


def check(server: ExternalDatabase, *, label: str, image: str, demand: Demand, volume: str | None) -> None:
    """Raise EngineError, with every reason, unless the stack with `label` can run on the database at `server`.

    It is asked from where the stack's containers are: by the tools of Postgres's `image`, which is pulled for that.
    `demand` is how many connections the replicas open; `volume` has the stack's own database of before, if there is
    one.
    """
    client = connect()
    try:
        look.prepare(client, label=label, component=COMPONENT, image=image, setting="images.postgres")
    finally:
        client.close()
    place = Beside(
        name=look.name(label, COMPONENT),
        image=image,
        network=look.NETWORK,
        labels=look.labels(label, COMPONENT),
        **login(server),
    )
    said = psql.execute(
        place.name,
        QUERY,
        superuser=server.user,
        database=server.name,
        what=f"{SETTING}: looking at {server.place}",
        place=place,
    )
    reasons = _reasons(json.loads(said), server, demand=demand, volume=volume)
    look.refuse(f"{SETTING}: the database at {server.place}", reasons)


def login(server: ExternalDatabase) -> dict[str, Any]:
    """Return those inputs of `Beside` that say where the server is and whom to log in as."""
    return {
        "host": server.host,
        "port": server.port,
        "password": server.password,
        "superuser": server.user,
        "database": server.name,
        "ca": server.ca,
        "external": True,
    }


def _reasons(
    found: Mapping[str, Any], server: ExternalDatabase, *, demand: Demand, volume: str | None
) -> Iterator[str]:
    """Say what is wrong with what QUERY found, and what to do about it."""
    user, version, tools = server.user, found["version"] // 10_000, found["tools"] // 10_000
    if version < OLDEST:
        yield f"it is Postgres {version}, which gets no fixes any more: {OLDEST} or newer"
    if tools < version:
        yield (
            f"it is Postgres {version}, and images.postgres has the tools of {tools}, which cannot save it: name an"
            f" image of {version} or newer"
        )
    if found["encoding"] != "UTF8":
        yield f"its encoding is {found['encoding']}, and prompts and names need UTF8: make another database"
    if found["read_only"]:
        yield "it can only be read: name the primary, and a login whose default_transaction_read_only is off"
    if not found["creates"]:
        yield f'{user} may not make a schema in it: GRANT CREATE ON DATABASE "{server.name}" TO "{user}"'
    if not found["owns_schema"]:
        yield (
            f"{user} does not own the schema `public`, which migrations fill and a restore replaces: ALTER SCHEMA"
            f' public OWNER TO "{user}"'
        )
    if found["foreign"]:
        yield (
            f"{found['foreign']} tables in `public` belong to somebody else: name their owner as the login, or a"
            " database of the stack's own"
        )
    mend = f"let the server, the database and the login take {demand.connections}"
    if shortage := demand.shortage(int(found["connections"]), mend=mend):
        yield f"its connections: {shortage}"
    if volume and found["is_new"]:
        yield (
            f"it is empty, and the stack's own database is in the volume {volume}: bring up another stack on it,"
            " restore a backup of this one there, and move clients over (docs/external-stores.md)"
        )
