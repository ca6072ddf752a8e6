"""Certificates that end: the addresses in `monitoring.certificates`, at which the blackbox exporter looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

JOB = "certificate"
ALIAS, PORT = "blackbox-exporter", 9115
"""Where Prometheus finds the exporter."""

_MODULE = "certificate"


def render() -> str:
    """Return the exporter's configuration: it opens a TLS connection and asks nothing.

    Whether somebody trusts the certificate is not what is looked at: a company's own authority is not known here.
    """
    tcp = {"tls": True, "tls_config": {"insecure_skip_verify": True}}
    return yaml.safe_dump({"modules": {_MODULE: {"prober": "tcp", "timeout": "5s", "tcp": tcp}}}, sort_keys=False)


def scraped(addresses: Sequence[str]) -> dict[str, Any]:
    """Return Prometheus's job for these addresses (host:port), which become the label `instance`."""
    return {
        "job_name": JOB,
        "metrics_path": "/probe",
        "params": {"module": [_MODULE]},
        # Certificates do not change by the second, and who is looked at may be far away.
        "scrape_interval": "1m",
        "static_configs": [{"targets": list(addresses)}],
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__address__"], "target_label": "instance"},
            {"target_label": "__address__", "replacement": f"{ALIAS}:{PORT}"},
        ],
    }
