"""Rows as LiteLLM 1.106.2 lists them, shortened to what is read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litellm_admin.api.users import PROXY_BUDGET
from status import accounts
from status.snapshot import Account, Kind

MIDNIGHT = datetime(2026, 11, 26, tzinfo=UTC)
TINY = {"budget_id": "tiny", "max_budget": 2e-05, "budget_reset_at": "2026-11-26T00:00:00Z"}


def key(**fields: Any) -> Account:
    row = {"token": "bbee3050", "key_name": "sk-...z6Bs", "spend": 0.25, "blocked": None, **fields}
    (account,) = accounts.keys([row], {"tiny": TINY})
    return account


def test_a_key_has_its_own_budget() -> None:
    found = key(key_alias="chat-app", max_budget=1.0, budget_reset_at="2026-11-26T00:00:00Z")
    assert found == Account(kind=Kind.KEY, name="chat-app", spend=0.25, limit=1.0, resets=MIDNIGHT)
    assert found.used == 0.25


def test_a_key_is_limited_by_the_budget_that_it_names() -> None:
    found = key(key_alias="shared", max_budget=None, budget_id="tiny")
    assert (found.limit, found.resets) == (2e-05, MIDNIGHT)


def test_a_keys_own_limit_wins_over_that_of_its_budget() -> None:
    assert key(key_alias="shared", max_budget=0.5, budget_id="tiny").limit == 0.5
    assert key(key_alias="shut", max_budget=0.0, budget_id="tiny").used == 1


def test_a_key_without_an_alias_is_named_as_the_proxy_does() -> None:
    found = key(key_alias=None, max_budget=None, blocked=True, expires="2026-11-28T22:00:03.000000Z")
    assert (found.name, found.blocked, found.used) == ("sk-...z6Bs", True, None)
    assert found.expires == datetime(2026, 11, 28, 22, 0, 3, tzinfo=UTC)


def test_customers_of_whom_nothing_is_known_are_left_out() -> None:
    rows = [
        {"user_id": "passer-by", "spend": 0.0, "litellm_budget_table": None},
        {"user_id": "spender", "spend": 0.5, "litellm_budget_table": None},
        {"user_id": "declared", "spend": 0.0, "litellm_budget_table": TINY},
    ]
    assert list(accounts.customers(rows)) == [
        Account(kind=Kind.CUSTOMER, name="spender", spend=0.5),
        Account(kind=Kind.CUSTOMER, name="declared", spend=0.0, limit=2e-05, resets=MIDNIGHT),
    ]


def test_teams_and_the_whole_proxy() -> None:
    team = {"team_alias": "support", "team_id": "t-1", "spend": 0.0, "max_budget": None, "budget_reset_at": None}
    users = [{"user_id": "alice", "spend": 1.0}, {"user_id": PROXY_BUDGET, "spend": 2.0, "max_budget": 5.0}]
    assert list(accounts.teams([team])) == [Account(kind=Kind.TEAM, name="support", spend=0.0)]
    assert list(accounts.proxy(users)) == [Account(kind=Kind.PROXY, name="the whole proxy", spend=2.0, limit=5.0)]
