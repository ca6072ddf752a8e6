"""A stack read whole. What cannot be read is said and leaves the rest as it is: that is when somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

import httpx

from engine.api import EngineError
from litellm_admin.api.client import AdminClient
from litellm_admin.api.errors import AdminError
from status import accounts, prices, services, traffic
from status.prometheus import Prometheus, PrometheusError
from status.snapshot import Snapshot

_READY_SECONDS = 10
"""The proxy waits 5 s for its database before it answers that there is none."""
_PATIENCE = 2

Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Where a stack is read: `label` is its containers' (project/stack), `token` an admin key of its proxy."""

    name: str
    label: str
    gateway_url: str
    prometheus_url: str
    token: str = field(repr=False)


def gather(stack: Stack) -> Snapshot:
    """Return what the stack is like now."""
    client = AdminClient(stack.gateway_url, token=stack.token, patience=_PATIENCE)
    prometheus = Prometheus(stack.prometheus_url)
    with ThreadPoolExecutor() as pool:
        ready = pool.submit(_is_ready, stack.gateway_url)
        containers = pool.submit(_attempt, lambda: services.read(stack.label))
        spending = pool.submit(_attempt, lambda: accounts.read(client))
        scraped = pool.submit(_attempt, lambda: tuple(prometheus.targets()))
        models = pool.submit(_attempt, lambda: traffic.read(prometheus))
        free = pool.submit(_attempt, lambda: prices.read(client))
        faults = [future.result().fault for future in (containers, spending, scraped, models, free)]
        return Snapshot(
            stack=stack.name,
            taken=datetime.now(UTC),
            gateway_url=stack.gateway_url,
            ready=ready.result(),
            services=None if containers.result().fault else containers.result().found,
            accounts=spending.result().found,
            targets=scraped.result().found,
            traffic=models.result().found,
            unpriced=free.result().found,
            # A Prometheus that does not answer is told once, not by each of its readers.
            faults=tuple(dict.fromkeys(fault for fault in faults if fault)),
        )


@dataclass(frozen=True, kw_only=True)
class _Attempt(Generic[Found]):
    found: tuple[Found, ...] = ()
    fault: str = ""


def _attempt(read: Callable[[], tuple[Found, ...]]) -> _Attempt[Found]:
    try:
        return _Attempt(found=read())
    except (AdminError, EngineError, PrometheusError) as error:
        return _Attempt(fault=str(error))


def _is_ready(url: str) -> bool:
    """Whether the gateway answers that it and its database work (/health/readiness needs no key)."""
    try:
        answer = httpx.get(f"{url}/health/readiness", timeout=_READY_SECONDS, trust_env=False)
        return answer.is_success and answer.json().get("db") == "connected"
    except (httpx.HTTPError, ValueError):
        return False
