"""A stack of two replicas whose models are deployments of the tests' own provider."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import docker
import httpx

from tests.e2e.stack import Stack, free_port
from tests.e2e.upstream import HOST, Upstream, address, upstream
from tests.e2e.upstream_server import PORT, TOKENS_PER_CALL

PREFIX = "route-"
CALLS_A_MINUTE = 6
SLOW_SECONDS = 5
CALL_COST = 0.02
"""US dollars that a call of the model `priced` costs."""
CALLS_IN_BUDGET = 5
ALLOWED_FAILS = 4
"""Failures within a minute after which a deployment is left: more than the retries that are tested, and not 3, which
LiteLLM takes for its own default and reads as not set (_is_allowed_fails_set_on_router, router_utils)."""
SECRETS = {
    "LANGFUSE_SECRET_KEY": "sk-lf-canary-0123456789",
    "PROVIDER_KEY": "sk-canary-route-0123456789",
    "SLACK_WEBHOOK_URL": f"http://{HOST}:{PORT}/slack",
}


@dataclass(frozen=True, kw_only=True)
class Routed:
    """The stack, its provider, and its keys by alias."""

    stack: Stack
    upstream: Upstream
    client: httpx.Client
    keys: dict[str, str]

    def ask(self, model: str, *, alias: str = "caller", **parameters: Any) -> httpx.Response:
        """Ask a model with a virtual key."""
        body = {"model": model, "messages": [{"role": "user", "content": "hi"}], **parameters}
        login = {"Authorization": f"Bearer {self.keys[alias]}"}
        return self.client.post("/v1/chat/completions", json=body, headers=login)

    def answers(self, model: str, *, times: int = 1, **parameters: Any) -> list[str]:
        """Ask a model one time after another and return what it said; each call has to succeed."""
        found = [self.ask(model, **parameters) for _ in range(times)]
        assert [answer.text for answer in found if answer.status_code != 200] == []
        return [str(answer.json()["choices"][0]["message"]["content"]) for answer in found]


def deployment(model: str, name: str, **parameters: Any) -> dict[str, Any]:
    """Return one of the deployments behind the name of a model."""
    provider = {"model": "openai/gpt-4o-mini", "api_base": address(name), "api_key": "os.environ/PROVIDER_KEY"}
    return {"model_name": model, "litellm_params": {**provider, **parameters}}


def config() -> dict[str, Any]:
    return {
        "proxy": {
            "model_list": _models(),
            "litellm_settings": {
                "num_retries": 0,
                "callbacks": ["langfuse"],
                "cache": True,
                "cache_params": {"type": "redis", "ttl": 60, "namespace": "answers", "mode": "default_off"},
            },
            "router_settings": _routing(),
            "general_settings": {
                "store_model_in_db": True,
                "alerting": ["slack"],
                "alert_types": ["budget_alerts", "llm_too_slow"],
                "alerting_threshold": SLOW_SECONDS,
                "pass_through_endpoints": [{"path": "/echo", "target": f"http://{HOST}:{PORT}/echo"}],
            },
            "guardrails": [
                {
                    "guardrail_name": "no-magic",
                    "litellm_params": {
                        "guardrail": "litellm_content_filter",
                        "mode": "pre_call",
                        "blocked_words": [{"keyword": "xyzzy", "action": "BLOCK"}],
                    },
                }
            ],
        },
        "environment": {
            "LANGFUSE_HOST": f"http://{HOST}:{PORT}/langfuse",
            "LANGFUSE_PUBLIC_KEY": "pk-lf-route",
        },
        "access": {
            "keys": {
                "caller": {},
                "another": {},
                "by-requests": {"rpm_limit": CALLS_A_MINUTE},
                "by-requests-at-once": {"rpm_limit": CALLS_A_MINUTE},
                "by-tokens": {"tpm_limit": CALLS_A_MINUTE * TOKENS_PER_CALL},
                "by-budget": {"max_budget": CALLS_IN_BUDGET * CALL_COST, "budget_duration": "1d"},
            }
        },
        "ports": {"gateway": free_port(), "prometheus": free_port()},
        "replicas": 2,
        "protect": False,
    }


def _models() -> list[dict[str, Any]]:
    each_token = CALL_COST / TOKENS_PER_CALL
    return [
        deployment("rescue", "rescue"),
        deployment("longer", "longer"),
        deployment("tolerant", "tolerant"),
        deployment("anything", "anything"),
        deployment("split", "often", weight=3),
        deployment("split", "seldom", weight=1),
        deployment("cooled", "ill"),
        deployment("cooled", "well"),
        deployment("falls", "falls"),
        deployment("long", "long"),
        deployment("unsafe", "unsafe"),
        deployment("other", "other"),
        deployment("stalls", "stalls", timeout=1),
        deployment("late", "late"),
        deployment("hasty", "hasty"),
        deployment("patient", "patient"),
        deployment("limited", "limited"),
        deployment("cached", "cached"),
        deployment("priced", "priced", input_cost_per_token=each_token, output_cost_per_token=each_token),
        deployment("least-busy", "busy"),
        deployment("least-busy", "idle"),
        deployment("quickest", "slow"),
        deployment("quickest", "quick"),
        deployment("least-used", "small", tpm=2 * TOKENS_PER_CALL),
        deployment("least-used", "large", tpm=1000 * TOKENS_PER_CALL),
        deployment("cheapest", "dear", input_cost_per_token=each_token, output_cost_per_token=each_token),
        deployment("cheapest", "cheap", input_cost_per_token=each_token / 9, output_cost_per_token=each_token / 9),
    ]


def _routing() -> dict[str, Any]:
    strategies = {
        "least-busy": "least-busy",
        "quickest": "latency-based-routing",
        "least-used": "usage-based-routing-v2",
        "cheapest": "cost-based-routing",
    }
    return {
        "routing_strategy": "simple-shuffle",
        "routing_groups": [
            {"group_name": f"{model} group", "models": [model], "routing_strategy": strategy}
            for model, strategy in strategies.items()
        ],
        "allowed_fails": ALLOWED_FAILS,
        "cooldown_time": 60,
        "retry_policy": {"RateLimitErrorRetries": 2, "InternalServerErrorRetries": 0},
        "model_group_retry_policy": {
            "patient": {"InternalServerErrorRetries": 3},
            # More than it takes until the deployment is left: two of the same model are chosen between by lot.
            "cooled": {"InternalServerErrorRetries": 2 * ALLOWED_FAILS},
        },
        "fallbacks": [{"falls": ["rescue"]}],
        "context_window_fallbacks": [{"long": ["longer"]}],
        "content_policy_fallbacks": [{"unsafe": ["tolerant"]}],
        "default_fallbacks": ["anything"],
    }


@contextmanager
def running(engine: docker.DockerClient, stack: Stack, *, at: str = "127.0.0.1") -> Iterator[Routed]:
    """Bring the stack up with its provider, which is told what to do `at` an address of the engine's host.

    The provider is gone before the network that it is on.
    """
    for name, value in SECRETS.items():
        stack.encrypt(f"secrets.{name}", value)
    stack.up()
    outputs = stack.outputs()
    with upstream(engine, stack, at=at) as provider, httpx.Client(base_url=outputs["gatewayUrl"], timeout=60) as client:
        yield Routed(stack=stack, upstream=provider, client=client, keys=outputs["virtualKeys"])
