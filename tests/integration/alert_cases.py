"""For each alert, metrics that fire it and metrics that do not, as promtool takes them.

The clock begins with 1970, and values are `start+step x times`, one every fifteen seconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ODD = 'odd "{{.}}" (a|b)\\'
"""A name with everything in it that PromQL, regular expressions and templates read as theirs."""

CONFIG: Mapping[str, Any] = {
    "replicas": 2,
    "monitoring": {
        "alertmanagers": ["hooks:8080"],
        "webhook": "https://hooks.example/a",
        "exporters": True,
        "certificates": ["gateway.example.com:443"],
        "errorRate": 0.05,
        "slowSeconds": 30,
    },
    "proxy": {"litellm_settings": {"max_budget": 50, "budget_duration": "1mo"}},
    "access": {
        "budgets": {"free-tier": {"max_budget": 0.5, "budget_duration": "1d"}},
        "customers": {"acme": {"budget": "free-tier"}},
        "users": {"ann": {"max_budget": 4}},
        "teams": {"support": {"max_budget": 20, "budget_duration": "30d"}},
        "keys": {
            "chat-app": {"max_budget": 100, "budget_duration": "1d"},
            ODD: {"max_budget": 100},
            "nightly": {"budget": "free-tier"},
            "guest": {"duration": "10h"},
        },
    },
}
EXPIRIES = {"guest": "1970-01-01T04:00:00+00:00"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is there `at` a time when the alert fires, with which labels and summary; and what when it does not."""

    alert: str
    fires: Mapping[str, str]
    quiet: Mapping[str, str]
    labels: Mapping[str, str]
    summary: str
    at: str = "20m"
    quiet_at: str = "20m"


def series(name: str, **labels: str) -> str:
    """Return the name of a series."""
    return name + "{" + ",".join(f"{label}={json.dumps(value)}" for label, value in labels.items()) + "}"


def still(name: str, value: float, **labels: str) -> dict[str, str]:
    """Return a series with a value that stays."""
    return {series(name, **labels): f"{value}+0x1000"}


_REDIS = series("litellm_redis_failed_requests_total", function_name="async_get_cache", instance="a")
_UNWRITTEN = series("litellm_postgres_failed_requests_total", function_name="update_spend", instance="a")


def _refused(refused: int, *, answered: int) -> dict[str, str]:
    """Return what a replica shows of a key with this many requests every fifteen seconds."""
    of = {"api_key_alias": "chat-app", "team_alias": "None"}
    failed, asked = "litellm_proxy_failed_requests_metric_total", "litellm_proxy_total_requests_metric_total"
    return {
        series(failed, exception_class="BudgetExceededError", end_user="None", **of): f"0+{refused}x1000",
        series(asked, status_code="422", end_user="None", **of): f"0+{refused}x1000",
        series(asked, status_code="200", end_user="acme", **of): f"0+{answered}x1000",
    }


def _answers(failed: str, good: str) -> dict[str, str]:
    name = "haproxy_frontend_http_responses_total"
    return {series(name, proxy="gateway", code="5xx"): failed, series(name, proxy="gateway", code="2xx"): good}


def _of_chat(failed: str, good: str) -> dict[str, str]:
    name = "litellm_proxy_total_requests_metric_total"
    return {
        series(name, requested_model="chat", status_code="503"): failed,
        series(name, requested_model="chat", status_code="200"): good,
    }


def _latency(within_half_a_minute: str) -> dict[str, str]:
    name = "litellm_request_total_latency_metric_bucket"
    return {
        series(name, model_group="chat", le="30.0"): within_half_a_minute,
        series(name, model_group="chat", le="60.0"): "0+10x1000",
        series(name, model_group="chat", le="+Inf"): "0+10x1000",
    }


def _failed(reason: str) -> str:
    return series("alertmanager_notifications_failed_total", integration="webhook", reason=reason)


