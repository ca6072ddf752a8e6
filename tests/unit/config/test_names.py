"""Names in LiteLLM's sections: what it would pass over is a warning that says what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from config.lint.vocabulary import vocabulary
from tests.unit.config.findings import found

MODEL = {"model": "openai/gpt-4o-mini"}


def warnings(**sections: Any) -> Mapping[str, str]:
    result = found(**sections)
    assert result.errors == {}
    return result.warnings


def test_a_mistyped_name_is_named_with_the_nearest_one() -> None:
    said = warnings(
        proxy={
            "model_list": [
                {
                    "model_name": "chat",
                    "litellm_params": {**MODEL, "num_retrys": 3},
                    "model_info": {"acess_groups": ["all"]},
                }
            ],
            "litellm_settings": {"num_retrys": 3, "cache_params": {"similarity_treshold": 0.8}},
            "general_settings": {"proxy_batch_write": 10},
            "router_settings": {"routing_stratgey": "least-busy"},
        }
    )
    assert {path: message.rpartition("; " if "know" in message else ": ")[2] for path, message in said.items()} == {
        "proxy.model_list[0].litellm_params.num_retrys": "did you mean 'num_retries'?",
        "proxy.model_list[0].model_info.acess_groups": "did you mean 'access_groups'?",
        "proxy.litellm_settings.num_retrys": "did you mean 'num_retries'?",
        "proxy.litellm_settings.cache_params.similarity_treshold": "did you mean 'similarity_threshold'?",
        "proxy.general_settings.proxy_batch_write": "did you mean 'proxy_batch_write_at'?",
        "proxy.router_settings.routing_stratgey": "did you mean 'routing_strategy'?",
    }
    assert said["proxy.litellm_settings.num_retrys"].startswith(f"LiteLLM {vocabulary().version} ignores it")


@pytest.mark.parametrize(
    ("section", "name", "mend"),
    [
        ("litellm_settings", "cooldown_time", "it belongs in router_settings"),
        ("general_settings", "set_verbose", "it belongs in litellm_settings or router_settings"),
        ("litellm_settings", "store_model_in_db", "it belongs in general_settings"),
        ("litellm_settings", "guardrails_list", "did you mean 'guardrail_list' in router_settings?"),
        ("general_settings", "mcp_servers", "it is a section of its own, beside this one"),
        ("router_settings", "rpm", "it belongs in a model's litellm_params"),
        ("router_settings", "quite_something_else", "remove it"),
    ],
)
def test_a_name_in_the_wrong_section_is_told_where_it_belongs(section: str, name: str, mend: str) -> None:
    said = warnings(proxy={section: {name: 1}})
    assert said == {f"proxy.{section}.{name}": f"LiteLLM {vocabulary().version} ignores it: {mend}"}


def test_a_name_beside_the_parts_of_a_model_is_told_where_it_belongs() -> None:
    entry = {"model_name": "chat", "litellm_params": MODEL, "rpm": 3, "litellm_parms": {}}
    said = warnings(proxy={"model_list": [entry]})
    assert said["proxy.model_list[0].rpm"].endswith("ignores it: it belongs in litellm_params")
    assert said["proxy.model_list[0].litellm_parms"].endswith("ignores it: did you mean 'litellm_params'?")


def test_models_of_the_database_are_checked_like_those_of_the_file() -> None:
    stored = {"model_name": "extra", "litellm_params": {**MODEL, "api_bsae": "https://x"}}
    said = warnings(access={"models": {"extra": stored}})
    assert "did you mean 'api_base'?" in said["access.models.extra.litellm_params.api_bsae"]


def test_what_litellm_takes_with_any_name_is_left_alone() -> None:
    parameters = {**MODEL, "chat_template_kwargs": {"enable_thinking": False}, "min_p": 0.1}
    entry = {"model_name": "chat", "litellm_params": parameters, "model_info": {"owner": "team-a", "version": 2}}
    assert not warnings(proxy={"model_list": [entry], "litellm_settings": {"cache_params": {"retry_on_timeout": True}}})


def test_a_strategy_that_litellm_does_not_have_is_an_error() -> None:
    group = {"group_name": "all", "models": ["chat"]}
    groups = [{**group, "routing_strategy": "priority"}, {**group, "routing_strategy": "least-busi"}]
    router = {"routing_strategy": "priority", "routing_groups": groups}
    model_list = [{"model_name": "chat", "litellm_params": MODEL}]
    errors = found(proxy={"model_list": model_list, "router_settings": router}).errors
    assert set(errors) == {
        "proxy.router_settings.routing_strategy",
        "proxy.router_settings.routing_groups[1].routing_strategy",
    }
    assert errors["proxy.router_settings.routing_groups[1].routing_strategy"] == (
        "LiteLLM has no strategy 'least-busi' and would not start; did you mean 'least-busy'?"
    )


def test_callbacks_and_policies_that_litellm_passes_over_are_named() -> None:
    said = warnings(
        proxy={
            "model_list": [{"model_name": "chat", "litellm_params": MODEL}],
            "litellm_settings": {"success_callback": ["langfus", "my_module.handler", "own_webhook", "langfuse"]},
            "callback_settings": {"own_webhook": {"callback_type": "generic_api", "endpoint": "https://example.com"}},
            "router_settings": {
                "retry_policy": {"TimeoutErrorRetry": 3},
                "model_group_retry_policy": {"chat": {"RateLimitErrorRetries": 2, "RateLimits": 3}},
                "optional_pre_call_checks": ["prompt_cache"],
            },
        }
    )
    assert {path: message.rpartition("; ")[2] for path, message in said.items()} == {
        "proxy.litellm_settings.success_callback[0]": "did you mean 'langfuse'?",
        "proxy.router_settings.retry_policy.TimeoutErrorRetry": "did you mean 'TimeoutErrorRetries'?",
        "proxy.router_settings.model_group_retry_policy.chat.RateLimits": "did you mean 'RateLimitErrorRetries'?",
        "proxy.router_settings.optional_pre_call_checks[0]": "did you mean 'prompt_caching'?",
    }


def test_errors_come_with_the_warnings_beside_them() -> None:
    result = found(proxy={"litellm_settings": {"num_retrys": 1}}, bind="everywhere")
    assert (list(result.errors), list(result.warnings)) == (["bind"], ["proxy.litellm_settings.num_retrys"])


def test_c52_sections_that_have_another_place_here_say_which() -> None:
    errors = found(proxy={"environment_variables": {"A": "b"}, "include": ["models.yaml"]}).errors
    assert errors == {
        "proxy.environment_variables": (
            "write these variables in `litellm-stack:environment`, and secret ones with"
            " `pulumi config set --secret --path secrets.NAME`"
        ),
        "proxy.include": "a replica has no other file: write the sections of those files here",
    }


def test_c53_names_that_litellm_reads_in_another_package_or_as_constants_are_known() -> None:
    assert not warnings(
        proxy={
            "litellm_settings": {"REPEATED_STREAMING_CHUNK_LIMIT": 7, "AZURE_DEFAULT_API_VERSION": "2024-10-21"},
            "general_settings": {"custom_auth_settings": {"mode": "auto"}, "encryption_algorithm": "aes-gcm"},
        }
    )
