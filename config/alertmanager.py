"""alertmanager.yml: which alerts are told together, how often, and to whom.

Addresses are secrets, so they are in none of it: Alertmanager reads each from a file (url_file, api_url_file).
"""

from __future__ import annotations

from typing import Any

import yaml

from config.alerts.rule import Severity
from config.monitoring import MonitoringSettings

ALIAS, PORT = "alertmanager", 9093
ADDRESS = f"{ALIAS}:{PORT}"
"""Where the stack's network has it."""

WEBHOOK_FILE, SLACK_FILE = "/tmp/webhook", "/tmp/slack-webhook"  # noqa: S108  # paths in the container, in its memory
"""Where the container holds the addresses."""

_HOLDERS = ["budget_of", "period", "api_key_alias", "team", "user", "end_user"]
"""The labels that alerts on one budget have in common."""

_TEXT = '{{ range .Alerts }}{{ if eq .Status "resolved" }}over: {{ end }}{{ .Annotations.summary }}\n{{ end }}'


def render(settings: MonitoringSettings) -> str:
    """Return the content of alertmanager.yml for those receivers that have an address."""
    urgent = {
        "matchers": [f'severity="{Severity.CRITICAL}"'],
        "group_wait": "10s",
        "group_interval": "1m",
        "repeat_interval": "1h",
    }
    route = {
        "receiver": "everybody",
        "group_by": ["stack", "alertname"],
        "group_wait": "30s",
        "group_interval": "5m",
        "repeat_interval": "12h",
        "routes": [urgent],
    }
    receiver: dict[str, Any] = {"name": "everybody"}
    if settings.webhook:
        receiver["webhook_configs"] = [{"url_file": WEBHOOK_FILE, "send_resolved": True}]
    if settings.slack_webhook:
        receiver["slack_configs"] = [_slack()]
    content = {"route": route, "inhibit_rules": _implied(), "receivers": [receiver]}
    return yaml.safe_dump(content, sort_keys=False, width=1000)


def _slack() -> dict[str, Any]:
    return {
        "api_url_file": SLACK_FILE,
        "send_resolved": True,
        "title": "{{ .CommonLabels.stack }}: {{ .CommonLabels.alertname }} ({{ .CommonLabels.severity }})",
        # Nobody outside the stack's network reaches the Alertmanager that it would lead to.
        "title_link": "",
        "text": _TEXT,
    }


def _implied() -> list[dict[str, Any]]:
    """Return which alerts are not told while another one says it all."""
    return [
        {
            "source_matchers": ["alertname=BudgetSpent"],
            "target_matchers": ["alertname=~BudgetNearlySpent|BudgetOnCourseToBeSpent"],
            "equal": ["stack", *_HOLDERS],
        },
        {
            "source_matchers": ["alertname=DatabaseUnreachable"],
            "target_matchers": ["alertname=~NoReplica|ReplicaDown|RequestsFail|MetricsMissing|SpendNotWritten"],
            "equal": ["stack"],
        },
    ]
