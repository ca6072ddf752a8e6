"""c61: the edge and the drain allow for the longest timeout of any model."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config import haproxy, litellm, settings
from tests.unit.config.findings import found, model


def longest(**sections: Any) -> int:
    raw = {f"p:{name}": json.dumps(value) for name, value in sections.items()}
    return litellm.request_timeout(settings.load(raw, encrypted=[], project="p"))


@pytest.mark.parametrize(
    ("sections", "seconds"),
    [
        ({}, 600),
        ({"proxy": {"litellm_settings": {"request_timeout": 30.2}}}, 31),
        ({"proxy": {"litellm_settings": {"request_timeout": None}}}, 6000),
        ({"proxy": {"litellm_settings": {"request_timeout": None}}, "environment": {"REQUEST_TIMEOUT": "50"}}, 50),
        (
            {"proxy": {"litellm_settings": {"request_timeout": "os.environ/T"}}, "environment": {"T": "5"}},
            5,
        ),
        ({"proxy": {"model_list": [model(timeout=3600), model("other")]}}, 3600),
        ({"proxy": {"model_list": [model(timeout="3600")]}}, 3600),
        ({"proxy": {"model_list": [model(request_timeout=700)]}}, 700),
        ({"proxy": {"model_list": [model(stream_timeout=5000, timeout=60)]}}, 5000),
        ({"proxy": {"model_list": [model(timeout_by_service_tier={"flex": 900, "priority": 10})]}}, 900),
        ({"proxy": {"model_list": [model(timeout="os.environ/LONG")]}, "environment": {"LONG": "1200"}}, 1200),
        ({"proxy": {"router_settings": {"timeout": 800}}}, 800),
        ({"proxy": {"router_settings": {"stream_timeout": 900}}}, 900),
        ({"proxy": {"router_settings": {"default_litellm_params": {"timeout": 950}}}}, 950),
        ({"proxy": {"general_settings": {"pass_through_request_timeout": 1000}}}, 1000),
        (
            {
                "proxy": {
                    "litellm_settings": {"request_timeout": 30},
                    "general_settings": {"pass_through_endpoints": [{"path": "/a", "target": "https://a.example"}]},
                }
            },
            600,
        ),
        (
            {
                "proxy": {
                    "general_settings": {
                        "pass_through_endpoints": [{"path": "/a", "target": "https://a.example", "timeout": 4000}]
                    },
                }
            },
            4000,
        ),
        ({"access": {"models": {"stored": model(timeout=2000)}}}, 2000),
    ],
)
def test_c61_the_longest_timeout_counts_wherever_it_is_written(sections: dict[str, Any], seconds: int) -> None:
    assert longest(**sections) == seconds


def test_c61_the_edge_waits_longer_than_the_longest_timeout() -> None:
    timeout = longest(proxy={"model_list": [model(timeout=3600)]})
    text = haproxy.render(
        upstream="litellm:4000",
        database=haproxy.own_database("database", 5432),
        request_timeout=timeout,
        keep_connections=True,
    )
    assert "timeout server 3620s" in text


NOT_ONE = "write a number of seconds, 2073600 at most"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("soon", NOT_ONE),
        (True, NOT_ONE),
        (-1, NOT_ONE),
        ("inf", NOT_ONE),
        (2_073_601, NOT_ONE),
        ("os.environ/WORD", f"WORD in `environment` is not one: {NOT_ONE}"),
        (
            "os.environ/HIDDEN",
            "the edge has to allow for it: write a number of seconds, or declare HIDDEN in `environment`",
        ),
    ],
)
def test_c61_a_timeout_that_the_edge_cannot_allow_for_is_refused(value: Any, message: str) -> None:
    result = found(
        proxy={"model_list": [model(timeout=value)], "router_settings": {"stream_timeout": value}},
        environment={"WORD": "long"},
        secrets={"HIDDEN": "5"},
    )
    assert result.errors == {
        "proxy.model_list[0].litellm_params.timeout": message,
        "proxy.router_settings.stream_timeout": message,
    }


@pytest.mark.parametrize("value", [0, "0", -1, "10m", "os.environ/ZERO"])
def test_a_request_takes_some_time(value: Any) -> None:
    result = found(proxy={"litellm_settings": {"request_timeout": value}}, environment={"ZERO": "0"})
    assert "write a number of seconds above 0" in result.errors["proxy.litellm_settings.request_timeout"]
