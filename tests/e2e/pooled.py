"""A stack whose replicas would open more connections than its Postgres takes, with a PgBouncer between."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from docker.models.containers import Container

from components.postgres import DATABASE, USER
from engine import execution
from tests.e2e.backed_up import config, declared
from tests.e2e.stack import Stack

MOST, SHARED = 20, 5
"""What Postgres takes, and how many of it the PgBouncer opens for all replicas."""
LOGINS = "FROM pg_stat_activity WHERE usename LIKE 'litellm\\_%'"
"""The connections of replicas, or of who stands between."""


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """A stack, and how its containers are found by their component, on whatever host they are."""

    stack: Stack
    containers: Callable[[str], list[Container]]

    def said(self, component: str, *command: str) -> str:
        """Return what a command prints in the one container of a component."""
        [container] = self.containers(component)
        status, output = execution.run(container, command)
        assert status == 0, output
        return output.strip()

    def sql(self, query: str) -> str:
        """Return what the database answers to its superuser."""
        return self.said("database", "psql", "-U", USER, "-d", DATABASE, "-tA", "-c", query)

    def connections(self) -> int:
        """Return how many connections replicas have to Postgres."""
        return int(self.sql(f"SELECT count(*) {LOGINS}"))

    def crash(self, component: str) -> None:
        """Kill the one container of a component as a fault does: whoever runs it starts it again."""
        [container] = self.containers(component)
        os.kill(container.attrs["State"]["Pid"], signal.SIGKILL)


def pooled_config() -> dict[str, Any]:
    """Return a stack config."""
    database = {"maxConnections": MOST, "pooler": {"connections": SHARED}}
    return {**config(), "replicas": 2, "database": database, "access": declared()}
