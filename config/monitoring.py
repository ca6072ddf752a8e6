"""The `monitoring` section: how long Prometheus keeps what it scrapes, where alerts go, and when they fire."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from config.section import Section

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_DURATION = re.compile(r"([1-9][0-9]*)(ms|s|m|h|d|w|y)")
_ADDRESS = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):(?P<port>[0-9]{1,5})(?P<path>/\S*)?"
)

_URL = re.compile(r"https?://[^\s/?#]+\S*")

WEBHOOKS = ("webhook", "slackWebhook")
"""The settings that are secret: who knows such an address can post there."""


def seconds(duration: str) -> float:
    """Return the length of one of Prometheus's durations, in seconds."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError("is no duration of Prometheus's: write a whole number and a unit, as in 15s, 12h, 30d or 1y")
    return int(match[1]) * _SECONDS[match[2]]


def _span(value: str) -> str:
    seconds(value)
    return value


def _interval(value: str) -> str:
    if not 1 <= seconds(value) <= 120:
        raise ValueError("is not between 1s and 2m: Prometheus forgets a value after five minutes, and alerts with it")
    return value


def _is_address(match: re.Match[str] | None) -> bool:
    if match is None or not 1 <= int(match["port"]) <= 65_535 or not match.string.isprintable():
        return False
    try:
        return not match["host"].startswith("[") or bool(ipaddress.IPv6Address(match["host"].strip("[]")))
    except ValueError:
        return False


def _alertmanager(value: str) -> str:
    if not _is_address(_ADDRESS.fullmatch(value)):
        raise ValueError("is no address: write host:port, or http://host:port/path as the container reaches it")
    return value


def _tls(value: str) -> str:
    match = _ADDRESS.fullmatch(value)
    if match is None or not _is_address(match) or match["scheme"] or match["path"]:
        raise ValueError("is no address: write host:port, such as gateway.example.com:443")
    return value


def _url(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    if _URL.fullmatch(url) is None or not url.isprintable():
        raise ValueError("is no address: it begins with https:// or http://, and has no spaces")
    return value


Span = Annotated[str, AfterValidator(_span)]
Interval = Annotated[str, AfterValidator(_interval)]
Alertmanager = Annotated[str, AfterValidator(_alertmanager)]
TlsAddress = Annotated[str, AfterValidator(_tls)]
Webhook = Annotated[SecretStr, AfterValidator(_url)]


class MonitoringSettings(Section):
    """What the stack's Prometheus does. Its memory limit is `memory.prometheus`, its port `ports.prometheus`."""

    retention: Span = "30d"
    """How long Prometheus keeps what it scraped; whichever of this and `retentionSize` is reached first counts."""
    retention_size: Annotated[str, Field(pattern=r"^[1-9][0-9]*(MB|GB|TB)$")] = "4GB"
    """How much of the volume that may take."""
    scrape_interval: Interval = "15s"
    """How often Prometheus reads everything, and looks at the alerts."""
    alertmanagers: tuple[Alertmanager, ...] = ()
    """Where alerts are sent: Alertmanagers, or anything that takes `POST /api/v2/alerts` as they do."""
    webhook: Webhook | None = None
    """Where an Alertmanager of the stack's own posts alerts, as its JSON."""
    slack_webhook: Webhook | None = None
    """An incoming webhook of Slack, or of what takes the same; an Alertmanager of the stack's own posts there."""
    exporters: bool = False
    """Whether exporters tell Prometheus of the inside of Postgres and of the stack's Redis."""
    certificates: tuple[TlsAddress, ...] = ()
    """Addresses (host:port) whose TLS certificate should not end unnoticed: what stands before the gateway."""
    error_rate: Annotated[float, Field(gt=0, lt=1)] = 0.05
    """The share of requests that may fail for five minutes, of all and of each model, before an alert says so."""
    slow_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 30
    """How long the slowest twentieth of a model's answers may take, in seconds."""

    @property
    def runs_alertmanager(self) -> bool:
        """Tell whether the stack runs an Alertmanager: where it has somebody to tell."""
        return bool(self.webhook or self.slack_webhook)
