"""What is checked of values: spans of time, addresses, budgets, licences and secrets, each with its mend."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.config.findings import found, model

NO_SPAN = "not a span of time that LiteLLM reads: write a whole number and a unit, as in 30s, 2m, 12h, 7d, 4w or 1mo"
CANARY = "canary-0123456789abcdef"


def test_spans_that_litellm_cannot_read_are_errors_and_those_it_reads_otherwise_are_warnings() -> None:
    result = found(
        proxy={
            "model_list": [model(max_budget=1, budget_duration="soon")],
            "litellm_settings": {
                "budget_duration": "1month",
                "default_team_params": {"budget_duration": 3},
            },
            "general_settings": {
                "maximum_spend_logs_retention_period": 90,
                "maximum_spend_logs_retention_interval": "1 d",
            },
            "router_settings": {"provider_budget_config": {"openai": {"budget_limit": 1, "time_period": "1d"}}},
        }
    )
    assert result.errors == {
        "proxy.model_list[0].litellm_params.budget_duration": NO_SPAN,
        "proxy.litellm_settings.default_team_params.budget_duration": NO_SPAN,
        "proxy.general_settings.maximum_spend_logs_retention_interval": NO_SPAN,
    }
    assert result.warnings == {
        "proxy.litellm_settings.budget_duration": f"LiteLLM reads '1month' as '1mo': {NO_SPAN.partition(': ')[2]}",
        "proxy.general_settings.maximum_spend_logs_retention_period": "LiteLLM reads a bare number as days: write 90d",
    }


@pytest.mark.parametrize("duration", ["30s", "2m", "12h", "7d", "4w", "1mo", "monthly", "os.environ/SPAN", None])
def test_every_span_that_litellm_documents_is_taken(duration: str | None) -> None:
    proxy = {"litellm_settings": {"budget_duration": duration}}
    assert found(proxy=proxy, environment={"SPAN": "1d"}) == ({}, {})


def test_seconds_are_numbers() -> None:
    result = found(
        proxy={
            "model_list": [model(timeout="5", stream_timeout="os.environ/TIMEOUT")],
            "router_settings": {"cooldown_time": True, "retry_after": "soon", "timeout": 0.5},
        },
        environment={"TIMEOUT": "5"},
    )
    assert result.errors == {
        "proxy.router_settings.cooldown_time": "write a number of seconds",
        "proxy.router_settings.retry_after": "write a number of seconds",
    }


def test_words_of_a_provider_or_of_ones_own_are_not_taken_for_spans_and_seconds() -> None:
    entry = model(info={"timeout": "short", "ttl": "1 day"}, ttl="3600s", extra_body={"time_period": "last week"})
    assert found(proxy={"model_list": [entry]}) == ({}, {})


def test_addresses_that_lead_nowhere_from_inside_a_container_are_warned_of() -> None:
    result = found(
        adminUrl="gateway.example.com",
        proxy={
            "model_list": [model(api_base="http://localhost:8000/v1"), model(api_base="api.example.com/v1")],
            "litellm_settings": {"cache_params": {"host": "127.0.0.1"}},
        },
        environment={"OTEL_EXPORTER_URL": "http://0.0.0.0:4317", "REDIS_HOST": "redis.example.com"},
    )
    inside = "in the proxy's container, {} is the container itself: write the host's address"
    assert result.errors == {"adminUrl": "write a URL, such as https://gateway.example.com"}
    assert result.warnings == {
        "proxy.model_list[0].litellm_params.api_base": inside.format("localhost"),
        "proxy.model_list[1].litellm_params.api_base": "no URL: write it with its scheme, as in https://...",
        "proxy.litellm_settings.cache_params.host": inside.format("127.0.0.1"),
        "environment.OTEL_EXPORTER_URL": inside.format("0.0.0.0"),  # noqa: S104  # in a text
    }


def test_a_budget_of_the_proxy_without_a_span_is_refused_because_litellm_does_not_start_with_it() -> None:
    result = found(proxy={"litellm_settings": {"max_budget": 5, "max_end_user_budget": 1}})
    assert result.errors == {
        "proxy.litellm_settings.max_budget": "LiteLLM would not start: add budget_duration, as in 30d"
    }
    assert set(result.warnings) == {"proxy.litellm_settings.max_end_user_budget"}
    config = {"openai": {"budget_limit": 100}}
    assert set(found(proxy={"router_settings": {"provider_budget_config": config}}).errors) == {
        "proxy.router_settings.provider_budget_config.openai"
    }


def test_budgets_that_never_reset_or_refuse_everything_are_warned_of() -> None:
    result = found(
        proxy={
            "model_list": [model(max_budget=5)],
            "litellm_settings": {"max_budget": 0, "default_internal_user_params": {"max_budget": 1}},
        },
        access={
            "budgets": {"free": {"max_budget": 1}, "shut-out": {"max_budget": 0}},
            "users": {"alice": {"max_budget": 1, "budget_duration": "1d"}},
            "teams": {
                "support": {
                    "max_budget": 0,
                    "keys": {"helpdesk": {"max_budget": 0}},
                    "members": {"alice": {"max_budget_in_team": 5}},
                }
            },
            "keys": {"app": {"max_budget": 2}},
        },
    )
    never = "is spent once and never reset: add budget_duration, or leave it so on purpose"
    zero = "0 refuses every request: leave it out where there is no limit"
    assert result.errors == {}
    assert result.warnings == {
        "proxy.model_list[0].litellm_params.max_budget": (
            "LiteLLM ignores it without budget_duration: add one, as in 30d"
        ),
        "proxy.litellm_settings.max_budget": "0 is no limit here: leave it out, or write an amount in US dollars",
        "proxy.litellm_settings.default_internal_user_params.max_budget": never,
        "access.budgets.free.max_budget": never,
        "access.teams.support.max_budget": zero,
        "access.teams.support.keys.helpdesk.max_budget": zero,
        "access.teams.support.members.alice.max_budget_in_team": never,
        "access.keys.app.max_budget": never,
    }


def test_ids_that_two_objects_have_are_told_at_both() -> None:
    models = [model(info={"id": 1}), model(info={"id": "1"}), model(info={"id": 2})]
    teams: dict[str, Any] = {"support": {}, "helpdesk": {"team_id": "support"}, "research": {}}
    result = found(proxy={"model_list": models}, access={"teams": teams})
    unique = "the id of a team is unique on the proxy; {} has it too"
    assert result.errors == {
        "access.teams.support": unique.format("access.teams.helpdesk"),
        "access.teams.helpdesk": unique.format("access.teams.support"),
    }
    assert set(result.warnings) == {f"proxy.model_list[{index}].model_info.id" for index in (0, 1)}


def test_settings_that_need_a_licence_are_told_by_what_the_open_source_proxy_does() -> None:
    proxy: dict[str, Any] = {
        "general_settings": {
            "allowed_ips": ["10.0.0.1"],
            "admin_only_routes": ["/key/generate"],
            "max_request_size_mb": 1,
            "key_management_system": "hashicorp_vault",
        },
        "litellm_settings": {"callbacks": ["hide_secrets", "gcs_bucket"]},
        "worker_registry": [{"worker_id": "a", "name": "a", "url": "https://a"}],
    }
    result = found(proxy=proxy)
    assert set(result.errors) == {
        "proxy.general_settings.allowed_ips",
        "proxy.general_settings.admin_only_routes",
        "proxy.general_settings.key_management_system",
        "proxy.litellm_settings.callbacks[0]",
        "proxy.worker_registry",
    }
    assert set(result.warnings) == {
        "proxy.general_settings.max_request_size_mb",
        "proxy.litellm_settings.callbacks[1]",
    }
    assert found(proxy=proxy, secrets={"LITELLM_LICENSE": CANARY}) == ({}, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_key", CANARY),
        ("description", "sk-0123456789abcdefghij"),
        ("api_base", f"https://user:{CANARY}@example.com"),
        ("headers", {"Authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.signature"}),
    ],
)
def test_a_secret_is_found_by_its_name_or_its_look_and_not_shown(name: str, value: Any) -> None:
    [(path, message)] = found(proxy={"model_list": [model(**{name: value})]}).errors.items()
    assert path.startswith(f"proxy.model_list[0].litellm_params.{name}")
    assert "a secret in clear" in message
    assert CANARY not in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_key", "fake-key"),
        ("api_key", "none"),
        ("api_key", ""),
        ("eos_token", "</s>"),
        ("azure_ad_token", "oidc/azure/api://audience"),
        ("api_base", "https://user@example.com:8443/a:b@c"),
        ("max_tokens", 100),
    ],
)
def test_what_is_no_secret_is_taken(name: str, value: Any) -> None:
    assert found(proxy={"model_list": [model(**{name: value})]}).errors == {}


def test_secrets_in_the_environment_and_the_key_that_everybody_knows_are_found() -> None:
    environment = {"A": "sk-0123456789abcdefghij", "B": f"redis://:{CANARY}@redis:6379", "C": "sk-1234", "D": "plain"}
    result = found(environment=environment, secrets={"OPENAI_API_KEY": "sk-1234"})
    assert set(result.errors) == {"environment.A", "environment.B", "environment.C"}
    assert set(result.warnings) == {"secrets.OPENAI_API_KEY"}
    assert "pulumi config set --secret --path secrets.A" in result.errors["environment.A"]


def test_every_variable_of_a_text_has_to_be_declared() -> None:
    result = found(proxy={"model_list": [model(api_key="os.environ/A:os.environ/B")]}, secrets={"A": CANARY})
    assert [message.partition(" is ")[0] for message in result.errors.values()] == ["os.environ/B"]


@pytest.mark.parametrize("place", [[], ["router_settings"], ["litellm_settings"], ["general_settings"]])
def test_the_master_key_is_the_stacks_own_in_every_place(place: list[str]) -> None:
    proxy: dict[str, Any] = {"master_key": CANARY}
    for section in place:
        proxy = {section: proxy}
    result = found(proxy=proxy)
    assert list(result.errors) == [".".join(["proxy", *place, "master_key"])]
    assert "remove it: the stack generates the master key" in next(iter(result.errors.values()))
    assert not result.warnings


def test_sections_that_are_there_and_empty_are_taken() -> None:
    proxy = dict.fromkeys(["model_list", "litellm_settings", "router_settings", "general_settings", "guardrails"])
    assert found(proxy=proxy) == ({}, {})


def test_a_master_key_in_a_model_is_refused_and_other_words_there_are_the_providers() -> None:
    result = found(proxy={"model_list": [model(master_key="os.environ/LITELLM_MASTER_KEY", database_url="jdbc://x")]})
    assert list(result.errors) == ["proxy.model_list[0].litellm_params.master_key"]
    assert not result.warnings


def test_a_number_of_failures_that_litellm_takes_for_not_set_is_a_warning() -> None:
    path = "proxy.router_settings.allowed_fails"
    assert "write 2 or 4" in found(proxy={"router_settings": {"allowed_fails": 3}}).warnings[path]
    assert found(proxy={"router_settings": {"allowed_fails": 4}}).warnings == {}
