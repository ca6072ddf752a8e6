"""The policy pack before an update: what it finds is shown, and a mandatory rule stops it before anything is touched.

`pulumi up --skip-preview` alone would ask the rules that see the whole stack only after the update.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supply.console import Console
from supply.errors import SupplyError
from supply.pulumi import Pulumi

FOLDER = "policy"
PACK = ("--policy-pack", FOLDER)
MANDATORY = "mandatory"
_STREAM = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
"""Makes `preview --json` print the engine's events, one a line, among them what the pack found."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What breaks a rule: the rule's name and level, and the message with its mend."""

    rule: str
    level: str
    message: str

    def __str__(self) -> str:
        return f"[{self.level}] {self.rule}: {self.message}"


def options(file: Path, *, project: str) -> tuple[str, ...]:
    """Return the pack as options of `pulumi preview`; none where the stack's file says that no rule holds."""
    text = file.read_text(encoding="utf-8")
    unprotected = re.search(rf"^\s*{re.escape(project)}:protect:\s*[\"']?false\b", text, re.MULTILINE)
    return () if unprotected and f"{project}:policy" not in text else PACK


def check(pulumi: Pulumi, *, project: str, console: Console) -> None:
    """Show what breaks a rule. Raises SupplyError where the rule is mandatory, or where the preview fails."""
    pack = options(pulumi.checkout / f"Pulumi.{pulumi.stack}.yaml", project=project)
    if not pack:
        return
    with console.step("Policy") as step:
        # What was changed by hand since is no matter of policy, and the update itself looks at it.
        command = ["pulumi", "preview", "--json", "--refresh=false", *pack, "--stack", pulumi.stack]
        result = subprocess.run(
            command,
            cwd=pulumi.checkout,
            env={**pulumi.environment, **_STREAM},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        events = list(_events(result.stdout))
        found = findings(events)
        step.outcome = f"{len(found)} to look at" if found else "nothing found"
    for finding in found:
        console.say(f"  {finding}")
    if any(finding.level == MANDATORY for finding in found):
        raise SupplyError(
            f"A mandatory rule of stack {pulumi.stack} is broken; nothing was touched",
            mend="Each rule says above how to mend it. Which rules hold here, and how strictly: docs/policy.md",
        )
    if result.returncode:
        raise SupplyError("The preview failed; nothing was touched", mend=errors(events) or result.stderr.strip())


def findings(events: list[dict[str, Any]]) -> list[Finding]:
    """Return what the pack found, the mandatory first; its message follows a line that describes the rule."""
    found = [
        Finding(
            rule=event["policyName"],
            level=event["enforcementLevel"],
            message=str(event["message"]).partition("\n")[2].strip(),
        )
        for event in _named(events, "policyEvent")
    ]
    return sorted(set(found), key=lambda finding: (finding.level != MANDATORY, finding.rule, finding.message))


def errors(events: list[dict[str, Any]]) -> str:
    """Return what the engine and the program say about a preview that failed."""
    said = (event for event in _named(events, "diagnosticEvent") if event.get("severity") == "error")
    return "\n".join(dict.fromkeys(str(event["message"]).strip() for event in said))


def _events(output: str) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            # What a plugin prints by itself.
            continue
        if isinstance(event, dict):
            yield event


def _named(events: list[dict[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    return (event[name] for event in events if isinstance(event.get(name), dict))
