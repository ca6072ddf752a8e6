"""When an update takes a backup, and of what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pulumi.output import Unknown

from backup import provider, take
from backup.errors import BackupError
from backup.provider import BackupProvider
from backup.take import Subject
from engine import major

UNKNOWN: Any = Unknown
PROPS = {
    "stack": "unit",
    "container": "litellm-stack-unit-database",
    "volume": "litellm-stack-unit-database",
    "postgres_image": "sha256:1",
    "litellm_image": "sha256:2",
    "litellm_reference": "litellm:v1.1.0",
    "salt_key": "old-salt",
    "salt_rotation": 1,
    "seed": "old-seed",
    "passphrase": "passphrase",
}
RECORDED = {**PROPS, "salt_keys": ["old-salt"], "file": "/before"}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Subject]:
    subjects: list[Subject] = []

    def recorded(subject: Subject, *, passphrase: str) -> Path:
        assert passphrase in ("passphrase", "another")
        subjects.append(subject)
        return Path("/backups/file")

    monkeypatch.setattr(provider, "take", recorded)
    monkeypatch.setattr(major, "check", lambda **_: None)
    return subjects


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"salt_key": UNKNOWN(), "salt_rotation": 2}, "another salt key"),
        ({"postgres_image": UNKNOWN()}, "another Postgres"),
        ({"litellm_image": "sha256:3"}, "another LiteLLM"),
    ],
)
def test_the_preview_says_that_a_backup_is_taken(
    capsys: pytest.CaptureFixture[str], change: dict[str, Any], reason: str
) -> None:
    assert BackupProvider().diff("", RECORDED, {**PROPS, **change}).changes
    said = capsys.readouterr().out
    assert "a backup of the database is taken before anything changes" in said
    assert reason in said
    assert "salt\n" not in said


def test_without_a_trigger_a_change_is_recorded_and_nothing_is_said(
    capsys: pytest.CaptureFixture[str], taken: list[Subject]
) -> None:
    assert not BackupProvider().diff("", RECORDED, dict(PROPS)).changes
    changed = {**PROPS, "passphrase": "another"}
    assert BackupProvider().diff("", RECORDED, changed).changes
    assert BackupProvider().update("", RECORDED, changed).outs == {**RECORDED, **changed}
    assert taken == []
    assert capsys.readouterr().out == ""


def test_a_backup_has_what_the_database_was_made_with_and_the_new_passphrase(taken: list[Subject]) -> None:
    news = {
        **PROPS,
        "salt_key": "new-salt",
        "salt_rotation": 2,
        "seed": "new-seed",
        "litellm_reference": "litellm:v2.0.0",
        "litellm_image": "sha256:3",
    }
    outs = BackupProvider().update("", RECORDED, news).outs
    [subject] = taken
    assert (subject.litellm_image, subject.seed) == ("litellm:v1.1.0", "old-seed")
    assert list(subject.salt_keys) == ["new-salt", "old-salt"]
    assert outs
    assert outs["file"] == "/backups/file"
    # Where the rotation itself is cut off, the next backup still has both.
    assert outs["salt_keys"] == ["new-salt", "old-salt"]


def test_a_salt_key_that_changed_without_a_rotation_is_in_later_backups(
    capsys: pytest.CaptureFixture[str], taken: list[Subject]
) -> None:
    changed = {**PROPS, "salt_key": "changed"}
    assert BackupProvider().diff("", RECORDED, changed).changes
    outs = BackupProvider().update("", RECORDED, changed).outs
    assert outs is not None
    assert taken == []
    assert capsys.readouterr().out == ""
    assert outs["salt_keys"] == ["changed", "old-salt"]
    assert not BackupProvider().diff("", outs, dict(PROPS)).changes, "the old one was put back"
    BackupProvider().update("", outs, {**changed, "salt_key": "rotated", "salt_rotation": 2})
    assert list(taken[0].salt_keys) == ["rotated", "changed", "old-salt"]


def test_a_subject_does_not_show_its_secrets() -> None:
    subject = Subject(stack="unit", container="c", litellm_image="i", salt_keys=["salt-canary"], seed="seed-canary")
    assert "canary" not in repr(subject)


def test_a_folder_that_cannot_be_made_is_an_error_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "litellm-stack").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(BackupError, match="for backups cannot be made"):
        take._folder("unit")


@pytest.mark.parametrize(("external", "image"), [(False, "sha256:1"), (True, "sha256:17")])
def test_a_database_on_another_host_is_saved_with_the_tools_of_the_image_that_works_with_it(
    taken: list[Subject], external: bool, image: str
) -> None:
    place = {
        "name": "litellm-stack-unit-backup",
        "network": "litellm-stack-unit-network",
        "host": "database",
        "password": "password",
        "superuser": "llmproxy",
        "database": "litellm",
        "labels": {},
        "external": external,
    }
    olds = {**RECORDED, "place": {**place, "image": "sha256:1"}}
    news = {**PROPS, "postgres_image": "sha256:17", "place": {**place, "image": "sha256:17"}}
    outs = BackupProvider().update("", olds, news).outs
    [subject] = taken
    assert subject.place is not None
    assert subject.place.image == image
    assert outs is not None
    assert outs["place"]["image"] == "sha256:17"
