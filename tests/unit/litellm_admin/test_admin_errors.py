import json
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litellm_admin.api import transport
from litellm_admin.api.errors import AdminError, explain, redact, secret_texts
from litellm_admin.api.transport import Transport

TOKEN = "sk-CANARY-token-000000000000"
VALUE = "sk-CANARY-value-000000000000"
HIDDEN = "CANARY-metadata"

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], Transport]]:
    clients: list[httpx.Client] = []

    def answering(answer: Answer) -> Transport:
        client = httpx.Client(base_url="http://proxy", transport=httpx.MockTransport(answer))
        clients.append(client)
        monkeypatch.setattr(transport, "_pool", lambda _: client)
        return Transport("http://proxy", token=TOKEN, patience=0.5)

    yield answering
    for client in clients:
        client.close()


def call(proxy: Transport, method: str = "POST", **more: Any) -> Any:
    body = {"key": VALUE, "metadata": {"a": [HIDDEN]}, "models": ["chat"]}
    return proxy.call(method, "/key/generate", operation="create", subject="virtual key 'a'", body=body, **more)


ENVELOPES = [
    ({"error": {"message": "no", "type": "t", "param": "p", "code": "400"}}, ("no", "t")),
    ({"error": {"message": "{'error': \"it isn't\"}", "type": "auth_error"}}, ("it isn't", "auth_error")),
    ({"detail": {"error": "no"}}, ("no", "")),
    ({"detail": "not allowed"}, ("not allowed", "")),
    ({"detail": [{"loc": ["body", "models"], "msg": "bad", "input": {"key": VALUE}}]}, ("body.models: bad", "")),
    ({"error": "plain"}, ("plain", "")),
    ("plain", ("plain", "")),
    (None, ("no reason given", "")),
]


@pytest.mark.parametrize(("body", "expected"), ENVELOPES)
def test_every_envelope_is_read(body: object, expected: tuple[str, str]) -> None:
    assert explain(body) == expected


@pytest.mark.parametrize("body", [body for body, _ in ENVELOPES])
def test_no_error_repeats_a_secret(proxy: Callable[[Answer], Transport], body: object) -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        sent = f"{request.headers['authorization']} {request.content.decode()} {VALUE} {HIDDEN}"
        text = json.dumps(body).replace("no", json.dumps(sent)[1:-1]).replace("plain", json.dumps(sent)[1:-1])
        return httpx.Response(400, content=text)

    with pytest.raises(AdminError) as caught:
        call(proxy(echo))
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(vars(caught.value))
    assert "CANARY" not in shown


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.LocalProtocolError]
)
def test_a_lost_connection_says_so_and_nothing_else(
    proxy: Callable[[Answer], Transport], failure: type[httpx.TransportError]
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise failure(f"{request.headers} {request.content!r}", request=request)

    with pytest.raises(AdminError) as caught:
        call(proxy(fail))
    error = caught.value
    assert error.unreachable
    assert error.ambiguous is (failure is not httpx.ConnectError)
    assert "CANARY" not in "".join(traceback.format_exception(error))
    assert error.__context__ is None


class Counter:
    def __init__(self, *answers: int | type[httpx.TransportError]) -> None:
        self.answers = list(answers)
        self.calls = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, int):
            return httpx.Response(answer, json={})
        raise answer("", request=request)


@pytest.mark.parametrize("first", [502, 503, 504, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_a_read_is_repeated_and_a_write_that_may_have_run_is_not(
    proxy: Callable[[Answer], Transport], first: int | type[httpx.TransportError]
) -> None:
    assert call(proxy(Counter(first, 200)), "GET") == {}
    assert call(proxy(Counter(first, 200)), "POST", repeatable=True) == {}
    once = Counter(first, 200)
    with pytest.raises(AdminError):
        call(proxy(once))
    assert once.calls == 1


@pytest.mark.parametrize("first", [429, httpx.ConnectError, httpx.ConnectTimeout])
def test_a_write_that_cannot_have_run_is_repeated(
    proxy: Callable[[Answer], Transport], first: int | type[httpx.TransportError]
) -> None:
    assert call(proxy(Counter(first, 200))) == {}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500])
def test_an_answer_is_an_answer(proxy: Callable[[Answer], Transport], status: int) -> None:
    once = Counter(status, 200)
    with pytest.raises(AdminError) as caught:
        call(proxy(once), "GET")
    assert caught.value.status == status
    # With its database down the proxy answers 500, and can say nothing of its objects.
    assert caught.value.unreachable == (status == 500)
    assert once.calls == 1


def test_patience_ends(proxy: Callable[[Answer], Transport]) -> None:
    with pytest.raises(AdminError, match="HTTP 503"):
        call(proxy(Counter(503)), "GET")


def test_a_page_of_something_else_is_no_proxy(proxy: Callable[[Answer], Transport]) -> None:
    with pytest.raises(AdminError, match="not JSON"):
        call(proxy(lambda _: httpx.Response(200, text="<html>")))
    with pytest.raises(AdminError, match="HTTP 400: Bad Request"):
        call(proxy(lambda _: httpx.Response(400, text="<html>")))


@given(st.text(), st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=8))
def test_redaction_leaves_no_secret_and_keeps_what_is_none(text: str, secret: str) -> None:
    assert f"sk-{secret}" not in redact(f"{text} sk-{secret} {text}")
    assert redact("model chat is not in model_list") == "model chat is not in model_list"


def test_only_free_form_texts_of_a_body_are_secret() -> None:
    body = {"key": VALUE, "models": ["a-long-model-name"], "metadata": {"x": [{"y": HIDDEN}], "short": "abc"}}
    assert secret_texts(body) == {VALUE, HIDDEN}
