"""What is wrong with a stack, and what its owner should know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from status.snapshot import Account, Kind, Snapshot

SOON = timedelta(days=7)
"""How long before its end a key is worth a word."""
NEARLY_SPENT = 0.8
"""The share of a budget from which it is worth a word."""


def problems(snapshot: Snapshot) -> list[str]:
    """Return what is unhealthy, each in a sentence; a budget that is spent is not."""
    return [*snapshot.faults, *_unhealthy(snapshot)]


def _unhealthy(snapshot: Snapshot) -> Iterator[str]:
    if snapshot.services == ():
        yield f"stack {snapshot.stack} has no container on this engine: make up STACK={snapshot.stack}"
    if not snapshot.ready:
        yield f"the gateway at {snapshot.gateway_url} does not say that it and its database work"
    for service in snapshot.services or ():
        if not service.healthy:
            yield f"{service.name} is {service.state}: make logs SERVICE={service.component} STACK={snapshot.stack}"
    for target in snapshot.targets:
        if not target.up:
            yield f"Prometheus cannot scrape {target.job} at {target.instance}: {target.error}"


def limited(snapshot: Snapshot) -> list[Account]:
    """Return what has a budget, the one used most first."""
    budgeted = [account for account in snapshot.accounts if account.used is not None]
    return sorted(budgeted, key=lambda account: (-(account.used or 0), account.kind, account.name))


def spenders(snapshot: Snapshot, *, most: int) -> list[Account]:
    """Return who has spent most; the whole proxy is nobody."""
    spent = [account for account in snapshot.accounts if account.spend and account.kind is not Kind.PROXY]
    return sorted(spent, key=lambda account: (-account.spend, account.kind, account.name))[:most]


def expiring(snapshot: Snapshot) -> list[Account]:
    """Return the keys that will expire soon, or did so as long ago at most, the first to end first."""
    ends = ((account.expires, account) for account in snapshot.accounts if account.expires)
    return [account for at, account in sorted(ends, key=lambda end: end[0]) if abs(at - snapshot.taken) <= SOON]
