"""`make restore` and its questions: nothing is replaced unasked, and no passphrase is an argument."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from supply import backups
from supply.errors import SupplyError
from supply.pulumi import Pulumi

OUTPUTS = {"passphrase": "the stack's own"}
RESOURCES = [
    {"type": "pulumi-python:dynamic/backup:Backup", "outputs": OUTPUTS},
    {"type": "pulumi-python:dynamic/engine:Job", "inputs": {"command": ["new"]}, "outputs": {"command": ["old"]}},
    {"type": "pulumi-python:dynamic/ciphertext:SaltKey", "outputs": {"salt_key": "that of the rows"}},
]


class RecordedPulumi(Pulumi):
    def resources_in_clear(self) -> list[dict[str, Any]]:
        return RESOURCES if self.stack == "prod" else []


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []

    def run(command: str, given: dict[str, Any], **_: Any) -> str:
        calls.append({"command": command, **given})
        return "/backups/file\n"

    monkeypatch.setattr(backups, "_run", run)
    return calls


def restore(environment: dict[str, str], *, stack: str = "prod") -> None:
    pulumi = RecordedPulumi(environment={}, checkout=Path(), stack=stack)
    backups.restore(
        pulumi, Path("/file"), project="gateway", python=Path("python"), environment=environment, ask=lambda _: "typed"
    )


@pytest.mark.parametrize(
    ("environment", "terminal", "passphrase", "confirmed"),
    [
        ({}, False, "the stack's own", False),
        ({}, True, "typed", False),
        ({"LITELLM_BACKUP_PASSPHRASE": "given"}, True, "given", False),
        ({"CONFIRM": "prod"}, False, "the stack's own", True),
    ],
)
def test_passphrase_and_consent(
    asked: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    terminal: bool,
    passphrase: str,
    confirmed: bool,
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: terminal)
    restore(environment)
    [call] = asked
    assert (call["command"], call["label"], call["file"]) == ("restore", "gateway/prod", "/file")
    assert (call["passphrase"], call["confirmed"]) == (passphrase, confirmed)
    assert call["migration"] == {"command": ["new"]}, "with the password of now, not that of the job's last run"


def test_consent_for_another_stack_is_refused(asked: list[dict[str, Any]]) -> None:
    with pytest.raises(SupplyError, match="CONFIRM is 'dev', and the stack is 'prod'"):
        restore({"CONFIRM": "dev"})
    assert asked == []


def test_a_stack_that_is_not_up_is_refused(asked: list[dict[str, Any]]) -> None:
    with pytest.raises(SupplyError, match="Stack dev is not up"):
        restore({}, stack="dev")
    assert asked == []


def test_a_backup_is_its_file(asked: list[dict[str, Any]]) -> None:
    pulumi = RecordedPulumi(environment={}, checkout=Path(), stack="prod")
    assert backups.take(pulumi, python=Path("python")) == "/backups/file"
    assert asked[0]["backup"] == OUTPUTS
    assert asked[0]["salt_key"] == "that of the rows"
