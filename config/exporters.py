"""Where Prometheus finds the exporters of Postgres and Redis."""

from __future__ import annotations

from collections.abc import Mapping

POSTGRES, REDIS = "postgres", "redis"
"""The jobs, by which rules and dashboards tell what was scraped."""

POSTGRES_PORT, REDIS_PORT = 9187, 9121


def alias(job: str) -> str:
    """Return an exporter's name in the stack's network, which is its component's too."""
    return f"{job}-exporter"


def targets(*, exporters: bool, cache: bool) -> Mapping[str, str]:
    """Return the address of each exporter that runs, by job; `cache` is whether there is a Redis."""
    running = {POSTGRES: POSTGRES_PORT, **({REDIS: REDIS_PORT} if cache else {})} if exporters else {}
    return {job: f"{alias(job)}:{port}" for job, port in running.items()}
