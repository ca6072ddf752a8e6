"""Which stack is meant, and whether somebody else is at it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import ClassVar

import pytest

from supply import stack, teardown
from supply.console import Console
from supply.errors import SupplyError
from supply.folders import Folders
from supply.pulumi import Pulumi


def test_a_stack_without_a_file_is_named_with_those_that_have_one(tmp_path: Path) -> None:
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yml"):
        (tmp_path / name).write_text("name: x\n")
    stack.check_declared(tmp_path, "dev")
    with pytest.raises(SupplyError, match=r"no Pulumi.tset.yaml") as caught:
        stack.check_declared(tmp_path, "tset")
    assert "dev, prod" in caught.value.mend


@pytest.mark.parametrize("line", ["name: gateway", 'name: "gateway"', "name: gateway # ours"])
def test_the_project_name(line: str, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(f"runtime: python\n{line}\n")
    assert stack.project_name(tmp_path) == "gateway"


def write_lock(state: Path, *, host: str, pid: int) -> None:
    folder = state / ".pulumi" / "locks" / "organization" / "gateway" / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    content = {"pid": pid, "username": "ann", "hostname": host, "timestamp": "2026-11-24T05:00:00Z"}
    (folder / f"{pid}.json").write_text(json.dumps(content))


def gone_process() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_a_lock_is_stale_where_its_process_is_gone_from_this_host(tmp_path: Path) -> None:
    write_lock(tmp_path, host=socket.gethostname(), pid=gone_process())
    write_lock(tmp_path, host=socket.gethostname(), pid=os.getpid())
    write_lock(tmp_path, host="elsewhere", pid=gone_process() + 1)
    found = stack.locks(tmp_path, project="gateway", stack="dev")
    assert sorted((lock.host == "elsewhere", lock.pid == os.getpid(), lock.is_stale) for lock in found) == [
        (False, False, True),
        (False, True, False),
        (True, False, False),
    ]


def test_a_held_lock_is_refused_with_its_holder(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: gateway\n")
    write_lock(tmp_path, host=socket.gethostname(), pid=os.getpid())
    pulumi = Pulumi(environment={"PULUMI_BACKEND_URL": f"file://{tmp_path}"}, checkout=tmp_path, stack="dev")
    with pytest.raises(SupplyError, match=rf"ann on .*process {os.getpid()}") as caught:
        stack.release_stale_lock(pulumi)
    assert "pulumi cancel --stack dev" in caught.value.mend


def test_another_backend_keeps_its_own_locks(tmp_path: Path) -> None:
    pulumi = Pulumi(environment={"PULUMI_BACKEND_URL": "s3://bucket"}, checkout=tmp_path, stack="dev")
    assert stack.release_stale_lock(pulumi) == ""


VOLUME = {
    "urn": "urn:pulumi:prod::gateway::pulumi-python:dynamic/engine:Volume::database-data",
    "type": "pulumi-python:dynamic/engine:Volume",
    "protect": True,
    "retainOnDelete": True,
    "outputs": {"name": "gateway-prod-database", "owner": "0123456789ab"},
}


class RecordingPulumi(Pulumi):
    """Notes what would be run, on a state with one protected volume."""

    commands: ClassVar[list[tuple[str, ...]]] = []

    def resources(self) -> list[dict[str, object]]:
        return [VOLUME]

    def stream(self, *arguments: str) -> int:
        self.commands.append(arguments)
        return 0


def test_what_is_protected_and_what_outlives_a_destroy() -> None:
    labels = [{"label": "io.litellm-stack.owner", "value": "ba9876543210"}]
    outputs = {"name": "gateway-prod-database-16", "labels": labels}
    earlier = {"urn": "u::v", "type": "docker:index/volume:Volume", "retainOnDelete": True, "outputs": outputs}
    others = [{"urn": "urn:x::y", "type": VOLUME["type"], "outputs": {"name": "cache"}}, earlier]
    assert teardown.protected_names([VOLUME, *others]) == ["database-data"]
    owned = {"gateway-prod-database": "0123456789ab", "gateway-prod-database-16": "ba9876543210"}
    assert teardown.retained_volumes([VOLUME, *others]) == owned


@pytest.mark.parametrize(("found", "removed"), [("0123456789ab", True), ("ba9876543210", False)])
def test_h01_a_protected_database_that_has_another_owner_by_now_is_not_deleted(
    found: str, removed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(RecordingPulumi, "commands", [])
    monkeypatch.setattr(teardown, "succeeds", lambda _words: True)
    monkeypatch.setattr(teardown, "capture", lambda _words, what: found)  # noqa: ARG005
    monkeypatch.setattr(teardown, "run", lambda words, what: commands.append(words))  # noqa: ARG005
    pulumi = RecordingPulumi(environment={}, checkout=tmp_path, stack="prod")
    teardown.remove(pulumi, console=Console(), environment={"DELETE_DATABASE": "prod"}, folders=folders_in(tmp_path))
    assert bool(commands) is removed
    assert ("belongs to another Pulumi state (owner ba9876543210)" in capsys.readouterr().out) is not removed


def test_without_a_terminal_a_protected_database_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(RecordingPulumi, "commands", [])
    pulumi = RecordingPulumi(environment={}, checkout=tmp_path, stack="prod")
    teardown.remove(pulumi, console=Console(), environment={}, folders=folders_in(tmp_path))
    assert pulumi.commands == [("destroy", "--exclude-protected", "--yes", "--skip-preview")]
    assert "DELETE_DATABASE=prod" in capsys.readouterr().out
    assert not (tmp_path / "data" / "backup-passphrases").exists(), "it is in the state"


def test_a_consent_for_another_stack_is_refused(tmp_path: Path) -> None:
    pulumi = RecordingPulumi(environment={}, checkout=tmp_path, stack="prod")
    with pytest.raises(SupplyError, match="DELETE_DATABASE is 'dev', and the stack is 'prod'"):
        teardown.remove(pulumi, console=Console(), environment={"DELETE_DATABASE": "dev"}, folders=folders_in(tmp_path))


def folders_in(folder: Path) -> Folders:
    """Return the folders of a user, with a checkout at `folder` that names one image."""
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config" / "images.json").write_text('{"litellm": "registry/litellm:v1"}')
    (folder / "Pulumi.yaml").write_text("name: gateway\n")
    return Folders(cache=folder / "cache", data=folder / "data", config=folder / "user", pulumi_home=folder / "pulumi")


@pytest.fixture
def state_file(tmp_path: Path) -> Path:
    """The state of stack `dev` of project `p` in a local backend in tmp_path."""
    folder = tmp_path / ".pulumi" / "stacks" / "p"
    folder.mkdir(parents=True)
    return folder / "dev.json"


@pytest.mark.parametrize("left", ["", '{"version": 3, "chec'])
def test_a_state_that_was_cut_off_comes_back_from_pulumis_backup(tmp_path: Path, state_file: Path, left: str) -> None:
    backup = state_file.with_name("dev.json.bak")
    state_file.write_text(left)
    assert stack.mend_cut_state(tmp_path, project="p", stack="dev") == ""
    backup.write_text('{"version": 3}')
    assert "Pulumi's backup" in stack.mend_cut_state(tmp_path, project="p", stack="dev")
    assert state_file.read_text() == '{"version": 3}'
    state_file.write_text('{"version": 4}')
    assert stack.mend_cut_state(tmp_path, project="p", stack="dev") == ""
    assert state_file.read_text() == '{"version": 4}'


def test_attributes_of_the_state_that_were_cut_off_are_removed_and_whole_ones_stay(
    tmp_path: Path, state_file: Path
) -> None:
    attributes, unfinished = state_file.with_name("dev.json.attrs"), state_file.with_name("dev.json.18eba5.tmp")
    state_file.write_text('{"version": 3}')
    attributes.write_text('{"md5": ""}')
    assert stack.mend_cut_state(tmp_path, project="p", stack="dev") == ""
    assert attributes.exists()
    attributes.write_text("")
    unfinished.write_text('{"version": 4}')
    assert "the state of a step before" in stack.mend_cut_state(tmp_path, project="p", stack="dev")
    assert list(state_file.parent.iterdir()) == [state_file]
    assert state_file.read_text() == '{"version": 3}'
