"""What YAML and Pulumi make of values on their way; tests/integration/test_pulumi_config.py asks Pulumi itself."""

from __future__ import annotations

import pytest

from config.lint.vocabulary import vocabulary
from tests.unit.config.findings import found, model


def test_c16_words_for_true_and_false_are_refused_where_litellm_wants_a_boolean() -> None:
    result = found(
        proxy={
            "model_list": [model(use_in_pass_through="Yes", info={"supports_vision": "on"})],
            "litellm_settings": {"cache": "yes", "cache_params": {"type": "local", "ssl": "n"}, "json_logs": "true"},
            "general_settings": {"disable_spend_logs": "no"},
            "router_settings": {"enable_pre_call_checks": "OFF"},
        }
    )
    text = "{!r} is a text here, and LiteLLM wants true or false: write {}"
    assert result.errors == {
        "proxy.model_list[0].litellm_params.use_in_pass_through": text.format("Yes", "true"),
        "proxy.model_list[0].model_info.supports_vision": text.format("on", "true"),
        "proxy.litellm_settings.cache": text.format("yes", "true"),
        "proxy.litellm_settings.cache_params.ssl": text.format("n", "false"),
        "proxy.litellm_settings.json_logs": text.format("true", "true"),
        "proxy.general_settings.disable_spend_logs": text.format("no", "false"),
        "proxy.router_settings.enable_pre_call_checks": text.format("OFF", "false"),
    }
    assert not result.warnings


def test_c16_such_words_elsewhere_are_a_warning_and_in_prose_nothing() -> None:
    result = found(
        proxy={
            "model_list": [model(mock_response="yes", api_key="no", info={"owner": "no"})],
            "mcp_servers": {"s": {"url": "https://mcp.example.com/mcp", "allow_all_keys": "on"}},
            "general_settings": {"custom_auth_settings": {"mode": "on"}},
        }
    )
    assert result.errors == {}
    assert set(result.warnings) == {
        "proxy.model_list[0].model_info.owner",
        "proxy.mcp_servers.s.allow_all_keys",
    }


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ("general_settings", "disable_spend_logs"),
        ("litellm_settings", "cache"),
        ("litellm_settings", "turn_off_message_logging"),
        ("litellm_settings", "modify_params"),
        ("router_settings", "enable_pre_call_checks"),
        ("litellm_params", "merge_reasoning_content_in_choices"),
        ("model_info", "supports_vision"),
    ],
)
def test_c16_booleans_are_read_from_litellms_source(section: str, name: str) -> None:
    assert name in vocabulary().booleans[section]


def test_booleans_are_names_that_litellm_knows_in_their_sections_and_no_others() -> None:
    words = vocabulary()
    for section, names in words.booleans.items():
        assert names <= words.sections[section]
    assert not words.booleans["litellm_settings"] & {"num_retries", "request_timeout", "callbacks", "cache_params"}
    assert not words.booleans["litellm_params"] & {"model", "api_key", "rpm", "temperature", "timeout", "thinking"}


DATE = "2024-05-01 00:00:00 +0000 UTC"


def test_c24_a_date_that_became_a_moment_is_refused_with_the_form_to_write() -> None:
    result = found(
        proxy={"model_list": [model(api_version=DATE)], "callback_settings": {"otel": {DATE: 1, "<nil>": 2}}},
        environment={"API_VERSION": DATE, "SINCE": "2024-05-01 10:00:00.5 +0200 +0200"},
        access={"keys": {"app": {"metadata": {"since": DATE}}}},
    )
    arrives = f'without quotes it arrives as {DATE!r}; write "2024-05-01"'
    assert result.errors == {
        "proxy.model_list[0].litellm_params.api_version": f"a date: {arrives}",
        f"proxy.callback_settings.otel.{DATE}": f"a date as a name: {arrives}",
        "proxy.callback_settings.otel.<nil>": "a name is missing before the colon",
        "environment.API_VERSION": f"a date: {arrives}",
        "environment.SINCE": (
            "a date: without quotes it arrives as '2024-05-01 10:00:00.5 +0200 +0200'; write it in quotes"
        ),
        "access.keys.app.metadata.since": f"a date: {arrives}",
    }


def test_c24_a_date_in_quotes_is_accepted() -> None:
    assert found(proxy={"model_list": [model(api_version="2024-05-01")]}) == ({}, {})


def test_numbers_that_lose_digits_are_a_warning() -> None:
    result = found(proxy={"model_list": [model(info={"team": 12345678901234567000, "tier": 2**53})]})
    assert result.warnings == {
        "proxy.model_list[0].model_info.team": "numbers this large lose digits on their way: write an id in quotes"
    }
