"""`make restore` and its questions: nothing is replaced unasked, and no passphrase is an argument."""

from __future__ import annotations

import json
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
    {"type": "random:x:RandomPassword", "urn": "urn:p::s::t::secrets-seed", "outputs": {"result": "seed one"}},
    {"type": "random:x:RandomPassword", "urn": "urn:p::s::t::secrets-seed-2", "outputs": {"result": "seed two"}},
    {"type": "random:x:RandomPassword", "urn": "urn:p::s::t::secrets-salt-key", "outputs": {"result": "another"}},
]
ACCESS = {
    "keys": {"lab": {"rotation": 2}, "desk": {"adopt": True}, "plain": None},
    "teams": {"support": {"team_id": "t-1", "adopt": True, "keys": {"helpdesk": {}}}, "research": {}},
    "users": {"alice": {}},
    "budgets": {"small": {"max_budget": 1}},
    "credentials": {"offline": {"adopt": True}},
    "customers": {"c": {}},
    "keyGroups": {"course": {"fields": {}, "keys": {"ada": {}}}, "empty": "not a mapping"},
}


class RecordedPulumi(Pulumi):
    def resources_in_clear(self) -> list[dict[str, Any]]:
        return RESOURCES if self.stack == "prod" else []

    def ask(self, *_: str, what: str) -> str:  # noqa: ARG002
        return json.dumps({"gateway:access": {"objectValue": ACCESS}})


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
    assert (call["passphrases"], call["confirmed"]) == ([passphrase], confirmed)
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


def test_u06_a_restore_is_told_of_all_that_the_config_declares_and_of_every_seed(asked: list[dict[str, Any]]) -> None:
    restore({})
    [call] = asked
    assert call["seeds"] == ["seed one", "seed two"]
    assert call["section"] == "gateway:access"
    found = {(each["kind"], each["id"], each["path"], each["adopt"]) for each in call["declared"]}
    assert found == {
        ("key", "lab", "keys.lab", False),
        ("key", "desk", "keys.desk", True),
        ("key", "plain", "keys.plain", False),
        ("key", "helpdesk", "teams.support.keys.helpdesk", False),
        ("team", "t-1", "teams.support", True),
        ("team", "research", "teams.research", False),
        ("user", "alice", "users.alice", False),
        ("budget", "small", "budgets.small", False),
        ("credential", "offline", "credentials.offline", True),
        ("group key", "ada", "keyGroups.course.keys.ada", False),
    }
