"""For each alert on the inside of Postgres and Redis, metrics that fire it and metrics that do not."""

from __future__ import annotations

from tests.integration.alert_cases import Case, series, still


def connections(active: int, idle: int) -> dict[str, str]:
    """Return what the exporter shows of Postgres with a hundred connections at most."""
    return {
        **still("pg_stat_activity_count", active, datname="litellm", state="active"),
        **still("pg_stat_activity_count", idle, datname="litellm", state="idle"),
        **still("pg_settings_max_connections", 100, server="database:5432"),
    }


REDIS = {"job": "redis", "instance": "redis-exporter:9121"}

STORES = [
    Case(
        alert="DatabaseConnectionsNearlyUsed",
        fires=connections(5, 80),
        quiet=connections(5, 70),
        labels={"severity": "warning"},
        summary="85% of Postgres's connections are in use: replicas may get no more",
    ),
    Case(
        alert="CacheEvicts",
        fires={series("redis_evicted_keys_total", **REDIS): "0+1x1000"},
        quiet=still("redis_evicted_keys_total", 7, **REDIS),
        labels={"severity": "warning", **REDIS},
        summary="Redis is full and has dropped 40 keys: counts of budgets may be among them",
    ),
    Case(
        alert="StoreMetricsMissing",
        fires=still("up", 0, **REDIS),
        quiet={**still("up", 1, **REDIS), **still("redis_up", 1, **REDIS)},
        labels={"severity": "warning", **REDIS},
        summary="Prometheus sees nothing of the inside of redis",
    ),
    Case(
        alert="StoreMetricsMissing",
        # The exporter answers, and what it exports does not.
        fires={
            **still("up", 1, job="postgres", instance="postgres-exporter:9187"),
            **still("pg_up", 0, job="postgres", instance="postgres-exporter:9187"),
        },
        quiet=still("up", 0, job="litellm", instance="a"),
        labels={"severity": "warning", "job": "postgres", "instance": "postgres-exporter:9187"},
        summary="Prometheus sees nothing of the inside of postgres",
    ),
]
