"""Alerts on the inside of Postgres and Redis, of which exporters tell."""

from __future__ import annotations

from collections.abc import Iterator

from config.alerts.rule import Rule, Severity
from config.exporters import POSTGRES, REDIS

CROWDED = 0.8
"""The share of Postgres's connections that is worth a word: replicas that start beside others need as many again."""


def rules(*, exporters: bool, cache: bool) -> Iterator[Rule]:
    """Return the rules for what exporters tell, where they run; `cache` is whether there is a Redis."""
    if not exporters:
        return
    yield _unseen(cache=cache)
    yield Rule(
        alert="DatabaseConnectionsNearlyUsed",
        expression=f"sum(pg_stat_activity_count) / max(pg_settings_max_connections) > {CROWDED}",
        severity=Severity.WARNING,
        summary="{{ $value | humanizePercentage }} of Postgres's connections are in use: replicas may get no more",
        lasting="5m",
    )
    if cache:
        yield Rule(
            alert="CacheEvicts",
            expression="increase(redis_evicted_keys_total[10m]) > 0",
            severity=Severity.WARNING,
            summary="Redis is full and has dropped {{ $value | humanize }} keys: counts of budgets may be among them",
        )


def _unseen(*, cache: bool) -> Rule:
    jobs = "|".join([POSTGRES, *([REDIS] if cache else [])])
    return Rule(
        alert="StoreMetricsMissing",
        expression=f'up{{job=~"{jobs}"}} == 0 or {{__name__=~"pg_up|redis_up",job=~"{jobs}"}} == 0',
        severity=Severity.WARNING,
        summary="Prometheus sees nothing of the inside of {{ $labels.job }}",
        lasting="5m",
    )
