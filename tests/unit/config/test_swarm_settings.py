"""What a Swarm has to be told, and what is refused there by name."""

from __future__ import annotations

from typing import Any

import pytest

from config.swarm import NOT_YET
from tests.unit.config.findings import found, model

PROXY = {"model_list": [model(mock_response="hello")]}


def on_a_swarm(**sections: Any) -> dict[str, Any]:
    return {"engine": "swarm", "bind": "0.0.0.0", "proxy": PROXY, **sections}  # noqa: S104


def test_a_swarm_is_told_nothing_where_it_does_everything() -> None:
    assert found(**on_a_swarm()) == ({}, {})


def test_one_host_is_told_nothing() -> None:
    assert found(proxy=PROXY) == ({}, {})


@pytest.mark.parametrize("sections", [{}, {"bind": "127.0.0.1"}, {"bind": "10.0.0.5"}])
def test_an_address_that_a_swarm_would_not_keep_to_is_refused(sections: dict[str, str]) -> None:
    told = found(engine="swarm", proxy=PROXY, **sections)
    assert "say so with `bind: 0.0.0.0`" in told.errors["bind"]


GIVEN: dict[str, dict[str, Any]] = {
    "databaseVolume": {"databaseVolume": "16"},
    "ports.database": {"ports": {"database": 5433}},
}


@pytest.mark.parametrize("path", NOT_YET)
def test_what_is_not_there_yet_is_refused_by_name(path: str) -> None:
    told = found(**on_a_swarm(**GIVEN[path]))
    assert list(told.errors) == [path]
    assert told.errors[path].startswith(NOT_YET[path])
    assert path not in found(**{"proxy": PROXY, **GIVEN[path]}).errors


def test_settings_of_a_swarm_are_for_a_swarm() -> None:
    assert "set `engine: swarm`" in found(proxy=PROXY, swarm={"encrypted": False}).errors["swarm"]
