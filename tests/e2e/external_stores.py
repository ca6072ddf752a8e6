"""Stacks on a Postgres and a Redis that somebody else runs, and what those servers say of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import docker

from engine.identity import STACK_LABEL
from tests.e2e.backed_up import config, declared
from tests.e2e.stack import Stack
from tests.managed_postgres import ManagedPostgres, managed_postgres
from tests.managed_redis import ManagedRedis, managed_redis

PREFIX = "external-"
FIRST, SECOND = "gateway_a", "gateway_b"
LIMIT = 4
"""Calls a minute."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A stack, and what it stands on; `passwords` are those of its first logins there."""

    stack: Stack
    server: ManagedPostgres
    redis: ManagedRedis
    passwords: tuple[str, str]


@contextmanager
def servers(
    engine: docker.DockerClient, *, stack: str, address: str | None = None
) -> Iterator[tuple[ManagedPostgres, ManagedRedis]]:
    """Run both for a stack, at an address of this machine that its containers reach; the bridge's if none is given."""
    prefix, labels = f"litellm-stack-{stack}-managed", {STACK_LABEL: f"litellm-stack/{stack}"}
    with (
        managed_postgres(engine, name=f"{prefix}-postgres", labels=labels, address=address) as server,
        managed_redis(engine, name=f"{prefix}-redis", labels=labels, address=address) as redis,
    ):
        yield server, redis


def placed(stack: Stack, server: ManagedPostgres, redis: ManagedRedis, **more: Any) -> Standing:
    """Configure a stack to stand on both, and bring it up."""
    passwords = server.login(FIRST), redis.login(FIRST)
    access = declared()
    access["keys"]["limited"] = {"models": ["chat"], "rpm_limit": LIMIT}
    certificates = {"database": {"externalCa": server.ca}, "cache": {"externalCa": redis.ca}}
    stack.configure({**config(), **certificates, "access": access, **more})
    stack.encrypt("secrets.OPENAI_API_KEY", f"sk-canary-{secrets.token_hex(8)}")
    stack.encrypt("database.external", server.url(FIRST, passwords[0]))
    stack.encrypt("cache.external", redis.url(FIRST, passwords[1]))
    stack.up()
    return Standing(stack=stack, server=server, redis=redis, passwords=passwords)


def sessions(server: ManagedPostgres) -> dict[str, bool]:
    """Return who is logged in over the network, and whether all of his connections are encrypted."""
    found = server.sql(
        "SELECT usename, bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
        " WHERE client_addr IS NOT NULL GROUP BY usename"
    )
    return {user: encrypted == "t" for user, _, encrypted in (row.partition("|") for row in found.splitlines())}


def owners(server: ManagedPostgres) -> str:
    """Return whom the tables belong to."""
    return server.sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
