"""Grafana as the stack runs it: its settings, and the files by which it finds Prometheus and the dashboards.

It keeps nothing and asks nobody to log in: it shows, read-only, what the stack's Prometheus tells anybody as well.
Environment variables are those of its configuration (conf/defaults.ini in Grafana's sources, GF_<SECTION>_<NAME>).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

FOLDER = Path(__file__).parents[1] / "dashboards" / "json"
"""The dashboards, as `make dashboards` wrote them."""

PORT = 3000
PROVISIONING = "/etc/grafana/provisioning"
DASHBOARDS = "/etc/grafana/dashboards"
"""Where the container has the dashboards; a folder of the container's that nothing else is in."""
HOME = f"{DASHBOARDS}/stack.json"
DATA, LOGS = "/var/lib/grafana", "/var/log/grafana"
"""Folders that Grafana writes to (GF_PATHS_DATA and GF_PATHS_LOGS in the official image)."""

ENVIRONMENT: Mapping[str, str] = {
    "GF_AUTH_ANONYMOUS_ENABLED": "true",
    "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
    # Nobody can be anybody else: there is no admin whose password could be guessed.
    "GF_AUTH_BASIC_ENABLED": "false",
    "GF_AUTH_DISABLE_LOGIN_FORM": "true",
    "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true",
    "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": HOME,
    # It asks nothing of the internet.
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
    "GF_NEWS_NEWS_FEED_ENABLED": "false",
    "GF_PLUGINS_PREINSTALL_DISABLED": "true",
    "GF_SECURITY_DISABLE_GRAVATAR": "true",
}


class GrafanaSettings(BaseModel):
    """Whether the stack runs a Grafana; ports, memory and images have its other settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = False


def datasource(*, prometheus_url: str, scrape_interval: str) -> str:
    """Return the provisioning file that names Prometheus, as Grafana's container reaches it."""
    source = {
        "name": "Prometheus",
        "type": "prometheus",
        "access": "proxy",
        "url": prometheus_url,
        "isDefault": True,
        "editable": False,
        # $__rate_interval is four of them, so that each point has something to be a rate of.
        "jsonData": {"timeInterval": scrape_interval},
    }
    return yaml.safe_dump({"apiVersion": 1, "datasources": [source]}, sort_keys=False)


def provider() -> str:
    """Return the provisioning file that names the folder of the dashboards."""
    folder = {
        "name": "litellm-stack",
        "type": "file",
        "allowUiUpdates": False,
        "disableDeletion": True,
        "options": {"path": DASHBOARDS},
    }
    return yaml.safe_dump({"apiVersion": 1, "providers": [folder]}, sort_keys=False)


def dashboards() -> dict[str, str]:
    """Return the content of each dashboard by its file's name."""
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.json"))}
