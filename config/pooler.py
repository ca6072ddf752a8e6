"""`database.pooler`: a PgBouncer that replicas share, for more of them than Postgres takes connections."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.section import Section

ALIAS, PORT = "pooler", 6432
"""Where it answers in the stack's network; there may be an old one beside a new one."""
DATABASE = "litellm"
"""What it calls the database, whatever the server does."""
USERS_FILE, DATABASES_FILE = "/tmp/users.txt", "/tmp/databases.ini"  # noqa: S108  # in the container's memory
CA_PATH = "/etc/pgbouncer/server-ca.pem"

CLIENTS = 10_000
"""Connections of replicas that it takes. A constant, so that another number of replicas changes nothing here."""

INCLUDED = f"%include {DATABASES_FILE}"
"""A database whose address the container finds out and writes there: the stack's own."""

TEMPLATE = """\
{databases}

[pgbouncer]
listen_addr = *
listen_port = {listen_port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users_file}
{tls}
; A connection belongs to a replica for the length of a transaction, and LiteLLM's advisory locks last no longer.
pool_mode = transaction
max_client_conn = {clients}
default_pool_size = {connections}
max_db_connections = {connections}
; Drivers send it, and PgBouncer would refuse them; LiteLLM's own leaves it out, too (proxy/db/pgbouncer.py).
ignore_startup_parameters = extra_float_digits

; Postgres is asked again at once when it is back.
server_login_retry = 1
server_connect_timeout = 5
; Longer than a replica waits for its own pool.
query_wait_timeout = 30
; A host that vanished closes nothing.
tcp_keepidle = 10
tcp_keepintvl = 5
tcp_keepcnt = 3
tcp_user_timeout = 25000
; The edge looks every second.
log_connections = 0
log_disconnections = 0
log_stats = 0
"""


class PoolerSettings(Section):
    """A PgBouncer between replicas and Postgres."""

    connections: Annotated[int, Field(ge=2, le=5_000)]
    """Connections that it opens to Postgres at most; all replicas share them, each for the length of a transaction."""


def named(*, host: str, port: int, name: str) -> str:
    """Return the section for the database `name` of a server that DNS finds, or that is an address."""
    return f"[databases]\n{DATABASE} = host={_quoted(host)} port={port} dbname={_quoted(name)}"


def render(*, databases: str, connections: int, encrypted: bool) -> str:
    """Return the content of pgbouncer.ini for what `named` returns, or INCLUDED.

    It connects `encrypted` and checks the server's certificate, or in clear.
    """
    tls = ["server_tls_sslmode = verify-full", f"server_tls_ca_file = {CA_PATH}"]
    return TEMPLATE.format(
        databases=databases,
        listen_port=PORT,
        users_file=USERS_FILE,
        tls="\n".join(tls if encrypted else ["server_tls_sslmode = disable"]),
        clients=CLIENTS,
        connections=connections,
    )


def _quoted(value: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled}'"
