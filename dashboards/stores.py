"""The inside of Postgres and Redis, which shows where `monitoring.exporters` is true."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard, timeseries

from dashboards.panels import RATE, Query, board, lines, number


def build() -> dashboard.Dashboard:
    """Return the dashboard."""
    numbers = [
        number(
            "Postgres's connections in use",
            _now("sum(pg_stat_activity_count) / max(pg_settings_max_connections)", "in use"),
            unit="percentunit",
            bad=0.8,
        ),
        number("Size of the database", _now('pg_database_size_bytes{datname="litellm"}', "size"), unit="bytes"),
        number(
            "Redis's memory in use",
            _now("max(redis_memory_used_bytes / redis_memory_max_bytes)", "in use"),
            unit="percentunit",
            bad=0.95,
        ),
        number("Keys that Redis dropped", _now("sum(redis_evicted_keys_total)", "dropped"), unit="short", bad=1),
    ]
    description = "What the exporters of Postgres and Redis tell"
    return board(
        "litellm-stack-stores", "LiteLLM: Postgres and Redis", description, [*numbers, *_postgres(), *_redis()]
    )


def _postgres() -> list[timeseries.Panel]:
    own = 'datname="litellm"'
    hit, read = (
        f"rate(pg_stat_database_blks_hit{{{own}}}[{RATE}])",
        f"rate(pg_stat_database_blks_read{{{own}}}[{RATE}])",
    )
    return [
        lines(
            "Connections by state",
            _now("sum by (state) (pg_stat_activity_count)", "{{state}}"),
            unit="short",
            stacked=True,
        ),
        lines(
            "Transactions",
            _rate(f"pg_stat_database_xact_commit{{{own}}}", "committed"),
            _rate(f"pg_stat_database_xact_rollback{{{own}}}", "rolled back"),
            unit="ops",
        ),
        lines("Share of blocks found in memory", _now(f"{hit} / ({hit} + {read})", "share"), unit="percentunit"),
        lines(
            "Rows",
            _rate(f"pg_stat_database_tup_fetched{{{own}}}", "read"),
            _rate(f"pg_stat_database_tup_inserted{{{own}}}", "inserted"),
            _rate(f"pg_stat_database_tup_updated{{{own}}}", "updated"),
            _rate(f"pg_stat_database_tup_deleted{{{own}}}", "deleted"),
            unit="ops",
        ),
        lines("Longest transaction", _now(f"max(pg_stat_activity_max_tx_duration{{{own}}})", "longest"), unit="s"),
        lines("Deadlocks", _rate(f"pg_stat_database_deadlocks{{{own}}}", "deadlocks"), unit="ops"),
    ]


def _redis() -> list[timeseries.Panel]:
    return [
        lines("Commands of Redis", _rate("redis_commands_processed_total", "commands"), unit="ops"),
        lines("Redis's clients", _now("sum(redis_connected_clients)", "clients"), unit="short"),
        lines("Redis's memory", _now("redis_memory_used_bytes", "used"), unit="bytes"),
        lines("Keys in Redis", _now("sum(redis_db_keys)", "keys"), unit="short"),
    ]


def _now(expression: str, legend: str) -> Query:
    return Query(expression=expression, legend=legend)


def _rate(counter: str, legend: str) -> Query:
    return Query(expression=f"sum(rate({counter}[{RATE}]))", legend=legend)
