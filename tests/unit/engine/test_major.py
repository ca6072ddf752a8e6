"""Which Postgres an image is, before and after it is on the engine."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from docker.errors import ImageNotFound

from engine import major
from engine.api import EngineError


def engine(environment: list[str] | None) -> Any:
    client = Mock()
    if environment is None:
        client.images.get.side_effect = ImageNotFound("no such image")
    else:
        client.images.get.return_value.attrs = {"Config": {"Env": environment}}
    client.containers.list.return_value = []
    return client


@pytest.mark.parametrize(
    ("image", "environment", "expected"),
    [
        ("postgres:15.18-bookworm", ["PATH=/bin", "PG_MAJOR=16"], 16),
        ("postgres:15.18-bookworm", ["PATH=/bin"], 15),
        ("postgres:17", None, 17),
        ("registry:5000/postgres:16.2-alpine@sha256:01", None, 16),
        ("registry:5000/postgres", None, None),
        ("postgres@sha256:0123", None, None),
    ],
)
def test_an_image_says_its_major_version_or_its_tag_does(
    image: str, environment: list[str] | None, expected: int | None
) -> None:
    assert major.of_image(engine(environment), image) == expected


def test_what_was_made_by_another_major_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(major, "_of_data", lambda *_: 15)
    monkeypatch.setattr(major, "connect", lambda: engine(["PG_MAJOR=15"]))
    major.check(image="postgres:15", volume="v", stack="prod")
    monkeypatch.setattr(major, "connect", lambda: engine(["PG_MAJOR=16"]))
    with pytest.raises(EngineError, match=r"Postgres 16, .* Postgres 15.*make upgrade-database STACK=prod"):
        major.check(image="postgres:16", volume="v", stack="prod")
