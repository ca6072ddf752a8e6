"""u05: `make down` leaves no backup that nobody can open, and lists what remains with how to remove it."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any, ClassVar

import pytest

from supply import backups, cli, declared, kept_passphrase, leftovers, stack, teardown
from supply.console import Console
from supply.errors import SupplyError
from supply.folders import Folders, user_folders
from supply.pulumi import Pulumi

OWN, GENERATED = "passphrase-canary-of-the-update", "passphrase-canary-generated"
BACKUP = {"type": "pulumi-python:dynamic/backup:Backup", "urn": "x::backup", "outputs": {"passphrase": OWN}}
RANDOM = {"type": "random:x:RandomPassword", "urn": "x::secrets-backup-passphrase", "outputs": {"result": GENERATED}}
VOLUME = {
    "urn": "x::database-data",
    "type": "docker:index/volume:Volume",
    "protect": True,
    "retainOnDelete": True,
    "outputs": {"name": "gateway-nova-database"},
}


class RecordingPulumi(Pulumi):
    """Notes what is run, and whether the passphrase was kept by then."""

    state: ClassVar[list[dict[str, Any]]] = []
    ran: ClassVar[list[tuple[str, list[str]]]] = []

    def resources(self) -> list[dict[str, Any]]:
        return self.state

    def resources_in_clear(self) -> list[dict[str, Any]]:
        return self.state

    def stream(self, *arguments: str) -> int:
        self.ran.append((arguments[0], kept_passphrase.kept(folders(self.checkout), self.stack)))
        return 0


def folders(home: Path) -> Folders:
    return Folders(cache=home / "cache", data=home / "data", config=home / "user", pulumi_home=home / "pulumi")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with an image on the engine, and the folders of a user."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "images.json").write_text('{"litellm": "registry/litellm:v1", "redis": "registry/redis:7"}')
    (tmp_path / "Pulumi.yaml").write_text("name: gateway\n")
    (tmp_path / "Pulumi.nova.yaml").write_text("config: {}\n")
    monkeypatch.setattr(leftovers, "capture", lambda *_, **__: "registry/litellm:v1\nother:1\n")
    monkeypatch.setattr(teardown, "run", lambda *_, **__: None)
    monkeypatch.setattr(RecordingPulumi, "ran", [])
    return tmp_path


@pytest.fixture
def backup(home: Path) -> Path:
    file = home / "data" / "backups" / "nova" / "nova-20260102T030405Z.backup.tar"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"...")
    return file


def down(home: Path, state: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    monkeypatch.setattr(RecordingPulumi, "state", state)
    pulumi = RecordingPulumi(environment={"PULUMI_BACKEND_URL": f"file://{home}/state"}, checkout=home, stack="nova")
    teardown.remove(pulumi, console=Console(), environment=environment, folders=folders(home))


@pytest.mark.usefixtures("backup")
@pytest.mark.parametrize(
    ("state", "passphrases"),
    [
        ([VOLUME, BACKUP, RANDOM], [OWN, GENERATED]),
        # After a `make down` that kept the database; and of a stack that protects nothing.
        ([VOLUME, RANDOM], [GENERATED]),
        ([BACKUP], [OWN]),
    ],
)
def test_u05_the_passphrase_is_kept_for_its_owner_before_the_state_goes(
    home: Path,
    state: list[dict[str, Any]],
    passphrases: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    down(home, state, monkeypatch, DELETE_DATABASE="nova")
    file = kept_passphrase.file_of(folders(home), "nova")
    assert kept_passphrase.kept(folders(home), "nova") == passphrases
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    assert ("destroy", passphrases) in RecordingPulumi.ran
    said = capsys.readouterr().out
    assert f"is kept in {file}" in said
    assert "passphrase-canary" not in said


def test_u05_nothing_is_kept_without_backups(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    down(home, [BACKUP, RANDOM], monkeypatch)
    assert not kept_passphrase.file_of(folders(home), "nova").exists()
    assert "passphrase" not in capsys.readouterr().out


def test_u05_what_remains_is_listed_with_how_to_remove_it(
    home: Path, backup: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = home / "state" / ".pulumi" / "stacks" / "gateway" / "nova.json"
    entry.parent.mkdir(parents=True)
    entry.write_text("{}")
    (home / "cache").mkdir()
    (home / ".env").write_text("# virtual key lab of stack nova, written by make\n")
    down(home, [BACKUP], monkeypatch)
    said = capsys.readouterr().out
    passphrase = kept_passphrase.file_of(folders(home), "nova")
    for command in (
        f"rm -r {backup.parent} {passphrase}",
        "pulumi stack rm --preserve-config --stack nova",
        f"rm {home / 'Pulumi.nova.yaml'}",
        f"rm {home / '.env'}",
        "docker image rm registry/litellm:v1\n",
        f"rm -r {home / 'cache'}",
    ):
        assert f"      {command}" in said or f"&& {command}" in said
    assert "without --preserve-config, which Pulumi suggests, deletes Pulumi.nova.yaml as well" in said


def test_u05_only_what_exists_is_listed(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "Pulumi.nova.yaml").unlink()
    monkeypatch.setattr(leftovers, "capture", lambda *_, **__: "other:1\n")
    down(home, [], monkeypatch)
    assert capsys.readouterr().out == ""


def test_the_data_of_a_stack_that_is_kept_is_listed(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    down(home, [VOLUME, BACKUP, RANDOM], monkeypatch)
    said = capsys.readouterr().out
    assert "the data, in gateway-nova-database, and the secrets that it needs, in the state" in said
    assert "make down STACK=nova DELETE_DATABASE=nova" in said
    assert "Pulumi.nova.yaml" not in said, "the data needs it"


def test_passphrases_of_several_generations_are_kept_the_newest_first(home: Path) -> None:
    for passphrase in ("first", "second", "first"):
        kept_passphrase.keep(folders(home), "nova", passphrase)
    assert kept_passphrase.kept(folders(home), "nova") == ["first", "second"]


def test_u05_a_restore_tries_the_stacks_own_and_those_that_were_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[dict[str, Any]] = []

    def run(_command: str, given: dict[str, Any], **_: Any) -> str:
        calls.append(given)
        return ""

    monkeypatch.setattr(backups, "_run", run)
    monkeypatch.setattr(backups, "recorded", lambda _: {"backup": {"passphrase": "own"}})
    monkeypatch.setattr(declared, "declared", lambda *_, **__: [])
    environment = {"XDG_DATA_HOME": str(home / "share")}
    kept_passphrase.keep(user_folders(environment), "nova", "of before")
    pulumi = Pulumi(environment={}, checkout=home, stack="nova")
    for given in ({}, {"LITELLM_BACKUP_PASSPHRASE": "given"}):
        backups.restore(pulumi, home, project="p", python=home, environment={**environment, **given})
    assert [call["passphrases"] for call in calls] == [["own", "of before"], ["given"]]


def test_u05_the_passphrase_of_a_stack_that_is_gone_is_printed(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "share"))
    monkeypatch.setattr(stack, "check_declared", _undeclared)
    assert cli.main(["backup-passphrase", "--stack", "nova"]) == 1
    kept_passphrase.keep(user_folders({"XDG_DATA_HOME": str(home / "share")}), "nova", "of before")
    capsys.readouterr()
    assert cli.main(["backup-passphrase", "--stack", "nova"]) == 0
    assert capsys.readouterr().out == "of before\n"


def _undeclared(*_: object) -> None:
    raise SupplyError("There is no Pulumi.nova.yaml")
