"""Logging in with keys, over HTTP that is answered here as LiteLLM 1.106.2 was seen to answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from litellm_admin.api import transport
from verification import logins
from verification.failures import VerificationError
from verification.logins import edge_findings, key_findings

URL = "http://gateway"
KEY = "sk-CANARY-0123456789abcdef"
EXACT = {"listed": ["chat"], "only": True, "refusable": False}

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], None]]:
    clients: list[httpx.Client] = []

    def answering(answer: Answer) -> None:
        client = httpx.Client(base_url=URL, transport=httpx.MockTransport(answer))
        clients.append(client)
        monkeypatch.setattr(transport, "_pool", lambda _: client)

    monkeypatch.setattr(logins, "_AGAIN_SECONDS", 0.01)
    yield answering
    for client in clients:
        client.close()


def listing(*names: str) -> httpx.Response:
    return httpx.Response(200, json={"object": "list", "data": [{"id": name} for name in names]})


def refused(status: int, kind: str, message: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"message": message, "type": kind, "code": str(status)}})


UNKNOWN = refused(401, "token_not_found_in_db", f"Invalid proxy server token passed. Received {KEY}")
ROUTE = httpx.Response(403, json={"detail": "Virtual key is not allowed to call this route."})
EXPIRED = refused(401, "expired_key", "Authentication Error - Expired Key.")
SPENT = refused(422, "budget_exceeded", "Budget has been exceeded! Key=a")
BLOCKED = refused(401, "auth_error", "Key is blocked.")


def findings(**expected: Any) -> list[str]:
    return key_findings(URL, {"a": KEY}, {"a": {**EXACT, **expected}}, patience=0.05)


@pytest.mark.parametrize(
    ("status", "finding"), [(404, "key 'a' is not in the database: HTTP 404: Key not found"), (403, None)]
)
def test_a_key_that_is_only_remembered_is_told_where_the_database_is_another(
    gateway: Callable[[Answer], None], status: int, finding: str | None
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return refused(status, "not_found", "Key not found") if request.url.path == "/key/info" else listing("chat")

    gateway(answer)
    found = key_findings(URL, {"a": KEY}, {"a": EXACT}, stored=True, patience=0.05)
    assert found == ([finding] if finding else [])
    assert findings() == []


def test_a_key_that_lists_what_was_declared_is_in_order(gateway: Callable[[Answer], None]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("GET", "/v1/models"), "nothing else is free"
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        return listing("chat")

    gateway(answer)
    assert findings() == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (UNKNOWN, ["key 'a' cannot log in", "HTTP 401"]),
        (BLOCKED, ["key 'a' cannot log in", "Key is blocked"]),
        (ROUTE, ["key 'a' cannot log in", "HTTP 403"]),
        (EXPIRED, ["key 'a' cannot log in", "Expired Key"]),
        (listing("large"), ["key 'a' may not use 'chat'", "it lists 'large'"]),
        (listing(), ["key 'a' may not use 'chat'", "it lists none"]),
        (listing("chat", "large"), ["key 'a' may use 'large' beside 'chat'"]),
        (httpx.Response(200, json={"hello": "world"}), ["key 'a'", "no list of models"]),
        (httpx.Response(200, text="<html>"), ["key 'a' cannot log in", "not JSON"]),
    ],
)
def test_what_differs_is_told_with_the_keys_alias_and_without_its_value(
    gateway: Callable[[Answer], None], answer: httpx.Response, words: list[str]
) -> None:
    gateway(lambda _: answer)
    [finding] = findings()
    assert all(word in finding for word in words), finding
    assert "CANARY" not in finding


def test_more_than_was_expected_is_fine_where_not_everything_can_be_told(gateway: Callable[[Answer], None]) -> None:
    gateway(lambda _: listing("chat", "in-database"))
    assert findings(only=False) == []


@pytest.mark.parametrize("answer", [ROUTE, EXPIRED])
def test_a_key_that_may_be_refused_the_list_needs_only_be_known(
    gateway: Callable[[Answer], None], answer: httpx.Response
) -> None:
    gateway(lambda _: answer)
    assert findings(refusable=True) == []


@pytest.mark.parametrize("answer", [UNKNOWN, BLOCKED])
def test_but_it_has_to_be_known(gateway: Callable[[Answer], None], answer: httpx.Response) -> None:
    gateway(lambda _: answer)
    assert len(findings(refusable=True)) == 1


def test_a_key_whose_budget_is_spent_is_known(gateway: Callable[[Answer], None]) -> None:
    gateway(lambda _: SPENT)
    assert findings() == []


def test_what_needs_a_moment_gets_it(gateway: Callable[[Answer], None]) -> None:
    answers = iter([UNKNOWN, listing(), listing("chat")])
    gateway(lambda _: next(answers))
    assert key_findings(URL, {"a": KEY}, {"a": EXACT}, patience=5) == []


def test_keys_are_asked_beside_each_other_and_all_that_differ_are_told(gateway: Callable[[Answer], None]) -> None:
    lock, at_once, most = threading.Lock(), 0, 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with lock:
            at_once -= 1
        return listing("chat") if "even" in request.headers["Authorization"] else UNKNOWN

    gateway(answer)
    keys = {f"k{i}": f"sk-{'even' if i % 2 == 0 else 'odd'}-{i}" for i in range(40)}
    found = key_findings(URL, keys, dict.fromkeys(keys, EXACT), patience=0)
    assert len(found) == 20
    assert 1 < most <= logins.AT_A_TIME


def test_the_edge_has_to_reach_a_replica_that_is_ready(gateway: Callable[[Answer], None]) -> None:
    def ready(request: httpx.Request) -> httpx.Response:
        # An empty bearer token is no header that a real connection would take.
        assert "Authorization" not in request.headers
        return httpx.Response(200 if request.url.path == "/health/readiness" else 404, json={})

    gateway(ready)
    assert edge_findings(URL, patience=0) == []
    gateway(lambda _: httpx.Response(503, text="<html>503 Service Unavailable"))
    [finding] = edge_findings(URL, patience=0)
    assert "reaches no replica that is ready: HTTP 503" in finding


def test_an_error_tells_the_first_of_many_findings() -> None:
    message = str(VerificationError([f"key 'k{i}' cannot log in" for i in range(50)]))
    assert "'k0'" in message
    assert "'k40'" not in message
    assert "and 30 more" in message
