"""A look at something outside, before there is a stack."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from engine import look
from engine.api import EngineError


def engine(*networks: str) -> Any:
    return SimpleNamespace(
        networks=SimpleNamespace(list=lambda: [SimpleNamespace(name=name) for name in networks]),
        images=SimpleNamespace(get=lambda _image: None),
        containers=SimpleNamespace(list=lambda **_: []),
    )


def prepare(client: Any) -> None:
    look.prepare(client, label="gateway/prod", component="check", image="postgres:15", setting="images.postgres")


def test_an_engine_without_a_network_to_look_from_is_told_so() -> None:
    with pytest.raises(EngineError, match="no network `bridge`"):
        prepare(engine("none", "host", "my-bridge"))
    prepare(engine("none", "host", "bridge"))
