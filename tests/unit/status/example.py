"""A stack with something of everything that `make status` shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from status.snapshot import Account, Kind, Service, Snapshot, Target, Traffic

NOW = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)
MIDNIGHT = NOW + timedelta(hours=2)


def healthy() -> Snapshot:
    return Snapshot(
        stack="prod",
        taken=NOW,
        gateway_url="http://127.0.0.1:4000",
        ready=True,
        services=(
            _service("database", "database", started=timedelta(days=3)),
            _service("edge", "edge", started=timedelta(minutes=4)),
            _service("proxy", "proxy-4e8f0e38-0", started=timedelta(seconds=40), restarts=1),
            _service("proxy", "proxy-4e8f0e38-1", started=timedelta(seconds=41)),
        ),
        accounts=(
            Account(kind=Kind.PROXY, name="the whole proxy", spend=1.4092, limit=5.0, resets=MIDNIGHT),
            Account(kind=Kind.TEAM, name="support", spend=17.5, limit=20.0, resets=NOW + timedelta(days=5)),
            Account(kind=Kind.KEY, name="chat-app", spend=0.25, limit=1.0, resets=MIDNIGHT),
            Account(kind=Kind.KEY, name="helpdesk", spend=17.5),
            Account(kind=Kind.KEY, name="trial", spend=0.00000004, limit=0.0005, expires=NOW + timedelta(days=2)),
            Account(kind=Kind.KEY, name="chat-app~bbee3050b72a", spend=0.5, expires=NOW - timedelta(hours=3)),
            Account(kind=Kind.KEY, name="long gone", spend=0.0, expires=NOW - timedelta(days=8)),
            Account(kind=Kind.KEY, name="yearly", spend=0.0, expires=NOW + timedelta(days=300)),
            Account(kind=Kind.KEY, name="leaked", spend=0.0, limit=1.0, blocked=True),
            Account(kind=Kind.CUSTOMER, name="[red]acme\x1b[2J", spend=0.000026, limit=0.00002, resets=MIDNIGHT),
            Account(kind=Kind.CUSTOMER, name="shut-out", spend=0.0, limit=0.0),
        ),
        targets=(
            Target(job="edge", instance="gateway:8404", up=True),
            Target(job="litellm", instance="172.19.0.5:4000", up=True),
            Target(job="litellm", instance="172.19.0.6:4000", up=True),
        ),
        traffic=(
            Traffic(model="chat", requests=12_345, failures=11, tokens=861_000, latency=0.4931),
            Traffic(model="slow", requests=5, failures=0, tokens=155, latency=4.8),
            Traffic(model="unknown", requests=1, failures=1, tokens=0, latency=None),
        ),
        unpriced=("acme", "house\x1b[2J"),
    )


def _service(component: str, name: str, *, started: timedelta, restarts: int = 0) -> Service:
    name = f"litellm-stack-prod-{name}"
    return Service(component=component, name=name, state="healthy", started=NOW - started, restarts=restarts)
