"""What is expected of keys against what a real proxy lists for them: nothing that is declared is found fault with."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest

from config.expectations import key_expectations
from config.settings import Settings
from litellm_admin.api.users import PROXY_BUDGET
from tests.integration.inputs_of_tests import Login
from tests.integration.running_gateway import CONFIG, Gateway
from verification.budgets import budget_findings
from verification.logins import edge_findings, key_findings

TEAM_KEYS = {"default": {}, "all-of-team": {"models": ["all-team-models"]}, "fewer": {"models": ["chat"]}}
DECLARED: dict[str, Any] = {
    "keys": {
        "plain": {"models": ["chat"]},
        "two": {"models": ["chat", "embeddings"]},
        "every": {},
        "every-by-name": {"models": ["all-proxy-models"]},
        "every-of-no-team": {"models": ["all-team-models"]},
        "group": {"models": ["cheap"]},
        "group-and-model": {"models": ["cheap", "embeddings"]},
        "wildcard": {"models": ["any/*"]},
        "wildcard-and-model": {"models": ["any/*", "chat"]},
        "by-alias": {"models": ["quick"], "aliases": {"quick": "chat"}},
        "alias-beside": {"models": ["chat"], "aliases": {"quick": "chat"}},
        "nothing": {"models": ["no-default-models"]},
        "routes": {"models": ["chat"], "allowed_routes": ["/chat/completions"]},
        "spent": {"models": ["chat"], "max_budget": 0.0},
        "paced": {"models": ["chat"], "rpm_limit": 0},
        "over-soon": {"models": ["chat"], "duration": "1s"},
        "shut": {"models": ["chat"], "blocked": True},
    },
    "teams": {
        "limited": {"models": ["chat", "embeddings"], "keys": {f"limited-{k}": v for k, v in TEAM_KEYS.items()}},
        "unlimited": {"models": ["all-proxy-models"], "keys": {f"unlimited-{k}": v for k, v in TEAM_KEYS.items()}},
        "unsaid": {"keys": {f"unsaid-{k}": v for k, v in TEAM_KEYS.items()}},
        "closed": {"models": ["chat"], "blocked": True, "keys": {"closed-default": {}}},
    },
}


@pytest.fixture
def declared() -> Settings:
    return Settings.model_validate({"proxy": {"model_list": CONFIG["model_list"]}, "access": DECLARED})


@pytest.fixture
def keys(gateway: Gateway, declared: Settings) -> Iterator[dict[str, str]]:
    """Make what is declared with plain calls, and return the keys' values by alias."""
    for name, team in declared.access.teams.items():
        gateway.admin("POST", "/team/new", json={"team_id": name, "team_alias": name, **team.fields()})
    values = {}
    for alias, key, owner in declared.access.all_keys():
        values[alias] = f"sk-{secrets.token_urlsafe(24)}"
        body = {"key": values[alias], "key_alias": alias, **key.fields(), **({"team_id": owner} if owner else {})}
        gateway.admin("POST", "/key/generate", json=body)
    yield values
    for value in values.values():
        gateway.call("POST", "/key/delete", json={"keys": [value]})
    gateway.admin("POST", "/team/delete", json={"team_ids": list(declared.access.teams)})


def findings(gateway: Gateway, keys: dict[str, str], declared: Settings) -> list[str]:
    expected = key_expectations(declared)
    asked = {alias: value for alias, value in keys.items() if alias in expected}
    return key_findings(gateway.url, asked, expected, patience=3)


def test_no_fault_is_found_with_what_was_declared_and_every_one_with_what_was_not(
    gateway: Gateway, keys: dict[str, str], declared: Settings
) -> None:
    time.sleep(1.5)  # one of them is over by then
    assert findings(gateway, keys, declared) == []

    gateway.admin("POST", "/key/update", json={"key": keys["plain"], "models": ["embeddings"]})
    gateway.admin("POST", "/key/update", json={"key": keys["two"], "models": []})
    gateway.admin("POST", "/key/update", json={"key": keys["every"], "models": ["embeddings"]})
    gateway.admin("POST", "/key/delete", json={"keys": [keys["group"], keys["routes"]]})
    gateway.admin("POST", "/key/block", json={"key": keys["wildcard"]})
    found = findings(gateway, keys, declared)
    assert len(found) == 6, found
    for start in (
        "key 'plain' may not use 'chat'",
        "key 'two' may use ",
        "key 'every' may not use 'chat'",
        "key 'group' cannot log in: HTTP 401",
        "key 'routes' cannot log in: HTTP 401",
        "key 'wildcard' cannot log in: HTTP 401",
    ):
        assert any(finding.startswith(start) for finding in found), (start, found)
    assert not [value for value in keys.values() if any(value in finding for finding in found)]


def test_the_edge_is_asked_without_a_login(gateway: Gateway) -> None:
    assert edge_findings(gateway.url, patience=1) == []
    [finding] = edge_findings("http://127.0.0.1:9", patience=0)
    assert "reaches no replica that is ready" in finding


def test_the_row_of_the_proxy_wide_budget_is_read_with_the_provisioners_key_h04(gateway: Gateway, login: Login) -> None:
    declared = {"max_budget": 5.0, "budget_duration": "1d"}

    def found() -> list[str]:
        return budget_findings(gateway.url, login["token"], declared, patience=1)

    [missing] = found()
    assert "is not enforced: the database has no row for it" in missing
    gateway.admin("POST", "/user/new", json={"user_id": PROXY_BUDGET, "auto_create_key": False, **declared})
    try:
        assert found() == []
        gateway.admin("POST", "/user/update", json={"user_id": PROXY_BUDGET, "max_budget": 3})
        [another] = found()
        assert "max_budget is 3.0 and 5.0 is declared" in another
    finally:
        gateway.admin("POST", "/user/delete", json={"user_ids": [PROXY_BUDGET]})
