"""When `make` asks the policy pack, and what it makes of the answer."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from supply import policy
from supply.console import Console
from supply.errors import SupplyError
from supply.pulumi import Pulumi

FOUND = {"policyName": "limitedKeys", "message": "Every key ...\nvirtual key 'a' can spend\n"}
FAKE = """#!/bin/sh
test "$1" = preview || exit 1
echo "$*" > "{folder}/asked"
while [ "$1" != --event-log ]; do shift; done
cat "{folder}/events" > "$2"
cat "{folder}/document"
exit {status}
"""


def prod(tmp_path: Path) -> Pulumi:
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    return Pulumi(environment=environment, checkout=tmp_path, stack="prod")


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
    (tmp_path / "Pulumi.prod.yaml").write_text(content)
    expected = ("--policy-pack", str(tmp_path / "policy")) if asked else ()
    assert policy.options(prod(tmp_path), project="p") == expected


def check(tmp_path: Path, *levels: str, status: int = 0, document: dict[str, Any] | None = None) -> str:
    """Check with a `pulumi` that finds something at these levels, and return what the user sees."""
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")
    events = [{"policyEvent": {**FOUND, "enforcementLevel": level}} for level in levels]
    (tmp_path / "events").write_text("".join(f"{json.dumps(event)}\n" for event in events))
    (tmp_path / "document").write_text(json.dumps(document or {"steps": [{"op": "same"}]}))
    (tmp_path / "pulumi").write_text(FAKE.format(folder=tmp_path, status=status))
    (tmp_path / "pulumi").chmod(0o755)
    shown = tmp_path / "shown"
    with shown.open("w") as stream:
        policy.check(prod(tmp_path), project="p", console=Console(stream))
    return shown.read_text()


def test_an_advisory_rule_is_shown_and_stops_nothing(tmp_path: Path) -> None:
    assert "[advisory] limitedKeys: virtual key 'a' can spend\n" in check(tmp_path, "advisory")
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith(f"preview --json --show-sames --refresh=false --policy-pack {tmp_path}/policy --event-log ")
    assert asked.endswith(" --stack prod\n")


def test_nothing_found_is_said(tmp_path: Path) -> None:
    assert "nothing found" in check(tmp_path)


def test_a_mandatory_rule_stops_the_update(tmp_path: Path) -> None:
    with pytest.raises(SupplyError, match="A mandatory rule of stack prod is broken; nothing was touched"):
        check(tmp_path, "mandatory", status=255)


def test_a_preview_that_fails_for_another_reason_says_which(tmp_path: Path) -> None:
    said = {"diagnostics": [{"severity": "error", "message": "the stack config has 1 mistake\n"}]}
    with pytest.raises(SupplyError, match="The preview of stack prod failed") as raised:
        check(tmp_path, "advisory", status=1, document=said)
    assert raised.value.mend.startswith("the stack config has 1 mistake")


def test_mandatory_findings_come_first_and_each_once() -> None:
    events = [
        {"policyName": name, "message": "d\nm", "enforcementLevel": level}
        for name, level in (("a", "advisory"), ("b", "mandatory"), ("a", "advisory"))
    ]
    assert [str(finding) for finding in policy.findings(events)] == ["[mandatory] b: m", "[advisory] a: m"]
