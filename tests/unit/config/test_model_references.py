"""Models and sections that settings name: what requests would be sent to has to be there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.config.findings import found, model

MODELS = [
    model("chat", info={"id": "chat-eu", "access_groups": ["all"], "team_public_model_name": "team-chat"}),
    model("openai/*"),
]
HAVE = "(have: chat, openai/*, quick, team-chat, all)"
ALIASES = {"quick": "chat"}


def router(**settings: Any) -> dict[str, Any]:
    return {"proxy": {"model_list": MODELS, "router_settings": {"model_group_alias": ALIASES, **settings}}}


@pytest.mark.parametrize("kind", ["fallbacks", "context_window_fallbacks", "content_policy_fallbacks"])
@pytest.mark.parametrize("section", ["router_settings", "litellm_settings"])
def test_a_fallback_that_is_not_there_is_an_error_in_both_sections(section: str, kind: str) -> None:
    proxy = {"model_list": MODELS, section: {kind: [{"chat": ["openai/gpt-4o", "chta"]}, {"caht": ["chat"]}]}}
    result = found(proxy=proxy)
    path = f"proxy.{section}.{kind}"
    have = "(have: chat, openai/*, team-chat, all)"
    assert result.errors == {f"{path}[0].chat[1]": f"no model 'chta' in model_list {have}"}
    assert result.warnings == {f"{path}[1].caht": f"never used: no model 'caht' in model_list {have}"}


def test_names_patterns_ids_and_aliases_can_all_be_fallen_back_to() -> None:
    targets = ["chat", "openai/anything", "chat-eu", "quick", {"model": "chat", "temperature": 0}]
    result = found(**router(fallbacks=[{"*": targets}, {"quick": "chat"}], default_fallbacks=["chat"]))
    assert result == ({}, {})


def test_every_place_that_names_a_model_is_checked() -> None:
    settings = router(
        default_fallbacks=["none"],
        fallbacks=[{"chat": [{"model": "none"}]}, {"chat": [], "quick": []}, "chat"],
        model_group_alias={**ALIASES, "slow": {"model": "none", "hidden": True}, "chat": "openai/gpt-4o"},
        model_group_retry_policy={"none": {}},
        routing_groups=[{"group_name": "all", "models": ["chat", "none"], "routing_strategy": "least-busy"}],
    )
    settings["proxy"]["model_list"] = [*MODELS, model("auto", auto_router_default_model="none", silent_model="chat")]
    result = found(**settings)
    assert set(result.errors) == {
        "proxy.model_list[2].litellm_params.auto_router_default_model",
        "proxy.router_settings.default_fallbacks[0]",
        "proxy.router_settings.fallbacks[0].chat[0]",
        "proxy.router_settings.fallbacks[1]",
        "proxy.router_settings.fallbacks[2]",
        "proxy.router_settings.model_group_alias.slow",
    }
    assert set(result.warnings) == {
        "proxy.router_settings.model_group_alias.chat",
        "proxy.router_settings.model_group_retry_policy.none",
        "proxy.router_settings.routing_groups[0].models[1]",
    }


@pytest.mark.parametrize(
    ("general", "environment"), [({"store_model_in_db": True}, {}), ({}, {"STORE_MODEL_IN_DB": "True"})]
)
def test_where_the_database_may_hold_more_models_a_missing_one_is_a_warning(
    general: dict[str, Any], environment: dict[str, str]
) -> None:
    settings = router(fallbacks=[{"chat": ["from-the-ui"]}])
    settings["proxy"]["general_settings"] = general
    result = found(**settings, environment=environment, access={"keys": {"app": {"models": ["from-the-ui"]}}})
    assert result.errors == {}
    assert set(result.warnings) == {"proxy.router_settings.fallbacks[0].chat[0]", "access.keys.app.models[0]"}


def test_keys_may_name_models_patterns_groups_and_aliases_of_their_own() -> None:
    mine = {"models": ["all", "openai/gpt-4o", "openai/*", "ch*", "mine", "team-chat"], "aliases": {"mine": "chat"}}
    wrong = {"models": ["gemini/*"], "aliases": {"mine": "none"}}
    customer = {"default_model": "none"}
    result = found(**router(), access={"keys": {"app": mine, "wrong": wrong}, "customers": {"acme": customer}})
    assert result.errors == {
        "access.customers.acme.default_model": f"no model 'none' in model_list {HAVE}",
        "access.keys.wrong.aliases.mine": f"no model 'none' in model_list {HAVE}",
        "access.keys.wrong.models[0]": f"no model 'gemini/*' in model_list {HAVE}",
    }


def test_what_sections_name_in_each_other_has_to_be_declared() -> None:
    proxy = {
        "model_list": [model(guardrails=["pii", "pi"], litellm_credential_name="opanai")],
        "credential_list": [{"credential_name": "openai", "credential_values": {}}],
        "guardrails": [{"guardrail_name": "pii", "litellm_params": {"guardrail": "presidio", "mode": "pre_call"}}],
        "policies": {"base": {"guardrails": {"add": ["pii", "pj"]}}, "child": {"inherit": "bsae"}},
        "policy_attachments": [{"policy": "base", "scope": "*"}, {"policy": "other"}],
        "search_tools": [{"search_tool_name": "web", "litellm_params": {"search_provider": "tavily"}}],
        "litellm_settings": {
            "websearch_interception_params": {"search_tool_name": "wbe"},
            "mcp_aliases": {"gh": "github"},
        },
    }
    result = found(proxy=proxy)
    assert result.errors == {
        "proxy.model_list[0].litellm_params.guardrails[1]": "no guardrail 'pi' is declared; did you mean 'pii'?",
        "proxy.policies.base.guardrails.add[1]": "no guardrail 'pj' is declared; have: pii",
        "proxy.policies.child.inherit": "no policy 'bsae' is declared; did you mean 'base'?",
        "proxy.policy_attachments[1].policy": "no policy 'other' is declared; have: base, child",
        "proxy.litellm_settings.websearch_interception_params.search_tool_name": (
            "no search tool 'wbe' is declared; did you mean 'web'?"
        ),
    }
    assert result.warnings == {
        "proxy.model_list[0].litellm_params.litellm_credential_name": (
            "no credential 'opanai' is declared; did you mean 'openai'?"
        ),
        "proxy.litellm_settings.mcp_aliases.gh": "no MCP server 'github' is declared; there is none",
    }
