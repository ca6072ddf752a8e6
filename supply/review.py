"""A preview as a report: for a pull request, and for monitoring where only drift is of interest."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from supply import tool
from supply.errors import SupplyError
from supply.policy_events import NEEDED, listening
from supply.pulumi import Pulumi

UNCHANGED_TOO = "--show-sames"
"""A report needs what does not change as well: who is attached to a budget, who may use a model that is new."""
MANDATORY = "mandatory"
"""The level of a policy that refuses an update (apitype.EnforcementLevel in pulumi/sdk/go)."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What `pulumi preview --json` printed, with the policy pack's findings, and how it ended."""

    document: Mapping[str, Any]
    status: int
    errors: str

    @property
    def refused(self) -> bool:
        """Whether a policy refuses the update; the preview fails then, and is complete all the same."""
        return any(event.get("enforcementLevel") == MANDATORY for event in self.document.get("policyEvents") or ())

    def succeeded(self, pulumi: Pulumi) -> Preview:
        """Return the preview itself, or fail with its own words."""
        if not self.status and self.document.get("steps"):
            return self
        said = [*_errors(self.document), self.errors, pulumi.explain_failure()]
        message = f"The preview of stack {pulumi.stack} failed (exit status {self.status})"
        raise SupplyError(message, mend="\n".join(text for text in said if text))


def review(pulumi: Pulumi, *, policy_pack: Path | None, python: Path, checkout: Path) -> int:
    """Print the report on what `up` would change; 1 where the policy pack refuses it, else 0."""
    found = preview(pulumi, UNCHANGED_TOO, policy_pack=policy_pack)
    status = _report(found if found.refused else found.succeeded(pulumi), python=python, checkout=checkout)
    return status or int(found.refused)


def drift(pulumi: Pulumi, *, python: Path, checkout: Path) -> int:
    """Print the report on drift: 0 where there is none, 3 where there is some, 1 where it cannot be told."""
    found = preview(pulumi, UNCHANGED_TOO, "--refresh").succeeded(pulumi)
    return _report(found, "--drift", python=python, checkout=checkout)


def preview(pulumi: Pulumi, *arguments: str, policy_pack: Path | None = None) -> Preview:
    """Ask for a preview, with the findings of a policy pack if one is given."""
    if policy_pack is None:
        return _preview(pulumi, *arguments)
    # Pulumi leaves findings out of the document, and writes them to the event log alone.
    listened_to = replace(pulumi, environment={**pulumi.environment, **NEEDED})
    with listening() as events:
        options = ("--policy-pack", str(policy_pack.resolve()), "--event-log", str(events.path))
        asked = _preview(listened_to, *arguments, *options)
    return replace(asked, document={**asked.document, "policyEvents": events.found})


def _preview(pulumi: Pulumi, *arguments: str) -> Preview:
    done = subprocess.run(
        ["pulumi", "preview", "--json", *arguments, "--stack", pulumi.stack],
        cwd=pulumi.checkout,
        env=pulumi.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        document: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        document = {}
    return Preview(document=document, status=done.returncode, errors=done.stderr.strip())


def _errors(document: Mapping[str, Any]) -> Sequence[str]:
    """Return the messages of errors; those of other severities may hold anything."""
    return [
        str(diagnostic.get("message", "")).strip()
        for diagnostic in document.get("diagnostics") or ()
        if diagnostic.get("severity") == "error"
    ]


def _report(preview: Preview, *arguments: str, python: Path, checkout: Path) -> int:
    return tool.run("review", *arguments, given=preview.document, python=python, checkout=checkout).returncode
