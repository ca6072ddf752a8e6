"""HTTP to the proxy's admin API: one pool per address, timeouts, careful repeats, and errors without secrets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import httpx
import tenacity

from litellm_admin.api.errors import AdminError, clip, explain, redact, secret_texts
from litellm_admin.api.recall import Memory

_CONNECTIONS = 16
_IDLE_SECONDS = 2  # the proxy closes an idle connection after 5 s, and a request on its way then would be lost
_TIMEOUT = httpx.Timeout(connect=5, read=60, write=10, pool=60)
_BUSY = frozenset({502, 503, 504})
_WRITES = frozenset({"create", "update", "delete"})
_NOT_RUN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_PHRASES: tuple[tuple[type[httpx.HTTPError], str], ...] = (
    (httpx.ConnectTimeout, "no connection within 5 s"),
    (httpx.ConnectError, "nothing answers at the gateway's address"),
    (httpx.PoolTimeout, "every connection was busy for 60 s"),
    (httpx.TimeoutException, "no answer within 60 s"),
    (httpx.RemoteProtocolError, "the connection was cut before the answer came"),
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer's JSON, and the time on the proxy's clock, to the second, if it tells it."""

    content: Any
    at: datetime | None


class Transport:
    """Calls to one proxy with one key. Thread-safe; instances of one address share their connections.

    token: the key; empty for calls that need no login.
    patience: seconds for which calls that are safe to repeat are repeated while the proxy is not there or busy.
    memory: what several calls with this key share.
    """

    def __init__(self, base_url: str, *, token: str, patience: float = 60) -> None:
        self._token = token
        self._patience = patience
        self._pool = _pool(base_url.rstrip("/"))
        self.memory = _memory(base_url.rstrip("/"), token)

    def call(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        subject: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str | int] | None = None,
        repeatable: bool = False,
    ) -> Any:
        """Make one call and return the answer's JSON.

        repeatable: the call has the same effect if it runs twice, as every GET has.
        Raises AdminError for an answer other than 2xx, an answer that is not JSON, and no answer.
        """
        answer = self.answer(
            method, path, operation=operation, subject=subject, body=body, query=query, repeatable=repeatable
        )
        return answer.content

    def answer(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        subject: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str | int] | None = None,
        repeatable: bool = False,
    ) -> Answer:
        """Make one call as `call` does, and return when it was answered too."""
        repeatable = repeatable or method == "GET"
        if operation in _WRITES:
            self.memory.forget()
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: _worth_repeating(error, repeatable=repeatable)),
            wait=tenacity.wait_exponential_jitter(multiplier=0.1, max=3, jitter=0.3),
            stop=tenacity.stop_before_delay(self._patience),
            reraise=True,
        )
        return attempts(self._once, method, path, operation, subject, body, query)

    def _once(
        self,
        method: str,
        path: str,
        operation: str,
        subject: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str | int] | None,
    ) -> Answer:
        failure: AdminError | None = None
        try:
            answer = self._pool.request(method, path, json=body, params=query, headers=self._login())
        except httpx.HTTPError as error:
            # Raised below, outside of this block: the exception of httpx carries the request with its headers, and
            # must not hang on ours as its context.
            failure = AdminError(
                operation=operation,
                subject=subject,
                message=_phrase(error),
                answered=False,
                ambiguous=not isinstance(error, _NOT_RUN),
            )
        if failure is not None:
            raise failure
        if answer.is_success:
            return Answer(content=_json(answer, operation, subject), at=_date(answer))
        message, kind = explain(_body(answer))
        secrets = {self._token, *secret_texts(dict(body or {}))}
        raise AdminError(
            status=answer.status_code,
            operation=operation,
            subject=subject,
            message=clip(redact(message, secrets)),
            kind=kind,
            ambiguous=answer.status_code in _BUSY,
        )

    def _login(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}


def _worth_repeating(error: BaseException, *, repeatable: bool) -> bool:
    if not isinstance(error, AdminError):
        return False
    never_arrived = not error.answered and not error.ambiguous
    refused_before_it_ran = error.status == 429
    return never_arrived or refused_before_it_ran or (repeatable and error.ambiguous)


def _phrase(error: httpx.HTTPError) -> str:
    return next(
        (phrase for kind, phrase in _PHRASES if isinstance(error, kind)),
        f"the connection failed ({type(error).__name__})",
    )


def _body(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        # The edge answers with a page of HTML.
        return answer.reason_phrase if "<" in answer.text else answer.text


def _date(answer: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None


def _json(answer: httpx.Response, operation: str, subject: str) -> Any:
    try:
        return answer.json()
    except ValueError:
        message = "the answer is not JSON: is this the address of a LiteLLM proxy?"
    raise AdminError(status=answer.status_code, operation=operation, subject=subject, message=message)


@lru_cache(maxsize=32)
def _memory(base_url: str, token: str) -> Memory:  # noqa: ARG001  # one for each login at each address
    return Memory()


@lru_cache(maxsize=32)
def _pool(base_url: str) -> httpx.Client:
    # A company's HTTP_PROXY is for the outside world, never for a gateway on this machine.
    direct = {f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")}
    return httpx.Client(
        base_url=base_url,
        timeout=_TIMEOUT,
        limits=httpx.Limits(
            max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS, keepalive_expiry=_IDLE_SECONDS
        ),
        mounts=direct,
    )
