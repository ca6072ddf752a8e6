"""Words of PromQL for LiteLLM's counters.

Names of metrics and labels: litellm/integrations/prometheus.py and litellm/types/integrations/prometheus.py.
"""

from __future__ import annotations

REQUESTS = "litellm_proxy_total_requests_metric_total"
FAILURES = "litellm_proxy_failed_requests_metric_total"
TOKENS = "litellm_total_tokens_metric_total"
SPEND = "litellm_spend_metric_total"
LATENCY = "litellm_request_total_latency_metric_bucket"


def grown(counter: str, *, span: str, by: str = "") -> str:
    """Return by how much a counter grew within `span`, summed by labels; `counter` may select series.

    `increase` alone leaves out what a series starts with, and LiteLLM's series start with their first request: one
    request would be none.
    """
    none = f"0 * last_over_time({counter}[{span}])"
    first = f"(min_over_time({counter}[{span}]) unless {counter} offset {span} or {none})"
    return f"sum by ({by}) ((increase({counter}[{span}]) or {none}) + {first})"


def latency(quantile: float, *, span: str, by: str = "", of: str = LATENCY) -> str:
    """Return what was waited at a quantile, in seconds, by a label: by callers, or what another histogram measures."""
    groups = f"le, {by}" if by else "le"
    return f"histogram_quantile({quantile}, sum by ({groups}) (increase({of}[{span}])))"
