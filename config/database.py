"""The `database` section: which Postgres, how many connections it takes, and whether those that replicas open fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr

from config import external_database, external_server, pooler
from config.external_database import ExternalDatabase
from config.pooler import PoolerSettings
from config.problems import Problem
from config.reading import flag, mapping, number
from config.section import Section
from config.swarm import SWARM

POSTGRES_DEFAULT = 100
"""`max_connections` of Postgres, where nobody sets it."""
OF_OTHERS = 10
"""Connections that are not the replicas': three for superusers (`superuser_reserved_connections`), those of jobs, of an
exporter, of the replicas that wait for the schema."""

_POOLERS = 2
"""An old one and a new one, while it is replaced."""
POOLED = "database.pooler.connections"
POOL_LIMIT = "database_connection_pool_limit"
_POOL = 10
"""What a worker's pool opens at most: as base.yaml says, and LiteLLM by itself (proxy/proxy_cli.py)."""
_BOUNCES = "LITELLM_PGBOUNCER_ENABLED"
_BOUNCED = 20
"""What a replica's PgBouncer opens at most, where nobody sets it (PgBouncerSettings, proxy/db/pgbouncer.py)."""


def _url(value: SecretStr) -> SecretStr:
    external_database.parsed(value.get_secret_value(), None)
    return value


class DatabaseSettings(Section):
    """The Postgres that the stack runs, or that somebody else does."""

    max_connections: Annotated[int, Field(ge=20, le=10_000)] = POSTGRES_DEFAULT
    """Connections that Postgres takes at once. Another number restarts it."""
    external: Annotated[SecretStr, AfterValidator(_url)] | None = None
    """A Postgres that somebody else runs, `postgresql://user:password@host:5432/name`; the stack runs none then."""
    external_ca: Annotated[str, AfterValidator(external_server.certificates)] | None = None
    """The certificates that sign that server's, as PEM: its own is checked against them, and its name with it."""
    pooler: PoolerSettings | None = None
    """A PgBouncer before it, which replicas share; none unless one is named."""

    @property
    def server(self) -> ExternalDatabase | None:
        """Where somebody else's Postgres is; None where the stack runs one."""
        return external_database.parsed(self.external.get_secret_value(), self.external_ca) if self.external else None


def connections_of_a_replica(values: Mapping[str, Any]) -> int:
    """Return how many connections a replica opens at most: a pool for each worker, or what its PgBouncer may."""
    environment = mapping(values, "environment")
    if flag(environment.get(_BOUNCES)):
        return number(environment.get("LITELLM_PGBOUNCER_MAX_DB_CONNECTIONS"), _BOUNCED)
    workers = environment.get("NUM_WORKERS", environment.get("DEFAULT_NUM_WORKERS_LITELLM_PROXY"))
    return number(workers, 1) * number(mapping(values, "proxy", "general_settings").get(POOL_LIMIT), _POOL)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What opens connections at the same time, while new ones are beside old ones: `together` replicas, or poolers."""

    together: int
    of_each: int
    pooled: bool = False

    @property
    def connections(self) -> int:
        """How many they are at most, with those of others."""
        return self.together * self.of_each + OF_OTHERS

    def shortage(self, most: int, *, mend: str) -> str | None:
        """Say that `most` are too few, with `mend` and what would do without more; None where they are enough."""
        if self.connections <= most:
            return None
        fitting = (most - OF_OTHERS) // self.together
        less = f", or let each open {fitting} at most (`{self._limit}`)" if fitting > 0 else ""
        shared = (most - OF_OTHERS) // _POOLERS
        between = "" if self.pooled else f", or put a PgBouncer between, which opens {shared} for all (`{POOLED}`)"
        who = "PgBouncers" if self.pooled else "replicas"
        return (
            f"{most} are too few: while {who} are replaced, {self.together} of them open up to {self.of_each} each,"
            f" and others {OF_OTHERS}; {mend}{less}{between}"
        )

    @property
    def _limit(self) -> str:
        return POOLED if self.pooled else f"proxy.general_settings.{POOL_LIMIT}"


def demand(values: Mapping[str, Any]) -> Demand:
    """Return what is opened to Postgres at most; `values` are the stack config's, checked or not."""
    if shared := mapping(values, "database", "pooler"):
        return Demand(together=_POOLERS, of_each=number(shared.get("connections"), 0), pooled=True)
    return _of_replicas(values)


def _of_replicas(values: Mapping[str, Any]) -> Demand:
    replicas = number(values.get("replicas"), 1)
    # A Swarm replaces one after the other.
    together = replicas + (1 if values.get("engine") == SWARM else replicas)
    return Demand(together=together, of_each=connections_of_a_replica(values))


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report replicas that would open more connections than Postgres takes, while new ones serve beside old ones.

    What somebody else's takes, only its server knows (`postgres_admin.external`).
    """
    yield from external_database.problems(values)
    yield from _pooler_problems(values)
    if mapping(values, "database").get("external") is not None:
        return
    needed = demand(values)
    most = number(mapping(values, "database").get("maxConnections"), POSTGRES_DEFAULT)
    mend = f"raise it to {needed.connections}, which restarts Postgres once"
    if shortage := needed.shortage(most, mend=mend):
        yield Problem(path="database.maxConnections", message=shortage)


def _pooler_problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    if not mapping(values, "database", "pooler"):
        return
    if flag(mapping(values, "environment").get(_BOUNCES)):
        message = "puts a PgBouncer into each replica, before the one of `database.pooler`; keep one of the two"
        yield Problem(path=f"environment.{_BOUNCES}", message=message)
    replicas = _of_replicas(values)
    opened = replicas.together * replicas.of_each
    if opened > pooler.CLIENTS:
        message = f"takes {pooler.CLIENTS} connections, and replicas open {opened}; let each open fewer ({POOL_LIMIT})"
        yield Problem(path="database.pooler", message=message)
