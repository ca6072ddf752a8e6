"""u02: a model whose price LiteLLM does not know is named at preview if a budget can reach it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from config.prices import price_list
from tests.price_cases import CASES, Case
from tests.unit.config.findings import found, model

PRICES = "input_cost_per_token and output_cost_per_token"


def acme(name: str = "acme", *, info: dict[str, Any] | None = None, **parameters: Any) -> dict[str, Any]:
    """Return an entry of model_list that LiteLLM knows no price for."""
    address = {"model": "openai/acme-large", "api_base": "https://models.example.com/v1"}
    return model(name, info=info, **{**address, **parameters})


def warned(*entries: dict[str, Any], access: Any = None, **sections: Any) -> dict[str, str]:
    """Return the models that are warned of, by their place in model_list, with the budget that is named."""
    result = found(proxy={"model_list": list(entries), **sections}, access=access or {})
    assert result.errors == {}
    return {
        path.removesuffix(".litellm_params.model").removeprefix("proxy."): message.split(", so ")[1].split(" does not")[
            0
        ]
        for path, message in result.warnings.items()
        if "knows no price" in message
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.model} {case.provider or ''} {case.base_model or ''}")
def test_a_price_is_known_for_the_models_that_litellm_knows_one_for(case: Case) -> None:
    known = price_list().knows(case.model, provider=case.provider, base_model=case.base_model)
    assert known == case.priced


def test_patterns_have_a_price_if_their_provider_has_any() -> None:
    known = {name: price_list().knows(name) for name in ("openai/*", "*", "bedrock/*", "hosted_vllm/*", "lm_studio/*")}
    assert known == {"openai/*": True, "*": True, "bedrock/*": True, "hosted_vllm/*": False, "lm_studio/*": False}


def test_u02_a_model_without_a_price_is_named_with_the_budget_and_the_setting_to_add() -> None:
    team = {"teams": {"lab": {"models": ["acme"], "max_budget": 0.01, "budget_duration": "1d"}}}
    result = found(proxy={"model_list": [acme(), model()]}, access=team)
    assert result == (
        {},
        {
            "proxy.model_list[0].litellm_params.model": "LiteLLM 1.106.12 knows no price for 'openai/acme-large', so"
            " access.teams.lab.max_budget does not count its requests; add input_cost_per_token and"
            " output_cost_per_token to its model_info (0 if it is free)"
        },
    )


@pytest.mark.parametrize(
    ("mode", "setting"),
    [
        ("chat", PRICES),
        ("embedding", "add input_cost_per_token to"),
        ("audio_transcription", "input_cost_per_second"),
        ("image_generation", "output_cost_per_image"),
        ("rerank", "input_cost_per_query"),
        ("ocr", "ocr_cost_per_page"),
    ],
)
def test_u02_the_setting_is_that_of_the_mode(mode: str, setting: str) -> None:
    proxy = {"model_list": [acme(info={"mode": mode}, max_budget=1, budget_duration="1d")]}
    [message] = found(proxy=proxy).warnings.values()
    assert setting in message


def test_u02_a_deployment_that_its_owner_named_gets_a_base_model() -> None:
    entry = acme(model="azure/our-deployment", api_base="https://acme.openai.azure.com")
    limit = {"litellm_settings": {"max_budget": 5, "budget_duration": "1d"}}
    [message] = found(proxy={"model_list": [entry], **limit}).warnings.values()
    assert "name the model behind it in model_info.base_model, or add input_cost_per_token" in message
    assert not warned({**entry, "model_info": {"base_model": "azure/gpt-4o"}}, **limit)


@pytest.mark.parametrize(
    "entry",
    [
        acme(info={"input_cost_per_token": 0.000001, "output_cost_per_token": 0.000002}),
        acme(input_cost_per_token=0, output_cost_per_token=0),
        acme(info={"output_cost_per_image": 0}),
        acme(info={"base_model": "gpt-4o"}),
        model(mock_response="Hello."),
    ],
)
def test_u02_a_price_that_is_written_or_known_is_no_warning_and_neither_is_0(entry: dict[str, Any]) -> None:
    assert warned(entry, litellm_settings={"max_budget": 5, "budget_duration": "1d"}) == {}


def test_u02_a_model_with_an_answer_of_the_config_counts_at_its_price_too() -> None:
    entry = acme(mock_response="Hello.")
    assert warned(entry, litellm_settings={"max_budget": 5, "budget_duration": "1d"}) == {
        "model_list[0]": "proxy.litellm_settings.max_budget"
    }


LIMIT: dict[str, Any] = {"max_budget": 1, "budget_duration": "1d"}
OTHER = {"models": ["chat"]}


@pytest.mark.parametrize(
    ("budget", "sections"),
    [
        ("proxy.litellm_settings.max_budget", {"litellm_settings": LIMIT}),
        (
            "proxy.litellm_settings.max_end_user_budget",
            {"litellm_settings": {"max_end_user_budget": 1, "budget_duration": "1d"}},
        ),
        (
            "proxy.litellm_settings.default_internal_user_params.max_budget",
            {"litellm_settings": {"default_internal_user_params": LIMIT}},
        ),
        (
            "proxy.router_settings.provider_budget_config.openai",
            {"router_settings": {"provider_budget_config": {"openai": {"budget_limit": 1, "time_period": "1d"}}}},
        ),
        ("access.budgets.b.max_budget", {"access": {"budgets": {"b": LIMIT}, "customers": {"c": {"budget": "b"}}}}),
        ("access.budgets.b.max_budget", {"access": {"budgets": {"b": LIMIT}}}),
        ("access.budgets.b.max_budget", {"access": {"budgets": {"b": LIMIT}, "keys": {"k": {"budget": "b"}}}}),
        ("access.keys.k.max_budget", {"access": {"keys": {"k": LIMIT}}}),
        ("access.keys.k.max_budget", {"access": {"keys": {"k": {**LIMIT, "models": ["all-proxy-models"]}}}}),
        ("access.keys.k.max_budget", {"access": {"keys": {"k": {**LIMIT, "models": ["house"]}}}}),
        ("access.keys.k.max_budget", {"access": {"keys": {"k": {**LIMIT, "models": ["ac*"]}}}}),
        ("access.keys.k.budget_limits", {"access": {"keys": {"k": {"models": ["acme"], "budget_limits": [LIMIT]}}}}),
        (
            "access.keys.k.max_budget",
            {"access": {"keys": {"k": {**LIMIT, "team": "t", "models": ["all-team-models"]}}, "teams": {"t": {}}}},
        ),
        (
            "access.keyGroups.g.keys.k.max_budget",
            {"access": {"keyGroups": {"g": {"fields": LIMIT, "keys": {"k": {}}}}}},
        ),
        ("access.teams.t.max_budget", {"access": {"teams": {"t": LIMIT}}}),
        (
            "access.teams.t.team_member_budget",
            {"access": {"teams": {"t": {"team_member_budget": 1, "team_member_budget_duration": "1d"}}}},
        ),
        ("access.teams.t.keys.k.max_budget", {"access": {"teams": {"t": {"models": ["acme"], "keys": {"k": LIMIT}}}}}),
        (
            "access.teams.t.members.u.max_budget_in_team",
            {"access": {"users": {"u": {}}, "teams": {"t": {"members": {"u": {"max_budget_in_team": 1}}}}}},
        ),
        ("access.users.u.max_budget", {"access": {"users": {"u": LIMIT}}}),
        (
            "access.users.u.max_budget",
            {"access": {"users": {"u": {**LIMIT, **OTHER}}, "keys": {"k": {"user": "u", "models": ["acme"]}}}},
        ),
        (
            "access.keys.k.max_budget",
            {"access": {"keys": {"k": {**LIMIT, **OTHER}}}, "router_settings": {"fallbacks": [{"chat": ["acme"]}]}},
        ),
        (
            "access.keys.k.max_budget",
            {"access": {"keys": {"k": {**LIMIT, **OTHER}}}, "litellm_settings": {"default_fallbacks": ["acme"]}},
        ),
        (
            "access.keys.k.max_budget",
            {
                "access": {"keys": {"k": {**LIMIT, "models": ["nice"]}}},
                "router_settings": {"model_group_alias": {"nice": "acme"}},
            },
        ),
    ],
)
def test_u02_every_kind_of_budget_counts(budget: str, sections: dict[str, Any]) -> None:
    assert warned(acme(info={"access_groups": ["house"]}), model(), **sections) == {"model_list[0]": budget}


@pytest.mark.parametrize(
    "access",
    [
        {},
        {"keys": {"k": {"models": ["acme"]}}},
        {"keys": {"k": {"models": ["acme"]}, "other": {**LIMIT, **OTHER}}},
        {"keys": {"k": {"models": ["acme"], "rpm_limit": 3}}},
        {"keys": {"k": {"models": ["acme"], "max_budget": 0}}},
        {"budgets": {"b": {"rpm_limit": 3}}, "customers": {"c": {"budget": "b"}}},
        {"teams": {"t": {**LIMIT, **OTHER, "keys": {"k": {}}}}},
        {"users": {"u": {**LIMIT, **OTHER}}, "keys": {"k": {**OTHER, "user": "u"}}},
    ],
)
def test_u02_a_model_that_no_budget_reaches_is_none_to_warn_of(access: dict[str, Any]) -> None:
    assert warned(acme(), model(), access=access) == {}


def test_u02_a_stored_model_and_a_router_are_warned_of_as_those_of_the_file_are() -> None:
    stored = {"models": {"house": acme("house")}, "keys": {"k": {**LIMIT, "models": ["auto"]}}}
    result = found(proxy={"model_list": [model("auto", model="auto_router/auto"), acme()]}, access=stored)
    paths = {path for path, message in result.warnings.items() if "knows no price" in message}
    assert paths == {"proxy.model_list[1].litellm_params.model", "access.models.house.litellm_params.model"}


def test_the_prices_of_a_large_config_are_looked_up_in_no_time() -> None:
    entries = [acme(f"m{number}") for number in range(300)]
    keys = {f"k{number}": {**LIMIT, "models": [f"m{number % 300}"]} for number in range(1000)}
    started = time.process_time()
    assert len(warned(*entries, access={"keys": keys})) == 300
    assert time.process_time() - started < 5


def test_u02_a_price_that_litellm_would_drop_is_refused_with_where_to_write_it() -> None:
    stored = {**acme("house"), "model_info": {"input_cost_per_token": 0.001}}
    result = found(proxy={"model_list": [acme()]}, access={"models": {"house": stored}})
    assert "litellm_params" in result.errors["access.models.house.model_info.input_cost_per_token"]
