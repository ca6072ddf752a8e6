"""What LiteLLM's settings would do to keys, users and models in the middle of an update: refused at preview."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.config.findings import Found, found

BOUNDS = {"max_budget": 100, "budget_duration": "30d", "duration": "30d", "tpm_limit": 1000, "rpm_limit": 60}


def checked(bounds: dict[str, Any] = BOUNDS, **sections: Any) -> Found:
    return found(proxy={"litellm_settings": {"upperbound_key_generate_params": bounds}}, **sections)


def beyond(name: str, bound: object) -> str:
    return (
        f"beyond proxy.litellm_settings.upperbound_key_generate_params.{name}, which is {bound}: LiteLLM refuses the "
        "key. Write at most that, or raise the bound"
    )


def test_c60_keys_beyond_an_upper_bound_are_refused_wherever_they_are_declared() -> None:
    over = {"max_budget": 101, "budget_duration": "1d"}
    access = {
        "keys": {"a": over, "b": {"max_budget": 100, "budget_duration": "30d", "duration": "30d"}, "c": {}},
        "teams": {"t": {"keys": {"d": {"tpm_limit": 1001}}}},
        "keyGroups": {
            "g": {"fields": {"duration": "31d"}, "keys": {"e": {"rpm_limit": 61}, "f": {"duration": "30d"}}},
        },
    }
    assert checked(access=access).errors == {
        "access.keys.a.max_budget": beyond("max_budget", 100),
        "access.teams.t.keys.d.tpm_limit": beyond("tpm_limit", 1000),
        "access.keyGroups.g.fields.duration": beyond("duration", "30d"),
        "access.keyGroups.g.keys.e.rpm_limit": beyond("rpm_limit", 60),
    }


@pytest.mark.parametrize(
    ("bound", "asked", "refused"),
    [
        ("30d", "720h", False),
        ("30d", "721h", True),
        ("30d", "4w", False),
        # In some months it is longer.
        ("30d", "1mo", True),
        ("1mo", "1mo", False),
        ("1mo", "28d", False),
        ("1mo", "30d", True),
        ("monthly", "2mo", True),
        ("os.environ/MOST", "8d", True),
        ("os.environ/MOST", "7d", False),
        ("os.environ/HIDDEN", "8d", False),
    ],
)
def test_c60_spans_are_compared_as_litellm_does(bound: str, asked: str, *, refused: bool) -> None:
    variables: dict[str, Any] = {"environment": {"MOST": "7d"}, "secrets": {"HIDDEN": "7d"}}
    errors = checked({"duration": bound}, access={"keys": {"a": {"duration": asked}}}, **variables).errors
    # How long a rotated value stays valid is such a span too.
    assert ("access.keys.a.duration" in errors, len(errors)) == (refused, int(refused))


def test_c60_the_grace_of_a_rotation_is_within_the_bound() -> None:
    access = {"keys": {"a": {"grace": "3h"}, "b": {"grace": "0s"}}}
    assert set(checked({"duration": "2h"}, access=access).errors) == {"access.keys.a.grace", "rotation.grace"}
    assert checked({"duration": "2h"}, access=access, rotation={"grace": "1h"}).errors.keys() == {"access.keys.a.grace"}
    assert checked({"duration": "2h"}).errors == {}


def test_c60_what_cannot_be_taken_back_is_refused() -> None:
    params = {
        "team_id": "core",
        "object_permission": {"vector_stores": ["a"]},
        "max_budget": 1,
        "budget_duration": "1d",
    }
    place = "proxy.litellm_settings.default_key_generate_params"
    errors = found(proxy={"litellm_settings": {"default_key_generate_params": params}}).errors
    assert set(errors) == {f"{place}.team_id", f"{place}.object_permission"}
    assert errors[f"{place}.team_id"].endswith("remove it, and write it in access.keys")


def test_c60_a_user_says_what_litellm_would_fill_in_for_good() -> None:
    defaults = {"models": ["chat"], "user_role": "internal_user", "max_budget": 1, "budget_duration": "1d"}
    proxy = {
        "model_list": [{"model_name": "chat", "litellm_params": {"model": "openai/gpt-4o-mini"}}],
        "litellm_settings": {"default_internal_user_params": defaults},
    }
    users = {
        "ann": {},
        "ben": {"models": ["all-proxy-models"], "user_role": "internal_user"},
        "root": {"user_role": "proxy_admin"},
    }
    errors = found(proxy=proxy, access={"users": users}).errors
    assert set(errors) == {"access.users.ann.models", "access.users.ann.user_role"}
    assert errors["access.users.ann.models"].endswith("write models: [all-proxy-models] for all of them")


def test_c62_a_budget_of_end_users_that_is_never_reset_is_refused() -> None:
    access = {
        "budgets": {
            "daily": {"max_budget": 1, "budget_duration": "1d"},
            "once": {"max_budget": 1},
            "slow": {"rpm_limit": 1, "budget_duration": "1d"},
        },
        "keys": {
            "a": {"end_user_budget_id": "daily"},
            "b": {"end_user_budget_id": "once"},
            "c": {"end_user_budget_id": "slow"},
            "d": {"budget": "daily"},
        },
        "teams": {"t": {"keys": {"e": {"end_user_budget_id": "daily"}}}},
        "keyGroups": {"g": {"fields": {"end_user_budget_id": "daily"}, "keys": {"f": {}}}},
    }
    errors = found(access=access).errors
    assert set(errors) == {
        "access.keys.a.end_user_budget_id",
        "access.teams.t.keys.e.end_user_budget_id",
        "access.keyGroups.g.fields.end_user_budget_id",
    }
    assert "declare them as access.customers" in errors["access.keys.a.end_user_budget_id"]


def test_c63_a_model_of_one_team_needs_a_licence() -> None:
    parameters = {"litellm_params": {"model": "openai/gpt-4o-mini", "api_key": "os.environ/OPENAI_API_KEY"}}
    access = {
        "models": {
            "own": {"model_name": "own", **parameters, "model_info": {"team_id": "support"}},
            "all": {"model_name": "all", **parameters, "model_info": {"mode": "chat"}},
        }
    }
    secrets = {"OPENAI_API_KEY": "sk-canary-0123456789abcdef"}
    errors = found(access=access, secrets=secrets).errors
    assert errors == {
        "access.models.own.model_info.team_id": "models of one team are for LiteLLM Enterprise only: remove it and name"
        " the model in access.teams.TEAM.models, or declare secrets.LITELLM_LICENSE"
    }
    assert found(access=access, secrets={**secrets, "LITELLM_LICENSE": "a-licence"}).errors == {}
