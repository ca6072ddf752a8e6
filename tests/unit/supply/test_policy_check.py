"""When `make` asks the policy pack, and what it makes of the answer."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from supply import policy
from supply.console import Console
from supply.errors import SupplyError
from supply.pulumi import Pulumi

FOUND = {"policyName": "limitedKeys", "message": "Every key ...\nvirtual key 'a' can spend\n"}


@pytest.mark.parametrize(
    ("content", "asked"),
    [
        ("config:\n  p:protect: false\n", False),
        ('config:\n  p:protect: "false"\n', False),
        ("config:\n  p:protect: true\n", True),
        ("config: {}\n", True),
        ("config:\n  # p:protect: false\n", True),
        ("config:\n  p:protect: falsehood\n", True),
        ("config:\n  p:protect: false\n  p:policy:\n    limitedKeys: mandatory\n", True),
    ],
)
def test_an_unprotected_stack_without_rules_of_its_own_is_not_slowed_down(
    content: str, asked: bool, tmp_path: Path
) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(content)
    assert policy.options(file, project="p") == (policy.PACK if asked else ())


def check(tmp_path: Path, *events: object, status: int = 0) -> str:
    """Check with a `pulumi` that prints these events, and return what the user sees."""
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")
    said = tmp_path / "said"
    said.write_text("not an event\n" + "\n".join(map(json.dumps, events)))
    command = tmp_path / "pulumi"
    command.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ncat {said}\nexit {status}\n')
    command.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    shown = tmp_path / "shown"
    with shown.open("w") as stream:
        pulumi = Pulumi(environment=environment, checkout=tmp_path, stack="prod")
        policy.check(pulumi, project="p", console=Console(stream))
    return shown.read_text()


def test_an_advisory_rule_is_shown_and_stops_nothing(tmp_path: Path) -> None:
    shown = check(tmp_path, {"policyEvent": {**FOUND, "enforcementLevel": "advisory"}})
    assert "[advisory] limitedKeys: virtual key 'a' can spend\n" in shown
    assert (tmp_path / "asked").read_text().split() == (
        ["preview", "--json", "--refresh=false", "--policy-pack", "policy", "--stack", "prod"]
    )


def test_nothing_found_is_said(tmp_path: Path) -> None:
    assert "nothing found" in check(tmp_path, {"resourcePreEvent": {}}, "text", 3)


def test_a_mandatory_rule_stops_the_update(tmp_path: Path) -> None:
    with pytest.raises(SupplyError, match="A mandatory rule of stack prod is broken; nothing was touched"):
        check(tmp_path, {"policyEvent": {**FOUND, "enforcementLevel": "mandatory"}}, status=255)


def test_a_preview_that_fails_for_another_reason_says_which(tmp_path: Path) -> None:
    with pytest.raises(SupplyError, match="The preview failed") as raised:
        check(
            tmp_path,
            {"diagnosticEvent": {"severity": "error", "message": "the stack config has 1 mistake\n"}},
            status=1,
        )
    assert raised.value.mend == "the stack config has 1 mistake"


def test_mandatory_findings_come_first_and_each_once() -> None:
    events = [
        {"policyEvent": {"policyName": name, "message": "d\nm", "enforcementLevel": level}}
        for name, level in (("a", "advisory"), ("b", "mandatory"), ("a", "advisory"))
    ]
    assert [str(finding) for finding in policy.findings(events)] == ["[mandatory] b: m", "[advisory] a: m"]
