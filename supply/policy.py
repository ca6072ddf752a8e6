"""The policy pack before an update: what it finds is shown, and a mandatory rule stops it before anything is touched.

`pulumi up --skip-preview` alone would ask the rules that see the whole stack only after the update.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supply import review
from supply.console import Console
from supply.errors import SupplyError
from supply.pulumi import Pulumi

FOLDER = "policy"
"""Where the pack is in the checkout."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What breaks a rule: the rule's name and level, and the message with its mend."""

    rule: str
    level: str
    message: str

    def __str__(self) -> str:
        return f"[{self.level}] {self.rule}: {self.message}"


def pack(pulumi: Pulumi, *, project: str) -> Path | None:
    """Return the pack's folder, or None where the stack's file says that no rule holds."""
    text = (pulumi.checkout / f"Pulumi.{pulumi.stack}.yaml").read_text(encoding="utf-8")
    unprotected = re.search(rf"^\s*{re.escape(project)}:protect:\s*[\"']?false\b", text, re.MULTILINE)
    return None if unprotected and f"{project}:policy" not in text else pulumi.checkout / FOLDER


def options(pulumi: Pulumi, *, project: str) -> tuple[str, ...]:
    """Return the pack as options of `pulumi preview`."""
    folder = pack(pulumi, project=project)
    return ("--policy-pack", str(folder)) if folder else ()


def check(pulumi: Pulumi, *, project: str, console: Console) -> None:
    """Show what breaks a rule. Raises SupplyError where the rule is mandatory, or where the preview fails."""
    folder = pack(pulumi, project=project)
    if folder is None:
        return
    with console.step("Policy") as step:
        # What was changed by hand since is no matter of policy, and the update itself looks at it.
        preview = review.preview(pulumi, review.UNCHANGED_TOO, "--refresh=false", policy_pack=folder)
        found = findings(preview.document["policyEvents"])
        step.outcome = f"{len(found)} to look at" if found else "nothing found"
    for finding in found:
        console.say(f"  {finding}")
    if preview.refused:
        raise SupplyError(
            f"A mandatory rule of stack {pulumi.stack} is broken; nothing was touched",
            mend="Each rule says above how to mend it. Which rules hold here, and how strictly: docs/policy.md",
        )
    preview.succeeded(pulumi)


def findings(events: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Return what the pack found, the mandatory first; its message follows a line that describes the rule."""
    found = {
        Finding(
            rule=event["policyName"],
            level=event["enforcementLevel"],
            message=str(event["message"]).partition("\n")[2].strip(),
        )
        for event in events
    }
    return sorted(found, key=lambda finding: (finding.level != review.MANDATORY, finding.rule, finding.message))
