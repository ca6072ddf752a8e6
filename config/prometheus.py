"""prometheus.yml: every replica of the proxy, found by DNS, the edge, Prometheus itself, Alertmanager, exporters."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import yaml

from config import alertmanager, certificates, exporters, haproxy
from config.monitoring import MonitoringSettings, seconds

CREDENTIALS_FILE = "/tmp/litellm-key"  # noqa: S108  # a path in the container, in its own memory
"""Where the container holds the virtual key that may read metrics and nothing else."""

RULES_FILE = "/etc/prometheus/rules.yml"
"""Where the container has the alert rules."""

PROXY, EDGE, ITSELF, ALERTMANAGER = "litellm", "edge", "prometheus", "alertmanager"
"""The jobs, by which rules and dashboards tell what was scraped."""


def render(
    settings: MonitoringSettings,
    *,
    stack: str,
    upstream: str,
    upstream_port: int,
    cache: bool = False,
    several_edges: bool = False,
) -> str:
    """Return the content of prometheus.yml; `upstream` is the DNS name that all replicas share.

    `cache` is whether the stack runs a Redis; `several_edges` whether there is one on every host, under one name.
    """
    litellm = {
        "job_name": PROXY,
        # With the trailing slash: without it the proxy answers a redirect.
        "metrics_path": "/metrics/",
        "authorization": {"type": "Bearer", "credentials_file": CREDENTIALS_FILE},
        **_all_of(upstream, upstream_port),
    }
    edge = {
        "job_name": EDGE,
        "metrics_path": haproxy.METRICS_PATH,
        # Without the places that no replica has; HAProxy wants the name without a value, and takes an empty one too.
        "params": {"no-maint": [""]},
        # One that is looked up has its address for its name, which differs after each change of it.
        **(
            _all_of(haproxy.ALIAS, haproxy.STATUS_PORT)
            if several_edges
            else _at(f"{haproxy.ALIAS}:{haproxy.STATUS_PORT}")
        ),
    }
    itself = {"job_name": ITSELF, **_at("127.0.0.1:9090")}
    interval = settings.scrape_interval
    # A scrape that takes longer than ten seconds has failed, whatever the interval.
    timeout = interval if seconds(interval) < 10 else "10s"
    content: dict[str, Any] = {
        "global": {
            "scrape_interval": interval,
            "scrape_timeout": timeout,
            "evaluation_interval": interval,
            # Whoever hears of several stacks has to tell them apart, and would take their alerts for the same ones.
            "external_labels": {"stack": stack},
        },
        "rule_files": [RULES_FILE],
        "scrape_configs": [litellm, edge, itself, *_exporters(settings, cache=cache)],
    }
    if settings.certificates:
        content["scrape_configs"].append(certificates.scraped(settings.certificates))
    addresses = list(settings.alertmanagers)
    if settings.runs_alertmanager:
        addresses.append(alertmanager.ADDRESS)
        content["scrape_configs"].append({"job_name": ALERTMANAGER, **_at(alertmanager.ADDRESS)})
    if addresses:
        content["alerting"] = {"alertmanagers": [_alertmanager(address) for address in addresses]}
    return yaml.safe_dump(content, sort_keys=False)


def _at(address: str) -> dict[str, Any]:
    return {"static_configs": [{"targets": [address]}]}


def _all_of(name: str, port: int) -> dict[str, Any]:
    return {"dns_sd_configs": [{"names": [name], "type": "A", "port": port, "refresh_interval": "5s"}]}


def _exporters(settings: MonitoringSettings, *, cache: bool) -> list[dict[str, Any]]:
    found = exporters.targets(exporters=settings.exporters, cache=cache)
    return [{"job_name": job, **_at(address)} for job, address in found.items()]


def _alertmanager(address: str) -> dict[str, Any]:
    parts = urlsplit(address if "://" in address else f"http://{address}")
    path = {"path_prefix": parts.path} if parts.path else {}
    return {"scheme": parts.scheme, **path, "static_configs": [{"targets": [parts.netloc]}]}
