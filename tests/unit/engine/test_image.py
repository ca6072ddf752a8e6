"""What an image sets in its own environment (c17)."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from docker.errors import ImageNotFound

from engine import image


def engine(**answer: Any) -> Mock:
    client = Mock()
    client.images.get = Mock(**answer)
    return client


@pytest.mark.parametrize(
    ("attributes", "variables"),
    [
        ({"Config": {"Env": ["PATH=/bin", "PYTHONPATH=/a:/b", "EMPTY=", "TWO=a=b"]}}, None),
        ({"Config": {"Env": None}}, {}),
        # Docker 29 leaves out what is empty.
        ({"Config": {}}, {}),
        ({}, {}),
    ],
)
def test_an_image_tells_its_variables(
    monkeypatch: pytest.MonkeyPatch, attributes: dict[str, Any], variables: dict[str, str] | None
) -> None:
    client = engine(return_value=Mock(attrs=attributes))
    monkeypatch.setattr(image, "connect", lambda: client)
    all_of_them = {"PATH": "/bin", "PYTHONPATH": "/a:/b", "EMPTY": "", "TWO": "a=b"}
    assert image.variables("custom") == (all_of_them if variables is None else variables)
    client.close.assert_called_once()


def test_an_image_that_the_engine_does_not_have_yet_sets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "connect", lambda: engine(side_effect=ImageNotFound("no such image")))
    assert image.variables("custom") == {}
