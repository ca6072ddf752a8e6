"""What a Swarm has to be told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config import settings
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


def test_settings_of_a_swarm_are_for_a_swarm() -> None:
    assert "set `engine: swarm`" in found(proxy=PROXY, swarm={"encrypted": False}).errors["swarm"]


@pytest.mark.parametrize(
    ("swarm", "gateway", "prometheus"),
    [
        ({}, "http://127.0.0.1:4000", "http://127.0.0.1:9090"),
        ({"address": "llm.example.com"}, "http://llm.example.com:4000", "http://llm.example.com:9090"),
        ({"address": "10.0.0.2", "dataAddress": "10.0.0.3"}, "http://10.0.0.2:4000", "http://10.0.0.3:9090"),
    ],
)
def test_addresses_are_those_of_the_nodes(swarm: dict[str, str], gateway: str, prometheus: str) -> None:
    raw = {f"p:{name}": value if isinstance(value, str) else json.dumps(value) for name, value in on_a_swarm().items()}
    loaded = settings.load({**raw, "p:swarm": json.dumps(swarm)}, encrypted=[], project="p")
    assert (loaded.gateway_url, loaded.prometheus_url) == (gateway, prometheus)
    assert loaded.effective_admin_url == gateway


@pytest.mark.parametrize("address", ["http://10.0.0.2", "10.0.0.2:4000", ""])
def test_an_address_is_a_name_without_more(address: str) -> None:
    assert list(found(**on_a_swarm(swarm={"address": address})).errors) == ["swarm.address"]
