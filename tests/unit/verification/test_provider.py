"""When the gateway is asked, and for what."""

from __future__ import annotations

from typing import Any

import pytest

from verification import provider
from verification.failures import VerificationError
from verification.provider import VerificationProvider

PROPS: dict[str, Any] = {
    "url": "http://gateway",
    "replicas": ["r0", "r1"],
    "edge": "e0",
    "database": "d0",
    "models": ["chat"],
    "budget": {"max_budget": 5.0, "budget_duration": "1d"},
    "login": "sk-CANARY-provisioner",
    "patience": 15.0,
    "keys": {"a": "sk-CANARY-aaaaaaaaaaaa", "b": "sk-CANARY-bbbbbbbbbbbb"},
    "expected": {key: {"listed": ["chat"], "only": True, "refusable": False} for key in "ab"},
}
OTHER = "sk-CANARY-cccccccccccc"


class Asked:
    """Answers in the gateway's place, and remembers what was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.edges = 0
        self.replicas: list[str] = []
        self.budgets: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.wrong: list[str] = []
        self.stored = False
        monkeypatch.setattr(provider, "edge_findings", self._edge)
        monkeypatch.setattr(provider, "replica_findings", self._replicas)
        monkeypatch.setattr(provider, "budget_findings", self._budget)
        monkeypatch.setattr(provider, "key_findings", self._keys)

    def _edge(self, _url: str) -> list[str]:
        self.edges += 1
        return []

    def _replicas(self, replicas: list[str], _models: list[str], *, patience: float) -> list[str]:
        assert patience == PROPS["patience"]
        self.replicas += replicas
        return []

    def _budget(self, _url: str, login: str, expected: dict[str, Any]) -> list[str]:
        assert login == PROPS["login"]
        self.budgets.append(expected)
        return []

    def _keys(self, _url: str, keys: dict[str, str], _expected: Any, *, stored: bool) -> list[str]:
        self.stored = stored
        self.keys += sorted(keys)
        return self.wrong


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


@pytest.fixture
def recorded(asked: Asked) -> dict[str, Any]:
    outs = VerificationProvider().create(PROPS).outs
    asked.edges, asked.replicas, asked.budgets, asked.keys = 0, [], [], []
    return dict(outs or {})


def changes(olds: dict[str, Any], **news: Any) -> bool:
    return bool(VerificationProvider().diff("verification", olds, {**PROPS, **news}).changes)


def update(olds: dict[str, Any], **news: Any) -> dict[str, Any]:
    return dict(VerificationProvider().update("verification", olds, {**PROPS, **news}).outs or {})


def test_the_first_time_everything_is_asked(asked: Asked) -> None:
    outs = VerificationProvider().create(PROPS).outs
    assert (asked.edges, asked.replicas, asked.keys) == (1, ["r0", "r1"], ["a", "b"])
    assert asked.budgets == [PROPS["budget"]]
    assert "CANARY" not in str(outs)


@pytest.mark.parametrize("budget", [{"max_budget": 6.0, "budget_duration": "1d"}, {}])
def test_another_proxy_wide_budget_is_looked_up_h04(
    asked: Asked, recorded: dict[str, Any], budget: dict[str, Any]
) -> None:
    assert changes(recorded, budget=budget)
    update(recorded, budget=budget)
    assert asked.budgets == [budget]


def test_no_proxy_wide_budget_is_not_looked_up(asked: Asked) -> None:
    # Pulumi hands over no input that is None.
    VerificationProvider().create({name: value for name, value in PROPS.items() if name != "budget"})
    assert asked.budgets == []


def test_another_login_is_nothing_to_ask_for(recorded: dict[str, Any]) -> None:
    assert not changes(recorded, login="sk-CANARY-another")


def test_where_nothing_changed_nothing_is_asked(recorded: dict[str, Any]) -> None:
    assert not changes(recorded)
    # What a key may use is compared when it logs in for the first time.
    assert not changes(recorded, expected={})


@pytest.mark.parametrize(
    "news", [{"replicas": ["r2"]}, {"edge": "e1"}, {"url": "http://other"}, {"models": ["chat", "large"]}]
)
def test_another_gateway_is_asked_and_no_key_logs_in_again(
    asked: Asked, recorded: dict[str, Any], news: dict[str, Any]
) -> None:
    assert changes(recorded, **news)
    outs = update(recorded, **news)
    assert (asked.edges, asked.replicas, asked.keys) == (1, news.get("replicas", ["r0", "r1"]), [])
    assert not VerificationProvider().diff("verification", outs, {**PROPS, **news}).changes


def test_a_state_of_before_there_was_a_database_in_it_can_be_refreshed(recorded: dict[str, Any]) -> None:
    less = {name: value for name, value in {**PROPS, **recorded}.items() if name != "database"}
    assert not VerificationProvider().diff("verification", less, less).changes
    assert changes(less)


def test_another_database_may_be_an_empty_one_so_every_key_logs_in(asked: Asked, recorded: dict[str, Any]) -> None:
    assert changes(recorded, database="d1")
    update(recorded, database="d1")
    assert (asked.edges, asked.replicas, asked.keys) == (1, ["r0", "r1"], ["a", "b"])
    assert asked.stored


@pytest.mark.parametrize(
    ("keys", "who"),
    [({**PROPS["keys"], "c": OTHER}, ["c"]), ({**PROPS["keys"], "a": OTHER}, ["a"]), ({"a": PROPS["keys"]["a"]}, [])],
)
def test_only_new_and_rotated_keys_log_in(
    asked: Asked, recorded: dict[str, Any], keys: dict[str, str], who: list[str]
) -> None:
    assert changes(recorded, keys=keys)
    outs = update(recorded, keys=keys)
    assert (asked.edges, asked.replicas, asked.keys) == (0, [], who)
    assert not VerificationProvider().diff("verification", outs, {**PROPS, "keys": keys}).changes


def test_a_key_that_was_gone_logs_in_again(asked: Asked, recorded: dict[str, Any]) -> None:
    gone = update(recorded, keys={"a": PROPS["keys"]["a"]})
    assert changes(gone)
    update(gone)
    assert asked.keys == ["b"]


def test_a_gateway_that_does_something_else_fails_the_update(asked: Asked, recorded: dict[str, Any]) -> None:
    asked.wrong = ["key 'c' cannot log in"]
    with pytest.raises(VerificationError, match="key 'c' cannot log in"):
        update(recorded, keys={**PROPS["keys"], "c": OTHER})
