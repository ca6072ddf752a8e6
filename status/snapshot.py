"""What is known of a stack at one moment. Amounts are in US dollars; no value of a key is in here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What spends money on the proxy."""

    KEY = "key"
    TEAM = "team"
    CUSTOMER = "customer"
    PROXY = "proxy"


@dataclass(frozen=True, kw_only=True)
class Account:
    """A virtual key, team or customer, or the whole proxy, with what it has spent since its budget was last reset.

    limit: None where nothing limits it. resets: when spend starts at zero again. expires: when a key ends.
    """

    kind: Kind
    name: str
    spend: float
    limit: float | None = None
    resets: datetime | None = None
    expires: datetime | None = None
    blocked: bool = False

    @property
    def used(self) -> float | None:
        """The share of the budget that is spent, 1 for all of it; None without a budget."""
        if self.limit is None:
            return None
        return self.spend / self.limit if self.limit > 0 else 1.0


@dataclass(frozen=True, kw_only=True)
class Service:
    """A container of the stack, or a task of a Swarm, whose name ends with that of its node.

    state: `healthy`, or the engine's word for what it is instead (`starting`, `unhealthy`, `exited`); `running` for one
    without a health check.
    """

    component: str
    name: str
    state: str
    started: datetime | None
    restarts: int

    @property
    def healthy(self) -> bool:
        """Whether it does what it is there for."""
        return self.state in ("healthy", "running")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Something that Prometheus scrapes."""

    job: str
    instance: str
    up: bool
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What a model did in the last hour; latency is what callers waited at the 95th percentile, in seconds."""

    model: str
    requests: float
    failures: float
    tokens: float
    latency: float | None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One stack at one moment.

    ready: whether the gateway says that it and its database work. services: None where the engine could not be read.
    unpriced: models whose requests cost nothing, because LiteLLM knows no price for them.
    faults: what could not be read, and why.
    """

    stack: str
    taken: datetime
    gateway_url: str
    ready: bool
    services: tuple[Service, ...] | None = None
    accounts: tuple[Account, ...] = ()
    targets: tuple[Target, ...] = ()
    traffic: tuple[Traffic, ...] = ()
    unpriced: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
