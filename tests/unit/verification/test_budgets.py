"""The row of the proxy-wide budget, over HTTP that is answered here as LiteLLM 1.106.12 answers (h04)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from litellm_admin.api import transport
from verification import budgets
from verification.budgets import budget_findings

URL = "http://gateway"
LOGIN = "sk-CANARY-0123456789abcdef"
DECLARED = {"max_budget": 5.0, "budget_duration": "1d"}
MISSING = httpx.Response(404, json={"detail": {"error": "User not found"}})

Answers = Callable[..., list[httpx.Request]]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """Have the gateway give these answers one after the other, the last one for ever; return what is asked."""
    clients: list[httpx.Client] = []

    def answering(*given: httpx.Response) -> list[httpx.Request]:
        asked: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return given[min(len(asked), len(given)) - 1]

        clients.append(httpx.Client(base_url=URL, transport=httpx.MockTransport(answer)))
        monkeypatch.setattr(transport, "_pool", lambda _: clients[-1])
        return asked

    monkeypatch.setattr(budgets, "_AGAIN_SECONDS", 0.01)
    yield answering
    for client in clients:
        client.close()


def row(**fields: Any) -> httpx.Response:
    return httpx.Response(200, json={"user_id": "litellm-proxy-budget", "metadata": {}, **DECLARED, **fields})


def findings(expected: dict[str, Any] = DECLARED) -> list[str]:
    found = budget_findings(URL, LOGIN, expected, patience=0.05)
    assert "CANARY" not in str(found)
    return found


def test_a_row_with_the_declared_values_is_in_order(answers: Answers) -> None:
    [asked] = [answers(row())]
    assert findings() == []
    assert asked[0].url.params["user_id"] == "litellm-proxy-budget"
    assert asked[0].headers["Authorization"] == f"Bearer {LOGIN}"


def test_litellm_has_a_moment_to_write_it(answers: Answers) -> None:
    answers(MISSING, row(max_budget=None), row())
    assert findings() == []


def test_without_the_row_the_budget_is_not_enforced(answers: Answers) -> None:
    answers(MISSING)
    [finding] = findings()
    assert "(proxy.litellm_settings.max_budget) is not enforced: the database has no row for it" in finding
    assert "restart one" in finding


def test_another_value_is_named(answers: Answers) -> None:
    answers(row(max_budget=3.0))
    [finding] = findings()
    assert "max_budget is 3.0 and 5.0 is declared; " in finding
    assert findings({}) == [], "it may have any"


def test_a_login_that_is_refused_is_a_finding(answers: Answers) -> None:
    answers(httpx.Response(401, json={"error": {"message": "no such key", "type": "auth_error", "code": "401"}}))
    [finding] = findings()
    assert finding.startswith("the proxy-wide budget could not be read: HTTP 401")
