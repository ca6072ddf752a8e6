"""What the program says about its config: each warning once, beside errors too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components import own_state, stack_config
from engine import ownership, preflight
from engine import volume as engine_volume
from engine.ownership import Recorded, RecordedVolume


class Nothing(mocks.Mocks):
    """Declares nothing: the config is read before anything is."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        raise AssertionError(args)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        raise AssertionError(args)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    messages: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", messages.append)
    monkeypatch.setattr(own_state, "read", Recorded)
    monkeypatch.setattr(ownership, "check", lambda **_: None)
    for check in ("check", "check_data"):
        monkeypatch.setattr(preflight, check, lambda **_: None)
    monkeypatch.setattr(preflight, "check_images", lambda _references: None)
    return messages


def configure(**values: Any) -> None:
    mocks.set_mocks(Nothing(), project="litellm-stack", stack="unit", preview=True)
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    pulumi.runtime.set_all_config({f"litellm-stack:{name}": text for name, text in texts.items()})


MISTYPED = {"litellm_settings": {"num_retrys": 3}}


def test_a_warning_is_said_once_and_does_not_stop_the_program(said: list[str]) -> None:
    configure(proxy=MISTYPED)
    assert stack_config.load().proxy == MISTYPED
    [message] = said
    assert message.startswith("proxy.litellm_settings.num_retrys: ")
    assert message.endswith("did you mean 'num_retries'?")


def test_h02_a_protected_database_that_is_gone_is_told_with_its_backups(
    said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    volume, folder = "litellm-stack-unit-database", tmp_path / "litellm-stack" / "backups" / "unit"
    before = RecordedVolume(owner="0123456789ab", created="2026-12-01T10:00:00Z")
    folder.mkdir(parents=True)
    for name in ("unit-20261201T100000Z.backup.tar", "unit-20261202T100000Z.backup.tar", "unit.txt"):
        (folder / name).touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(own_state, "read", lambda: Recorded(owner="0123456789ab", volumes={volume: before}))
    monkeypatch.setattr(engine_volume, "volume_exists", lambda _name: False)
    configure()
    with pytest.raises(pulumi.RunError, match=f"the volume {volume} of the protected database is gone") as caught:
        stack_config.load()
    restores = [line.strip() for line in str(caught.value).splitlines() if "make restore" in line]
    assert restores == [
        f"make restore STACK=unit CONFIRM=unit FILE={folder}/unit-{day}T100000Z.backup.tar"
        for day in (20261202, 20261201)
    ]
    configure(protect=False)
    stack_config.load()
    configure(emptyDatabase=before.id(volume))
    stack_config.load()
    assert said == []


def test_warnings_are_said_beside_an_error(said: list[str]) -> None:
    configure(proxy=MISTYPED, replicas=0)
    with pytest.raises(pulumi.RunError, match="has 1 mistake; nothing was touched"):
        stack_config.load()
    assert len(said) == 1
