"""Alerts on the gateway itself: replicas, edge, database, errors, latency, unwritten spend, and keys that expire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from config.alerts.rule import Rule, Severity, literal, until
from config.haproxy import BACKEND, DATABASE_BACKEND, FRONTEND, POOLER_BACKEND
from config.monitoring import MonitoringSettings
from config.prometheus import EDGE, PROXY
from litellm_admin.fields.amounts import seconds

WRITE_FAILURES = 'litellm_postgres_failed_requests_total{function_name="update_spend"}'
"""Writes of spend and of its log that LiteLLM gave up, until it tries again (raise_failed_update_spend_exception in
litellm/proxy/utils.py); shown with `prometheus_system` in service_callback."""

A_WEEK = 7 * 86_400
"""Seconds before the end of a key at which its users should hear of it, where it lives longer than five weeks."""


def rules(monitoring: MonitoringSettings, *, replicas: int, cache: bool, pooler: bool) -> Iterator[Rule]:
    """Return the rules for a gateway that should have this many replicas, a Redis or none, a PgBouncer or none."""
    yield from _availability(replicas, pooler=pooler)
    yield from _answers(monitoring)
    yield Rule(
        alert="SpendNotWritten",
        # A series that begins with a failure has no increase yet.
        expression=(
            f"sum by (instance) (increase({WRITE_FAILURES}[10m])) > 0"
            f" or sum by (instance) ({WRITE_FAILURES} unless {WRITE_FAILURES} offset 10m) > 0"
        ),
        severity=Severity.WARNING,
        summary="replica {{ $labels.instance }} cannot write what was spent: reports and other replicas lag behind",
    )
    if cache:
        yield Rule(
            alert="CacheUnreachable",
            expression="sum by (instance) (rate(litellm_redis_failed_requests_total[2m])) > 0",
            severity=Severity.WARNING,
            summary="replica {{ $labels.instance }} does not reach Redis: it counts budgets and rate limits by itself",
            lasting="1m",
        )
    yield from _sending(monitoring)


def _sending(monitoring: MonitoringSettings) -> Iterator[Rule]:
    if monitoring.alertmanagers or monitoring.runs_alertmanager:
        yield Rule(
            alert="AlertsNotSent",
            expression="sum by (alertmanager) (increase(prometheus_notifications_errors_total[10m])) > 0",
            severity=Severity.WARNING,
            summary="alerts do not reach {{ $labels.alertmanager }}",
            lasting="5m",
        )
    if monitoring.runs_alertmanager:
        yield Rule(
            alert="AlertsNotDelivered",
            expression="sum by (integration) (increase(alertmanager_notifications_failed_total[10m])) > 0",
            severity=Severity.WARNING,
            summary="the Alertmanager cannot deliver alerts by {{ $labels.integration }}: nobody hears of them there",
        )


def expiry_rules(expiries: Mapping[str, tuple[str, str]]) -> Iterator[Rule]:
    """Return a rule for each key that expires; `expiries` has, by alias, its declared duration and when (ISO 8601)."""
    for alias, (duration, moment) in expiries.items():
        end = int(datetime.fromisoformat(moment).timestamp())
        yield Rule(
            alert="KeyExpires",
            expression=f"vector({end}) - time() < {min(A_WEEK, seconds(duration) // 5)}",
            severity=Severity.WARNING,
            summary=f"key {literal(alias)} {until('expires', 'has expired')}",
            labels={"api_key_alias": literal(alias)},
        )


def _availability(replicas: int, *, pooler: bool) -> Iterator[Rule]:
    # Of several edges that of a node which reaches fewest: its clients are answered by no other one.
    active = f'min(haproxy_backend_active_servers{{proxy="{BACKEND}"}})'
    yield Rule(
        alert="EdgeDown",
        expression=f'up{{job="{EDGE}"}} == 0 or absent(up{{job="{EDGE}"}})',
        severity=Severity.CRITICAL,
        summary="the edge does not answer Prometheus: no client reaches the gateway",
        lasting="1m",
    )
    yield Rule(
        alert="NoReplica",
        expression=f"{active} == 0",
        severity=Severity.CRITICAL,
        summary="no replica passes the checks in time: requests are answered late, or with 503",
        lasting="30s",
    )
    if replicas > 1:
        yield Rule(
            alert="ReplicaDown",
            expression=f"0 < {active} < {replicas}",
            severity=Severity.WARNING,
            summary=f"{{{{ $value }}}} of {replicas} replicas are ready",
            lasting="2m",
        )
    yield _database(pooler=pooler)
    yield Rule(
        alert="MetricsMissing",
        expression=f'up{{job="{PROXY}"}} == 0 or absent(up{{job="{PROXY}"}})',
        severity=Severity.WARNING,
        summary="Prometheus cannot read the metrics of replica {{ $labels.instance }}: no alert on budgets can fire",
        lasting="5m",
    )


def _database(*, pooler: bool) -> Rule:
    backend = f'proxy=~"{DATABASE_BACKEND}|{POOLER_BACKEND}"' if pooler else f'proxy="{DATABASE_BACKEND}"'
    who = "Postgres, or the PgBouncer before it," if pooler else "Postgres"
    return Rule(
        alert="DatabaseUnreachable",
        expression=f'haproxy_backend_status{{{backend},state="UP"}} == 0',
        severity=Severity.CRITICAL,
        summary=f"{who} takes no connections: keys that no replica remembers are refused, and spend is not written",
        lasting="30s",
        # What follows from it is over later, and must not be told as if it stood alone: a replica looks again after a
        # quarter of a minute, and is ready then.
        kept="1m",
    )


def _answers(monitoring: MonitoringSettings) -> Iterator[Rule]:
    edge = f'haproxy_frontend_http_responses_total{{proxy="{FRONTEND}"'
    requests, by = "litellm_proxy_total_requests_metric_total", "sum by (requested_model)"
    latency = "litellm_request_total_latency_metric_bucket"
    yield Rule(
        alert="RequestsFail",
        expression=f'sum(rate({edge},code="5xx"}}[5m])) / sum(rate({edge}}}[5m])) > {monitoring.error_rate}',
        severity=Severity.CRITICAL,
        summary="{{ $value | humanizePercentage }} of all requests are answered with a server error",
        lasting="5m",
    )
    yield Rule(
        alert="ModelFails",
        expression=(
            f'{by} (rate({requests}{{status_code=~"5.."}}[5m])) / {by} (rate({requests}[5m])) > {monitoring.error_rate}'
        ),
        severity=Severity.WARNING,
        summary="{{ $value | humanizePercentage }} of the requests for {{ $labels.requested_model }} fail",
        lasting="5m",
    )
    yield Rule(
        alert="SlowAnswers",
        expression=(
            f"histogram_quantile(0.95, sum by (model_group, le) (rate({latency}[10m]))) > {monitoring.slow_seconds}"
        ),
        severity=Severity.WARNING,
        summary=(
            "one in twenty answers of {{ $labels.model_group }} takes longer than {{ $value | humanizeDuration }}"
        ),
        lasting="5m",
    )
