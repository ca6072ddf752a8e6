"""prometheus.yml: every replica of the proxy, found by DNS, and Prometheus itself."""

from __future__ import annotations

import yaml

CREDENTIALS_FILE = "/tmp/litellm-key"  # noqa: S108  # a path in the container, in its own memory
"""Where the container holds the virtual key that may read metrics and nothing else."""


def render(*, upstream: str, upstream_port: int) -> str:
    """Return the content of prometheus.yml; `upstream` is the DNS name that all replicas share."""
    litellm = {
        "job_name": "litellm",
        # With the trailing slash: without it the proxy answers a redirect.
        "metrics_path": "/metrics/",
        "authorization": {"type": "Bearer", "credentials_file": CREDENTIALS_FILE},
        "dns_sd_configs": [{"names": [upstream], "type": "A", "port": upstream_port, "refresh_interval": "5s"}],
    }
    itself = {"job_name": "prometheus", "static_configs": [{"targets": ["127.0.0.1:9090"]}]}
    settings = {
        "global": {"scrape_interval": "15s", "scrape_timeout": "10s"},
        "scrape_configs": [litellm, itself],
    }
    return yaml.safe_dump(settings, sort_keys=False)
