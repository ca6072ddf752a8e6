"""Replicas, edge and database."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard, stat, timeseries

from config.haproxy import BACKEND, DATABASE_BACKEND, FRONTEND, LATE_BACKEND
from config.prometheus import PROXY
from dashboards.panels import RATE, Query, board, lines, number, reached

_REPLICAS = f"{BACKEND}|{LATE_BACKEND}"
"""What the edge calls its port for clients (config/haproxy.py)."""
_PROXY = f'job="{PROXY}"'


def build() -> dashboard.Dashboard:
    """Return the dashboard."""
    panels = [*_numbers(), *_edge(), *_replicas()]
    title = "LiteLLM: replicas, edge and database"
    return board("litellm-stack-stack", title, "Whether the gateway works", panels)


def _numbers() -> list[stat.Panel]:
    return [
        reached("Replicas that take requests", _now(_servers(BACKEND), "replicas"), good=1),
        reached("Database takes connections", _now(_servers(DATABASE_BACKEND), "database"), good=1),
        reached("Share of targets that Prometheus reads", _now("avg(up)", "up"), good=1),
        number(
            "Requests waiting at the edge",
            _now(f'sum(haproxy_backend_current_queue{{proxy=~"{_REPLICAS}"}})', "waiting"),
            unit="short",
            bad=1,
        ),
    ]


def _edge() -> list[timeseries.Panel]:
    return [
        lines("Targets", Query(expression="up", legend="{{job}} {{instance}}"), unit="short"),
        lines("Replicas that take requests, over time", _now(_servers(BACKEND), "replicas"), unit="short"),
        lines("Answers of the edge by class of status", _answers(), unit="reqps", stacked=True),
        lines("Time to answer at the edge, average", _backend("response_time_average_seconds"), unit="s"),
        lines(
            "Requests at the edge",
            _backend("current_sessions", legend="being answered"),
            _backend("current_queue", legend="waiting"),
            unit="short",
        ),
        lines(
            "Trouble between edge and replicas",
            _rising("connection_errors_total", "connections that failed"),
            _rising("response_errors_total", "answers that broke off"),
            _rising("retry_warnings_total", "connections tried again"),
            unit="cps",
        ),
    ]


def _replicas() -> list[timeseries.Panel]:
    return [
        lines("Requests in flight by replica", _each("litellm_in_flight_requests"), unit="short"),
        lines("Memory by replica", _each(f"process_resident_memory_bytes{{{_PROXY}}}"), unit="bytes"),
        lines(
            "Processor cores by replica",
            _each(f"rate(process_cpu_seconds_total{{{_PROXY}}}[{RATE}])"),
            unit="short",
        ),
        lines(
            "LiteLLM's calls to the database",
            _calls("litellm_postgres_total_requests_total", "calls"),
            _calls("litellm_postgres_failed_requests_total", "failed"),
            unit="cps",
        ),
        lines("Time that a scrape takes", Query(expression="scrape_duration_seconds", legend="{{instance}}"), unit="s"),
        lines("Series in Prometheus", _now("sum(prometheus_tsdb_head_series)", "series"), unit="short"),
    ]


def _now(expression: str, legend: str) -> Query:
    return Query(expression=expression, legend=legend)


def _servers(backend: str) -> str:
    return f'max(haproxy_backend_active_servers{{proxy="{backend}"}})'


def _backend(metric: str, *, legend: str = "average") -> Query:
    return Query(expression=f'max(haproxy_backend_{metric}{{proxy=~"{_REPLICAS}"}})', legend=legend)


def _rising(metric: str, legend: str) -> Query:
    return Query(expression=f'sum(rate(haproxy_backend_{metric}{{proxy=~"{_REPLICAS}"}}[{RATE}]))', legend=legend)


def _answers() -> Query:
    responses = f'haproxy_frontend_http_responses_total{{proxy="{FRONTEND}"}}'
    return Query(expression=f"sum by (code) (rate({responses}[{RATE}])) > 0", legend="{{code}}")


def _each(expression: str) -> Query:
    return Query(expression=f"sum by (instance) ({expression})", legend="{{instance}}")


def _calls(counter: str, legend: str) -> Query:
    return Query(expression=f"sum(rate({counter}[{RATE}]))", legend=legend)
