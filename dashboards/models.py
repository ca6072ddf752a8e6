"""Requests, errors, latency and tokens, by model."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard, stat, timeseries

from dashboards.panels import RANGE, RATE, Query, board, lines, number
from status.metrics import FAILURES, REQUESTS, TOKENS, grown, latency

_MODEL = "requested_model"
_LEGEND = f"{{{{{_MODEL}}}}}"
_PROVIDER = "litellm_llm_api_latency_metric_bucket"
_QUEUE = "litellm_request_queue_time_seconds_bucket"
_INPUT, _OUTPUT = "litellm_input_tokens_metric_total", "litellm_output_tokens_metric_total"


def build() -> dashboard.Dashboard:
    """Return the dashboard."""
    description = "What is asked of each model, and how it answers"
    return board("litellm-stack-models", "LiteLLM: models", description, [*_numbers(), *_lines()])


def _numbers() -> list[stat.Panel]:
    return [
        number("Requests", Query(expression=grown(REQUESTS, span=RANGE), legend="requests"), unit="short"),
        number("Requests that failed", Query(expression=_failed_share(RANGE), legend="failed"), unit="percentunit"),
        number("Tokens", Query(expression=grown(TOKENS, span=RANGE), legend="tokens"), unit="short"),
        number("Latency, 95th percentile", Query(expression=latency(0.95, span=RANGE), legend="p95"), unit="s"),
    ]


def _lines() -> list[timeseries.Panel]:
    return [
        lines("Requests by model", _per_second(REQUESTS, _MODEL), unit="reqps", stacked=True),
        lines("Failed requests by model", _per_second(FAILURES, _MODEL), unit="reqps", stacked=True),
        lines("Failed requests by status", _per_second(FAILURES, "exception_status"), unit="reqps", stacked=True),
        lines("Share of requests that fail", Query(expression=_failing(), legend=_LEGEND), unit="percentunit"),
        lines("Latency by model, median", _waited(0.5), unit="s"),
        lines("Latency by model, 95th percentile", _waited(0.95), unit="s"),
        lines("Provider's part of the latency, 95th percentile", _waited(0.95, of=_PROVIDER), unit="s"),
        lines("Time before a request is taken up, 95th percentile", _waited(0.95, of=_QUEUE), unit="s"),
        lines("Input tokens by model", _per_second(_INPUT, _MODEL), unit="short", stacked=True),
        lines("Output tokens by model", _per_second(_OUTPUT, _MODEL), unit="short", stacked=True),
        lines("Answers by deployment", _deployments("success"), unit="reqps", stacked=True),
        lines("Failures by deployment", _deployments("failure"), unit="reqps", stacked=True),
    ]


def _per_second(counter: str, label: str) -> Query:
    return Query(expression=f"sum by ({label}) (rate({counter}[{RATE}]))", legend=f"{{{{{label}}}}}")


def _deployments(outcome: str) -> Query:
    name = f"litellm_deployment_{outcome}_responses_total"
    # A request that is refused before a deployment was chosen has none.
    return Query(
        expression=f"sum by (model_group, litellm_model_name) (rate({name}[{RATE}]))",
        legend="{{model_group}} {{litellm_model_name}}",
    )


def _waited(quantile: float, *, of: str | None = None) -> Query:
    histogram = {"of": of} if of else {}
    return Query(expression=latency(quantile, span=RATE, by=_MODEL, **histogram), legend=_LEGEND)


def _failing() -> str:
    total = f"sum by ({_MODEL}) (rate({REQUESTS}[{RATE}]))"
    # A model that never failed has no counter of failures.
    failed = f"(sum by ({_MODEL}) (rate({FAILURES}[{RATE}])) or 0 * {total})"
    return f"{failed} / ({total} > 0)"


def _failed_share(span: str) -> str:
    return f"({grown(FAILURES, span=span)} or vector(0)) / {grown(REQUESTS, span=span)}"