GATEWAY = [
    Case(
        alert="RequestsRefusedForBudget",
        fires=_refused(1, answered=0),
        quiet=_refused(1, answered=3),
        labels={"severity": "critical", "api_key_alias": "chat-app", "team_alias": "None"},
        summary="100% of the requests with key chat-app (team None) are refused, because a budget is spent",
    ),
    Case(
        alert="EdgeDown",
        fires=still("up", 0, job="edge"),
        quiet=still("up", 1, job="edge"),
        labels={"severity": "critical", "job": "edge"},
        summary="the edge does not answer Prometheus: no client reaches the gateway",
    ),
    Case(
        alert="EdgeDown",
        fires={},
        quiet=still("up", 1, job="edge"),
        labels={"severity": "critical", "job": "edge"},
        summary="the edge does not answer Prometheus: no client reaches the gateway",
    ),
    Case(
        alert="NoReplica",
        fires=still("haproxy_backend_active_servers", 0, proxy="litellm"),
        # The database is no replica.
        quiet={
            **still("haproxy_backend_active_servers", 1, proxy="litellm"),
            **still("haproxy_backend_active_servers", 0, proxy="database"),
        },
        labels={"severity": "critical"},
        summary="no replica passes the checks in time: requests are answered late, or with 503",
    ),
    Case(
        alert="ReplicaDown",
        fires=still("haproxy_backend_active_servers", 1, proxy="litellm"),
        quiet=still("haproxy_backend_active_servers", 2, proxy="litellm"),
        labels={"severity": "warning"},
        summary="1 of 2 replicas are ready",
    ),
    Case(
        alert="DatabaseUnreachable",
        fires=still("haproxy_backend_status", 0, proxy="database", state="UP"),
        quiet=still("haproxy_backend_status", 1, proxy="database", state="UP"),
        labels={"severity": "critical", "proxy": "database", "state": "UP"},
        summary="Postgres takes no connections: keys that no replica remembers are refused, and spend is not written",
    ),
    Case(
        alert="MetricsMissing",
        fires=still("up", 0, job="litellm", instance="10.0.0.2:4000"),
        quiet=still("up", 1, job="litellm", instance="10.0.0.2:4000"),
        labels={"severity": "warning", "job": "litellm", "instance": "10.0.0.2:4000"},
        summary="Prometheus cannot read the metrics of replica 10.0.0.2:4000: no alert on budgets can fire",
    ),
    Case(
        alert="RequestsFail",
        fires=_answers("0+1x1000", "0+9x1000"),
        quiet=_answers("0+1x1000", "0+99x1000"),
        labels={"severity": "critical"},
        summary="10% of all requests are answered with a server error",
    ),
    Case(
        alert="ModelFails",
        fires=_of_chat("0+1x1000", "0+9x1000"),
        quiet=_of_chat("0+1x1000", "0+99x1000"),
        labels={"severity": "warning", "requested_model": "chat"},
        summary="10% of the requests for chat fail",
    ),
    Case(
        alert="SlowAnswers",
        fires=_latency("0+9x1000"),
        quiet=_latency("0+10x1000"),
        labels={"severity": "warning", "model_group": "chat"},
        summary="one in twenty answers of chat takes longer than 45s",
    ),
    Case(
        alert="SpendNotWritten",
        # It begins with the first failure.
        fires={_UNWRITTEN: "_x72 1+0x100"},
        quiet={_UNWRITTEN: "7+0x1000"},
        labels={"severity": "warning", "instance": "a"},
        summary="replica a cannot write what was spent: reports and other replicas lag behind",
    ),
    Case(
        alert="CacheUnreachable",
        fires={_REDIS: "0+1x1000"},
        quiet={_REDIS: "7+0x1000"},
        labels={"severity": "warning", "instance": "a"},
        summary="replica a does not reach Redis: it counts budgets and rate limits by itself",
    ),
    Case(
        alert="KeyExpires",
        fires={},
        quiet={},
        labels={"severity": "warning", "api_key_alias": "guest"},
        summary="key guest expires in 1h 0m 0s",
        at="3h",
        quiet_at="1h",
    ),
    Case(
        alert="AlertsNotSent",
        fires={series("prometheus_notifications_errors_total", alertmanager="http://hooks:8080"): "0+1x1000"},
        quiet=still("prometheus_notifications_errors_total", 3, alertmanager="http://hooks:8080"),
        labels={"severity": "warning", "alertmanager": "http://hooks:8080"},
        summary="alerts do not reach http://hooks:8080",
    ),
    Case(
        alert="AlertsNotDelivered",
        fires={_failed("clientError"): "0+0x60 0+1x100", _failed("serverError"): "0+0x1000"},
        quiet={_failed("clientError"): "7+0x1000"},
        labels={"severity": "warning", "integration": "webhook"},
        summary="the Alertmanager cannot deliver alerts by webhook: nobody hears of them there",
    ),
]
