"""What the program says about its config: each warning once, beside errors too."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components import own_state, stack_config
from engine import ownership, preflight
from engine.ownership import Recorded


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
    pulumi.runtime.set_all_config({f"litellm-stack:{name}": json.dumps(value) for name, value in values.items()})


MISTYPED = {"litellm_settings": {"num_retrys": 3}}


def test_a_warning_is_said_once_and_does_not_stop_the_program(said: list[str]) -> None:
    configure(proxy=MISTYPED)
    assert stack_config.load().proxy == MISTYPED
    [message] = said
    assert message.startswith("proxy.litellm_settings.num_retrys: ")
    assert message.endswith("did you mean 'num_retries'?")


def test_warnings_are_said_beside_an_error(said: list[str]) -> None:
    configure(proxy=MISTYPED, replicas=0)
    with pytest.raises(pulumi.RunError, match="has 1 mistake; nothing was touched"):
        stack_config.load()
    assert len(said) == 1
