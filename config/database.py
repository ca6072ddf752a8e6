"""The `database` section: how many connections Postgres takes, and whether those that replicas open fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from config.problems import Problem
from config.reading import flag, mapping, number
from config.section import Section
from config.swarm import SWARM

POSTGRES_DEFAULT = 100
"""`max_connections` of Postgres, where nobody sets it."""
OF_OTHERS = 10
"""Connections that are not the replicas': three for superusers (`superuser_reserved_connections`), those of jobs, of an
exporter, of the replicas that wait for the schema."""

POOL_LIMIT = "database_connection_pool_limit"
_POOL = 10
"""What a worker's pool opens at most: as base.yaml says, and LiteLLM by itself (proxy/proxy_cli.py)."""
_BOUNCED = 20
"""What a replica's PgBouncer opens at most, where nobody sets it (PgBouncerSettings, proxy/db/pgbouncer.py)."""


class DatabaseSettings(Section):
    """The Postgres that the stack runs."""

    max_connections: Annotated[int, Field(ge=20, le=10_000)] = POSTGRES_DEFAULT
    """Connections that Postgres takes at once. Another number restarts it."""


def connections_of_a_replica(values: Mapping[str, Any]) -> int:
    """Return how many connections a replica opens at most: a pool for each worker, or what its PgBouncer may."""
    environment = mapping(values, "environment")
    if flag(environment.get("LITELLM_PGBOUNCER_ENABLED")):
        return number(environment.get("LITELLM_PGBOUNCER_MAX_DB_CONNECTIONS"), _BOUNCED)
    workers = environment.get("NUM_WORKERS", environment.get("DEFAULT_NUM_WORKERS_LITELLM_PROXY"))
    return number(workers, 1) * number(mapping(values, "proxy", "general_settings").get(POOL_LIMIT), _POOL)


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report replicas that would open more connections than Postgres takes, while new ones serve beside old ones."""
    replicas, of_each = number(values.get("replicas"), 1), connections_of_a_replica(values)
    # A Swarm replaces one after the other.
    together = replicas + (1 if values.get("engine") == SWARM else replicas)
    needed = together * of_each + OF_OTHERS
    most = number(mapping(values, "database").get("maxConnections"), POSTGRES_DEFAULT)
    if needed <= most:
        return
    fitting = (most - OF_OTHERS) // together
    otherwise = f", or let each open {fitting} at most (`proxy.general_settings.{POOL_LIMIT}`)" if fitting > 0 else ""
    yield Problem(
        path="database.maxConnections",
        message=f"{most} are too few: while replicas are replaced, {together} of them open up to {of_each} each, and"
        f" others {OF_OTHERS}; raise it to {needed}, which restarts Postgres once{otherwise}",
    )
