"""A small stack config for the tests of the components."""

from __future__ import annotations

from typing import Any


def config() -> dict[str, Any]:
    """Return a config with one of everything."""
    return {
        "proxy": {
            "model_list": [
                {
                    "model_name": "chat",
                    "litellm_params": {"model": "openai/gpt-4o-mini", "api_key": "os.environ/OPENAI_API_KEY"},
                }
            ],
            "litellm_settings": {"max_budget": 5, "max_end_user_budget": 0.002, "budget_duration": "1d"},
        },
        "secrets": {"OPENAI_API_KEY": "sk-canary-0123456789"},
        "access": {
            "budgets": {"HyperBudget": {"max_budget": 0.5}},
            "customers": {"HyperUser": {"budget": "HyperBudget"}},
            "credentials": {
                "openai": {"credential_values": {"api_key": "os.environ/OPENAI_API_KEY", "api_base": "http://x"}}
            },
            "models": {
                "extra": {
                    "model_name": "extra",
                    "litellm_params": {"model": "openai/gpt-4o", "litellm_credential_name": "openai"},
                }
            },
            "users": {"alice": {"user_email": "alice@example.com"}},
            "teams": {
                "support": {
                    "models": ["chat"],
                    "members": {"alice": {"max_budget_in_team": 5}},
                    "keys": {"helpdesk": {"rpm_limit": 60, "user": "alice"}},
                },
                "research": {"team_id": "4f5c"},
            },
            "keys": {
                "chat-app": {"models": ["chat"], "max_budget": 0.001, "budget_duration": "2m"},
                "from-before": {"adopt": True, "team": "research"},
                "guest": {"duration": "30d"},
            },
            "keyGroups": {
                "course": {
                    "fields": {"budget": "HyperBudget", "models": ["chat"]},
                    "keys": {"ada": {}, "bob": {"rpm_limit": 5, "rotation": 2, "team": "support"}},
                }
            },
        },
        "replicas": 2,
        "cache": {"enabled": True},
    }
