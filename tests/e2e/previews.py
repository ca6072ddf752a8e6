"""Changes of a stack config whose real previews the report's tests read: a mixed one, a rotation, a dangerous one."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

from tests.e2e.stack import free_port

Config = dict[str, Any]

MANY: Final = 500


def before() -> Config:
    """Return the stack config that all of them change."""
    return {
        "proxy": {
            "model_list": [
                _offline("chat", "openai/gpt-4o-mini"),
                _offline("embeddings", "openai/text-embedding-3-small"),
                {"model_name": "large", "litellm_params": {"model": "openai/gpt-4o", "api_key": "os.environ/PROVIDER"}},
            ],
            "litellm_settings": {"max_end_user_budget": 0.002, "budget_duration": "1d"},
        },
        "access": {
            "budgets": {
                "free-tier": {"max_budget": 0.5, "budget_duration": "1d"},
                "paid-tier": {"max_budget": 20, "budget_duration": "30d", "rpm_limit": 600},
            },
            "customers": {"acme": {"budget": "free-tier"}, "globex": {"budget": "paid-tier"}},
            "users": {"alice": {"user_email": "alice@example.com", "user_role": "internal_user"}},
            "teams": {
                "support": {
                    "models": ["chat"],
                    "max_budget": 20,
                    "budget_duration": "30d",
                    "members": {"alice": {"max_budget_in_team": 5}},
                    "keys": {"helpdesk": {"rpm_limit": 60, "user": "alice"}},
                },
            },
            "keys": {
                "chat-app": {"models": ["chat", "embeddings"], "max_budget": 100, "budget_duration": "30d"},
                "nightly": {"models": ["embeddings"], "budget": "free-tier"},
                "anything": {"metadata": {"owner": "platform"}},
                "old-app": {"models": ["chat"], "max_budget": 1, "budget_duration": "1d"},
            },
        },
        "ports": {"gateway": free_port(), "prometheus": free_port()},
        "protect": False,
    }


def mixed(config: Mapping[str, Any]) -> Config:
    """Return what a pull request of everyday changes: limits, keys, models, and one more replica."""
    after = copy.deepcopy(dict(config))
    access, proxy = after["access"], after["proxy"]
    proxy["model_list"][0]["litellm_params"]["model"] = "openai/gpt-4.1-mini"
    proxy["model_list"].append(_offline("small", "openai/gpt-4.1-nano"))
    access["budgets"]["free-tier"]["max_budget"] = 1
    access["customers"]["acme"]["budget"] = "paid-tier"
    access["customers"]["initech"] = {"budget": "free-tier"}
    access["teams"]["support"] |= {"models": ["chat", "large"], "max_budget": 40}
    access["teams"]["research"] = {"models": ["large"], "max_budget": 50, "keys": {"notebook": {"max_budget": 10}}}
    access["keys"]["chat-app"] |= {"max_budget": 200, "rpm_limit": 300, "models": ["chat", "large"]}
    access["keys"]["anything"] = {"metadata": {"owner": "search"}, "blocked": True}
    access["keys"]["new-app"] = {"models": ["small"], "max_budget": 5, "budget_duration": "7d"}
    del access["keys"]["old-app"]
    after["memory"] = {"prometheus": 768}
    return after


def rotation(config: Mapping[str, Any]) -> Config:
    """Return every kind of rotation at once, one key's without a grace."""
    after = copy.deepcopy(dict(config))
    secrets = ("masterKey", "databasePassword", "saltKey", "provisionerKey", "metricsKey", "virtualKeys")
    after["rotation"] = {**dict.fromkeys(secrets, 2), "grace": "12h"}
    after["access"]["keys"]["old-app"]["grace"] = "0s"
    return after


def dangerous(config: Mapping[str, Any]) -> Config:
    """Return what nobody should merge unread: an empty database, a moved port, removed budgets, teams and customers."""
    after = copy.deepcopy(dict(config))
    access = after["access"]
    after["databaseVolume"] = "second"
    after["ports"]["gateway"] = free_port()
    access["keys"]["nightly"].pop("budget")
    access["keys"]["helpdesk"] = {"rpm_limit": 60}
    access["teams"] = {}
    access["users"] = {}
    del access["budgets"]["free-tier"]
    del access["customers"]["acme"]
    del access["keys"]["chat-app"]
    return after


def crowded(config: Mapping[str, Any]) -> Config:
    """Return the config with hundreds of keys more."""
    after = copy.deepcopy(dict(config))
    crowd = {
        f"app-{number:03}": {"models": ["chat"], "max_budget": 10, "budget_duration": "30d"} for number in range(MANY)
    }
    after["access"]["keys"] |= crowd
    return after


def crowd_changed(config: Mapping[str, Any]) -> Config:
    """Return a change of each of these keys: another limit for most, one of its own for some, others gone."""
    after = copy.deepcopy(dict(config))
    keys = after["access"]["keys"]
    for number in range(MANY):
        name = f"app-{number:03}"
        if number % 50 == 0:
            del keys[name]
            continue
        keys[name] |= {"max_budget": 10 + number if number % 7 == 0 else 25}
        if number % 2:
            keys[name] |= {"models": ["chat", "large"]}
    return after


def _offline(name: str, model: str) -> dict[str, Any]:
    return {"model_name": name, "litellm_params": {"model": model, "mock_response": f"I am {name}."}}
