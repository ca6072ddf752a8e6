"""What LiteLLM's documentation shows of its config.yaml, feature by feature, in our own words and with small values."""

from __future__ import annotations

from typing import Any

from tests.unit.config.findings import model

OPENAI: dict[str, Any] = {"api_key": "os.environ/OPENAI_API_KEY"}
AZURE: dict[str, Any] = {
    "api_base": "os.environ/AZURE_API_BASE",
    "api_key": "os.environ/AZURE_API_KEY",
    "api_version": "2024-05-01",
}

LAKERA: dict[str, Any] = {"api_key": "os.environ/LAKERA_API_KEY"}

DOCUMENTED: dict[str, dict[str, Any]] = {
    "load balancing": {
        "model_list": [model(**AZURE, rpm=6, tpm=1000, weight=1), model(**OPENAI, rpm=9, order=2)],
        "router_settings": {
            "routing_strategy": "usage-based-routing-v2",
            "redis_host": "os.environ/REDIS_HOST",
            "redis_password": "os.environ/REDIS_PASSWORD",
            "redis_port": 6379,
            "enable_pre_call_checks": True,
            "optional_pre_call_checks": ["prompt_caching", "enforce_model_rate_limits"],
        },
    },
    "fallbacks, retries, cooldowns": {
        "model_list": [model(), model("big"), model("small", timeout=300, stream_timeout=60, max_retries=2)],
        "litellm_settings": {
            "num_retries": 3,
            "request_timeout": 10,
            "allowed_fails": 3,
            "fallbacks": [{"chat": ["big"]}],
            "context_window_fallbacks": [{"chat": ["big"]}, {"small": ["chat"]}],
            "content_policy_fallbacks": [{"chat": ["small"]}],
            "default_fallbacks": ["big"],
        },
        "router_settings": {
            "allowed_fails_policy": {"RateLimitErrorAllowedFails": 100},
            "retry_policy": {"AuthenticationErrorRetries": 0, "TimeoutErrorRetries": 2},
            "model_group_retry_policy": {"chat": {"BadRequestErrorRetries": 0}},
            "cooldown_time": 30,
            "disable_cooldowns": False,
            "max_fallbacks": 2,
        },
    },
    "wildcards and aliases": {
        "model_list": [model("*"), model("anthropic/*"), model("chat")],
        "router_settings": {
            "model_group_alias": {"gpt-4": "chat", "old": {"model": "anthropic/claude", "hidden": True}},
            "fallbacks": [{"openai/gpt-4o": ["anthropic/claude"]}],
        },
    },
    "caching": {
        "model_list": [model()],
        "litellm_settings": {
            "cache": True,
            "cache_params": {
                "type": "redis",
                "host": "os.environ/REDIS_HOST",
                "port": 6379,
                "password": "os.environ/REDIS_PASSWORD",
                "namespace": "litellm",
                "ttl": 600,
                "ssl": True,
                "ssl_cert_reqs": None,
                "ssl_check_hostname": False,
                "max_connections": 100,
                "mode": "default_off",
                "supported_call_types": ["acompletion"],
            },
        },
    },
    "semantic caching": {
        "model_list": [model("embedder", info={"mode": "embedding"})],
        "litellm_settings": {
            "cache": True,
            "cache_params": {
                "type": "qdrant-semantic",
                "qdrant_api_base": "os.environ/QDRANT_URL",
                "qdrant_collection_name": "cache",
                "qdrant_semantic_cache_embedding_model": "embedder",
                "similarity_threshold": 0.8,
            },
        },
    },
    "logging": {
        "model_list": [model()],
        "litellm_settings": {
            "success_callback": ["langfuse", "s3"],
            "failure_callback": ["sentry"],
            "callbacks": ["otel", "custom_callbacks.handler", "mine"],
            "service_callback": ["datadog", "prometheus_system"],
            "turn_off_message_logging": True,
            "redact_user_api_key_info": True,
            "langfuse_default_tags": ["cache_hit"],
            "s3_callback_params": {"s3_bucket_name": "logs", "s3_region_name": "eu-central-1"},
        },
        "callback_settings": {"otel": {"message_logging": False}, "mine": {"callback_type": "generic_api"}},
    },
    "budgets": {
        "model_list": [model(max_budget=10, budget_duration="1d", **OPENAI)],
        "litellm_settings": {
            "max_budget": 100,
            "budget_duration": "30d",
            "max_internal_user_budget": 10,
            "internal_user_budget_duration": "1mo",
            "default_internal_user_params": {"user_role": "internal_user", "max_budget": 1, "budget_duration": "7d"},
            "upperbound_key_generate_params": {"max_budget": 100, "budget_duration": "10d", "duration": "30d"},
            "default_team_settings": [{"team_id": "a", "success_callback": ["langfuse"]}],
        },
        "router_settings": {"provider_budget_config": {"openai": {"budget_limit": 1.5, "time_period": "1d"}}},
    },
    "general settings": {
        "model_list": [model()],
        "general_settings": {
            "alerting": ["slack"],
            "alert_types": ["budget_alerts"],
            "alerting_threshold": 300,
            "alerting_args": {"report_check_interval": 300},
            "background_health_checks": True,
            "health_check_interval": 300,
            "proxy_batch_write_at": 60,
            "database_connection_pool_limit": 10,
            "allow_requests_on_db_unavailable": True,
            "global_max_parallel_requests": 100,
            "maximum_spend_logs_retention_period": "7d",
            "maximum_spend_logs_retention_interval": "1d",
            "pass_through_endpoints": [
                {"path": "/v1/rerank", "target": "https://api.example.com/rerank", "headers": {"accept": "json"}}
            ],
            "forward_client_headers_to_llm_api": True,
            "user_header_name": "X-User",
            "store_prompts_in_spend_logs": True,
        },
    },
    "tags, access groups and custom prices": {
        "model_list": [
            model(tags=["free"], input_cost_per_token=0.000001, output_cost_per_token=0.000002),
            model(info={"id": "one", "access_groups": ["beta"], "base_model": "gpt-4o", "supports_vision": True}),
        ],
        "router_settings": {"enable_tag_filtering": True, "tag_filtering_match_any": False},
    },
    "guardrails": {
        "model_list": [model(guardrails=["pii"])],
        "guardrails": [
            {
                "guardrail_name": "pii",
                "litellm_params": {"guardrail": "presidio", "mode": "pre_call", "default_on": True},
            },
            {
                "guardrail_name": "injection",
                "litellm_params": {"guardrail": "lakera_v2", "mode": "during_call", **LAKERA},
            },
        ],
        "policies": {"base": {"guardrails": {"add": ["pii"]}}, "strict": {"inherit": "base"}},
        "policy_attachments": [{"policy": "base", "scope": "*"}],
    },
    "MCP, tools, vector stores, prompts": {
        "model_list": [model()],
        "mcp_servers": {"docs": {"url": "https://mcp.example.com/mcp", "transport": "http"}},
        "search_tools": [{"search_tool_name": "web", "litellm_params": {"search_provider": "tavily"}}],
        "vector_store_registry": [{"vector_store_name": "kb", "litellm_params": {"vector_store_id": "1"}}],
        "prompts": [
            {"prompt_id": "hello", "litellm_params": {"prompt_id": "hello", "prompt_integration": "dotprompt"}}
        ],
        "litellm_settings": {
            "mcp_aliases": {"d": "docs"},
            "callbacks": ["websearch_interception"],
            "websearch_interception_params": {"enabled_providers": ["bedrock"], "search_tool_name": "web"},
        },
    },
    "credentials, files and fine tuning": {
        "model_list": [model(litellm_credential_name="azure")],
        "credential_list": [{"credential_name": "azure", "credential_values": {"api_key": "os.environ/AZURE_API_KEY"}}],
        "files_settings": [{"custom_llm_provider": "openai", **OPENAI}],
        "finetune_settings": [{"custom_llm_provider": "azure", **AZURE}],
        "default_vertex_config": {"vertex_project": "p", "vertex_location": "us-central1"},
    },
    "providers": {
        "model_list": [
            model("bedrock", aws_region_name="eu-central-1", aws_role_name="r", aws_session_name="s"),
            model("vertex", vertex_project="p", vertex_location="us-central1", vertex_credentials="os.environ/VERTEX"),
            model("vllm", api_base="https://vllm.example.com/v1", api_key="none", temperature=0.2, top_k=3),
            model("think", reasoning_effort="low", thinking={"type": "enabled", "budget_tokens": 1024}),
            model("web", extra_headers={"X-Title": "gateway"}, drop_params=True, additional_drop_params=["user"]),
            model("auto", auto_router_config_path="router.json", auto_router_default_model="vllm"),
        ],
    },
}
"""A config of each feature. None has a mistake."""

VARIABLES = (
    "AZURE_API_BASE",
    "AZURE_API_KEY",
    "LAKERA_API_KEY",
    "OPENAI_API_KEY",
    "QDRANT_URL",
    "REDIS_HOST",
    "REDIS_PASSWORD",
    "VERTEX",
)
