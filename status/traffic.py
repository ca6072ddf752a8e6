"""What each model did in the last hour, from LiteLLM's metrics in Prometheus."""

from __future__ import annotations

from status.metrics import FAILURES, REQUESTS, TOKENS, grown, latency
from status.prometheus import Prometheus
from status.snapshot import Traffic

SPAN = "1h"
"""How far back it goes."""

_MODEL = "requested_model"


def read(prometheus: Prometheus) -> tuple[Traffic, ...]:
    """Return the models that were asked for, the busiest first. Raises PrometheusError."""
    requests, failures, tokens = (
        _by_model(prometheus, grown(counter, span=SPAN, by=_MODEL)) for counter in (REQUESTS, FAILURES, TOKENS)
    )
    waited = _by_model(prometheus, latency(0.95, span=SPAN, by=_MODEL))
    models = (
        Traffic(
            model=model,
            requests=count,
            failures=failures.get(model, 0),
            tokens=tokens.get(model, 0),
            latency=waited.get(model),
        )
        for model, count in requests.items()
        if count
    )
    return tuple(sorted(models, key=lambda one: (-one.requests, one.model)))


def _by_model(prometheus: Prometheus, query: str) -> dict[str, float]:
    found = prometheus.query(query)
    return {model: sample.value for sample in found if (model := sample.labels.get(_MODEL))}
