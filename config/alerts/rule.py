"""One alert rule, and the words that rules are written in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

RUNBOOK = "docs/operations.md"
"""Where each alert has a section of its own, with what it means and the first step."""


_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
"""What has a meaning in a regular expression of Go's."""


class Severity(StrEnum):
    """How soon somebody should look: now, or in working hours."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """An alert: `expression` is PromQL for what is wrong, and it fires once that is so for `lasting`.

    It goes on for `kept` after that is over (`keep_firing_for`, Prometheus 2.42). `summary` names the thing, in
    Prometheus's templates: `{{ $labels.model }}`.
    """

    alert: str
    expression: str
    severity: Severity
    summary: str
    lasting: str = "0s"
    kept: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    def rendered(self) -> dict[str, Any]:
        """Return the rule as it stands in rules.yml."""
        return {
            "alert": self.alert,
            "expr": self.expression,
            "for": self.lasting,
            **({"keep_firing_for": self.kept} if self.kept else {}),
            "labels": {"severity": str(self.severity), **self.labels},
            "annotations": {"summary": self.summary, "runbook": f"{RUNBOOK}#{self.alert.lower()}"},
        }


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A rule whose result Prometheus keeps as the metric `record`, for the rules after it in its group."""

    record: str
    expression: str

    def rendered(self) -> dict[str, Any]:
        """Return the rule as it stands in rules.yml."""
        return {"record": self.record, "expr": self.expression}


def one_of(values: Iterable[str]) -> str:
    """Return a PromQL string for `=~` that matches exactly these values."""
    expression = "|".join(_SPECIAL.sub(r"\\\g<0>", value) for value in values)
    # PromQL's strings have Go's escapes, and JSON's are among them.
    return json.dumps(expression, ensure_ascii=False)


def until(ends: str, ended: str) -> str:
    """Return a template for the seconds that are left until something `ends`; below zero it has `ended`."""
    return f"{{{{ if gt $value 0.0 }}}}{ends} in {{{{ $value | humanizeDuration }}}}{{{{ else }}}}{ended}{{{{ end }}}}"


def literal(text: str) -> str:
    """Return a text that Prometheus's templates leave as it is."""
    return text.replace("{{", '{{ "{{" }}')
