"""Secrets in clear are found by the name of their setting or variable and by their shape; what is none is accepted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.config.findings import found, model

HEX = "0123456789abcdef0123456789abcdef"
SLACK = "https://hooks.slack.com/services/T0/B0/x"
T = {"T": "canary-0123456789"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AZURE_API_KEY", HEX),
        ("SMTP_PASSWORD", "hunter22"),
        ("SLACK_WEBHOOK_URL", SLACK),
        ("WEBHOOK_URL", "https://alerts.example.com/in/4711"),
        ("ALERTS", SLACK),
        ("AWS_ACCESS_KEY_ID", "abcdef"),
        ("HF_TOKEN", "abcdef"),
        ("HCP_VAULT_APPROLE_SECRET_ID", "abcdef"),
        ("AWS_BEARER_TOKEN_BEDROCK", "abcdef"),
        ("WATSONX_ZENAPIKEY", "abcdef"),
        ("SNOWFLAKE_JWT", "abcdef"),
        ("DD_APP_KEY", HEX),
        ("LITELLM_LICENSE", "abcdef"),
        ("OTEL_HEADERS", "api-key=abcdef,x-scope=dev"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer%20abcdef"),
        ("MCP_URL", f"https://mcp.example.com/mcp?user=a&api_key={HEX}"),
    ],
)
def test_c40_a_secret_in_the_environment_is_refused_by_its_name_or_shape(name: str, value: str) -> None:
    errors = found(environment={name: value}).errors
    assert list(errors) == [f"environment.{name}"]
    assert errors[f"environment.{name}"] == (
        f"a secret in clear; remove it and `pulumi config set --secret --path secrets.{name}`"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROXY_BASE_URL", "https://gateway.example.com"),
        ("JWT_PUBLIC_KEY_URL", "https://sso.example.com/keys"),
        ("LANGFUSE_PUBLIC_KEY", "pk-lf-0123456789abcdef"),
        ("LITELLM_TPM_TOKEN_RESERVATION_ENABLED", "true"),
        ("ENABLE_TOKEN", "yes"),
        ("DEFAULT_MAX_TOKENS", "4096"),
        ("BEDROCK_MIN_THINKING_BUDGET_TOKENS", "1024"),
        ("MINIMUM_CUSTOM_KEY_LENGTH", "16"),
        ("LITELLM_CONFIG_BUCKET_OBJECT_KEY", "prod/config.yaml"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/run/google.json"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token"),
        ("AZURE_CREDENTIAL", "DefaultAzureCredential"),
        ("GENERIC_TOKEN_ENDPOINT", "https://sso.example.com/token"),
        ("OTEL_HEADERS", "x-scope=dev"),
        ("OPENAI_API_KEY", "fake-key"),
        ("UI_USERNAME", "admin"),
    ],
)
def test_what_is_no_secret_in_the_environment_is_accepted(name: str, value: str) -> None:
    assert found(environment={name: value}) == ({}, {})


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("mcp_servers.s.auth_value", {"mcp_servers": {"s": {"auth_value": "abcdef"}}}),
        ("mcp_servers.s.env.GITHUB_TOKEN", {"mcp_servers": {"s": {"env": {"GITHUB_TOKEN": "abcdef"}}}}),
        (
            "mcp_servers.s.static_headers.Authorization",
            {"mcp_servers": {"s": {"static_headers": {"Authorization": "Bearer abcdef"}}}},
        ),
        (
            "mcp_servers.s.static_headers.X-Goog-Api-Key",
            {"mcp_servers": {"s": {"static_headers": {"X-Goog-Api-Key": "abcdef"}}}},
        ),
        (
            "general_settings.pass_through_endpoints[0].headers.Ocp-Apim-Subscription-Key",
            {"general_settings": {"pass_through_endpoints": [{"headers": {"Ocp-Apim-Subscription-Key": "abcdef"}}]}},
        ),
        ("model_list[0].litellm_params.apikey", {"model_list": [model(apikey="abcdef")]}),
        (
            "model_list[0].litellm_params.extra_headers.Authorization",
            {"model_list": [model(extra_headers={"Authorization": "abcdef"})]},
        ),
        (
            "general_settings.alert_to_webhook_url.budget_alerts",
            {"general_settings": {"alert_to_webhook_url": {"budget_alerts": "https://example.com/in/1"}}},
        ),
        (
            "general_settings.alert_to_webhook_url.budget_alerts[1]",
            {"general_settings": {"alert_to_webhook_url": {"budget_alerts": ["os.environ/T", SLACK]}}},
        ),
        ("router_settings.redis_password", {"router_settings": {"redis_password": 12345678}}),
        ("litellm_settings.openai_key", {"litellm_settings": {"openai_key": "abcdef"}}),
        ("guardrails[0].litellm_params.apiKey", {"guardrails": [{"litellm_params": {"apiKey": "abcdef"}}]}),
    ],
)
def test_c41_a_secret_in_headers_mcp_servers_and_webhooks_is_refused(path: str, section: dict[str, Any]) -> None:
    errors = found(proxy=section, secrets=T).errors
    mend = "write os.environ/NAME here and `pulumi config set --secret --path secrets.NAME`"
    assert errors == {f"proxy.{path}": f"a secret in clear; {mend}"}
    assert "abcdef" not in str(errors)


def test_headers_and_servers_without_a_secret_are_accepted() -> None:
    server = {"url": "https://mcp.example.com/mcp", "env": {"LOG_LEVEL": "info", "TOKEN": "os.environ/T"}}
    proxy = {
        "model_list": [model(extra_headers={"X-Title": "gateway", "anthropic-beta": "tools-2024"})],
        "mcp_servers": {"s": {**server, "static_headers": {"Authorization": "os.environ/T", "X-Team": "search"}}},
        "general_settings": {"alert_to_webhook_url": {"budget_alerts": ["os.environ/T"]}},
    }
    assert found(proxy=proxy, secrets=T) == ({}, {})


@pytest.mark.parametrize(
    "name", ["input_cost_per_token", "output_cost_per_reasoning_token", "cache_read_input_token_cost"]
)
def test_c50_a_price_as_a_text_is_a_price(name: str) -> None:
    priced = {"model_name": "chat", "litellm_params": {"model": "openai/x", name: "0.0000005"}}
    assert found(proxy={"model_list": [priced, model(info={name: "5e-7"})]}).errors == {}


@pytest.mark.parametrize(
    "value",
    ["ollama", "lm-studio", "vllm", "token-abc123", "EMPTY", "sk-no-key-required", "not-needed", "fake-key"],
)
def test_c51_a_placeholder_of_a_local_server_is_accepted(value: str) -> None:
    assert found(proxy={"model_list": [model(api_key=value, api_base="https://vllm.example.com/v1")]}) == ({}, {})


def test_c23_a_reference_is_the_whole_value_or_refused() -> None:
    proxy = {
        "model_list": [model(api_base="os.environ/T/v1"), model(api_base="https://os.environ/T/v1")],
        "mcp_servers": {"s": {"static_headers": {"Authorization": "Bearer os.environ/T"}}},
    }
    message = (
        "LiteLLM replaces os.environ/NAME only if it is the whole value, and this is more: put all of it into one"
        " variable, and write os.environ/NAME alone"
    )
    assert found(proxy=proxy, secrets=T).errors == {
        "proxy.model_list[0].litellm_params.api_base": message,
        "proxy.model_list[1].litellm_params.api_base": message,
        "proxy.mcp_servers.s.static_headers.Authorization": message,
    }


def test_c23_what_litellm_replaces_itself_is_accepted() -> None:
    route = {"path": "/a", "target": "https://a.example.com", "headers": {"Authorization": "Bearer os.environ/T"}}
    proxy = {
        "model_list": [model(extra_headers={"Authorization": "os.environ/T"}, mock_response="Set os.environ/T first.")],
        "general_settings": {"pass_through_endpoints": [route]},
    }
    assert found(proxy=proxy, secrets=T) == ({}, {})
    # LiteLLM reads all that follows as the variable's name.
    route["headers"] = {"Authorization": "Bearer os.environ/T, os.environ/T"}
    assert len(found(proxy=proxy, secrets=T).errors) == 1


def test_c23_references_that_litellm_leaves_as_they_are_are_reported() -> None:
    stored = {
        "model_name": "m",
        "litellm_params": {"model": "openai/x", "api_key": "os.environ/T", "extra_headers": {"X-Key": "os.environ/T"}},
    }
    result = found(
        proxy={"general_settings": {"alerting_args": {"targets": ["os.environ/T"]}}},
        access={"models": {"m": stored}},
        environment={"COPY": "os.environ/T"},
        secrets=T,
    )
    assert set(result.errors) == {"access.models.m.litellm_params.extra_headers.X-Key", "environment.COPY"}
    assert set(result.warnings) == {"proxy.general_settings.alerting_args.targets[0]"}
