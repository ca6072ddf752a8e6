"""What is expected of replicas and keys: what the declarations tell for sure, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config import settings
from config.expectations import OF_A_GROUP, key_expectations, proxy_budget, served_models


def model(name: str, provider: str = "openai/gpt-4o-mini", **info: Any) -> dict[str, Any]:
    return {"model_name": name, "litellm_params": {"model": provider}, "model_info": info}


MODELS = [
    model("chat", access_groups=["cheap"]),
    model("chat", "azure/chat", access_groups=["cheap"]),
    model("large"),
    model("any/*", "openai/*"),
    model("of-a-team", team_id="t1", team_public_model_name="public"),
    model("elsewhere", supported_environments=["staging"]),
    model("paused", blocked=True),
    model("unlisted", discoverable=False),
]


def given(*, proxy: dict[str, Any] | None = None, **access: Any) -> settings.Settings:
    raw = {
        "proxy": {"model_list": MODELS, "router_settings": {"model_group_alias": {"smart": "large"}}, **(proxy or {})},
        "secrets": {"LITELLM_LICENSE": "licence"},
        "access": access,
    }
    return settings.Settings.model_validate(raw, context={"licensed": True})


def expected(fields: dict[str, Any], *, proxy: dict[str, Any] | None = None, **access: Any) -> dict[str, Any]:
    return key_expectations(given(proxy=proxy, keys={"a": fields}, **access))["a"]


def test_a_replica_has_to_know_each_model_that_is_one_there_for_sure() -> None:
    stored = {"kept": {"model_name": "in-database", "litellm_params": {"model": "openai/gpt-4o"}}}
    assert served_models(given(models=stored)) == ("chat", "large", "paused", "unlisted", "in-database")


def test_the_first_keys_of_a_group_have_to_log_in() -> None:
    group = {"fields": {"models": ["chat"]}, "keys": {f"k{number}": {} for number in range(OF_A_GROUP + 1)}}
    expected = key_expectations(given(keyGroups={"course": group}, keys={"a": {}}))
    assert list(expected) == ["a", *(f"k{number}" for number in range(OF_A_GROUP))]
    assert expected["k0"]["listed"] == ["chat"]


EVERY = ["chat", "large"]


@pytest.mark.parametrize(
    ("fields", "listed", "only"),
    [
        ({"models": ["chat"]}, ["chat"], True),
        ({"models": ["chat", "large"]}, EVERY, True),
        ({}, EVERY, False),
        ({"models": ["all-proxy-models"]}, EVERY, False),
        ({"models": ["all-team-models"]}, EVERY, False),
        ({"models": ["no-default-models"]}, [], False),
        ({"models": ["cheap"]}, ["chat"], False),
        ({"models": ["any/*", "large"]}, ["large"], False),
        ({"models": ["smart", "large"]}, ["large"], False),
        ({"models": ["unlisted", "paused", "chat"]}, ["chat"], False),
        ({"models": ["chat", "quick"], "aliases": {"quick": "chat"}}, ["chat"], False),
        ({"models": ["chat"], "aliases": {"quick": "chat"}}, ["chat"], False),
        ({"models": ["chat"], "access_group_ids": ["g1"]}, ["chat"], False),
    ],
)
def test_a_key_has_to_list_what_its_models_mean(fields: dict[str, Any], listed: list[str], only: bool) -> None:
    assert expected(fields) == {"listed": listed, "only": only, "refusable": False}


@pytest.mark.parametrize(
    ("team", "fields", "listed"),
    [
        ({"models": ["chat"]}, {}, ["chat"]),
        ({"models": ["chat"]}, {"models": ["all-team-models"]}, ["chat"]),
        ({"models": ["chat", "large"]}, {"models": ["large"]}, ["large"]),
        ({"models": ["all-proxy-models"]}, {}, EVERY),
        ({"models": ["all-team-models"]}, {}, EVERY),
        ({}, {}, []),  # the team may have been given models by hand
    ],
)
def test_a_key_without_models_has_its_teams(team: dict[str, Any], fields: dict[str, Any], listed: list[str]) -> None:
    teams = {"support": {**team, "keys": {"a": fields}}}
    assert key_expectations(given(teams=teams))["a"] == {"listed": listed, "only": False, "refusable": False}


def test_nothing_is_expected_of_what_is_blocked() -> None:
    teams = {"closed": {"blocked": True, "keys": {"in-team": {}}}, "open": {"blocked": False, "keys": {"open": {}}}}
    assert list(key_expectations(given(keys={"shut": {"blocked": True}}, teams=teams))) == ["open"]


@pytest.mark.parametrize("fields", [{"allowed_routes": ["/chat/completions"]}, {"duration": "1h"}])
def test_a_key_that_may_be_refused_the_list_is_told(fields: dict[str, Any]) -> None:
    assert expected({"models": ["chat"], **fields})["refusable"] is True


def test_rules_for_routes_may_take_the_list_from_every_key() -> None:
    assert expected({}, proxy={"general_settings": {"admin_only_routes": ["/v1/models"]}})["refusable"] is True


@pytest.mark.parametrize(
    "proxy",
    [
        {"litellm_settings": {"callbacks": ["hooks.own"]}},
        {"general_settings": {"model_list_healthy_only": True}},
    ],
)
def test_nothing_is_told_of_lists_that_are_made_at_run_time(proxy: dict[str, Any]) -> None:
    assert expected({"models": ["chat"]}, proxy=proxy) == {"listed": [], "only": False, "refusable": False}
    assert served_models(given(proxy=proxy)) == ()


def test_models_in_the_database_may_add_names() -> None:
    stored = {"general_settings": {"store_model_in_db": True}}
    assert expected({"models": ["chat"]}, proxy=stored) == {"listed": ["chat"], "only": False, "refusable": False}


def test_a_key_may_be_given_models_that_it_does_not_declare() -> None:
    defaults = {"litellm_settings": {"default_key_generate_params": {"models": ["chat"]}}}
    assert expected({}, proxy=defaults)["listed"] == []
    assert expected({"adopt": True})["listed"] == []


def test_what_is_expected_is_json() -> None:
    everything = key_expectations(given(keys={"a": {}, "b": {"models": ["chat"]}}))
    assert json.loads(json.dumps(everything)) == everything


def limits(amount: Any, **other: Any) -> dict[str, Any]:
    return {"litellm_settings": {"max_budget": amount, "budget_duration": "1d"}, **other}


@pytest.mark.parametrize(
    ("proxy", "fields"),
    [
        ({}, None),
        (limits(0), None),
        (limits(5), {"max_budget": 5.0, "budget_duration": "1d"}),
        (limits("2.5"), {"max_budget": 2.5, "budget_duration": "1d"}),
        (limits("os.environ/AMOUNT"), {"max_budget": 7.0, "budget_duration": "1d"}),
        (limits("os.environ/NOTHING"), None),
        # What is in the database wins over the declaration.
        (limits(5, general_settings={"store_model_in_db": True}), {}),
    ],
)
def test_the_row_of_the_proxy_wide_budget_holds_what_is_declared_h04(
    proxy: dict[str, Any], fields: dict[str, Any] | None
) -> None:
    raw = {"proxy": {"model_list": MODELS, **proxy}, "environment": {"AMOUNT": "7", "NOTHING": "0"}}
    assert proxy_budget(settings.Settings.model_validate(raw)) == fields
