"""The one error of the admin API, and the words of the proxy with the secrets taken out."""

import ast
import re
from collections.abc import Iterable
from typing import Any

_KEY_LIKE = re.compile(r"sk-[A-Za-z0-9_\-]{8,}")
_BEARER = re.compile(r"(?i)\bbearer\s+\S+")
_LONGEST_MESSAGE = 600


class AdminError(Exception):
    """A call to the proxy's admin API that did not do what it should.

    status: the answer's HTTP status; None if it is not an answer that is wrong.
    operation: what was tried, as in `create`.
    subject: the object, as in `virtual key 'chat-app'`.
    message: the proxy's own words, or what happened to the connection; without secrets.
    kind: the proxy's word for the kind of error (`token_not_found_in_db`), where it gives one.
    ambiguous: the proxy may have carried out the call nevertheless.
    answered: whether there was any answer.
    """

    def __init__(
        self,
        *,
        operation: str,
        subject: str,
        message: str,
        status: int | None = None,
        kind: str = "",
        ambiguous: bool = False,
        answered: bool = True,
    ) -> None:
        self.status = status
        self.operation = operation
        self.subject = subject
        self.message = message
        self.kind = kind
        self.ambiguous = ambiguous
        self.answered = answered
        answer = "" if status is None else f"HTTP {status}: "
        super().__init__(f"cannot {operation} {subject}: {answer}{message}")

    @property
    def unreachable(self) -> bool:
        """Whether the proxy could not tell: no connection, no answer, only the edge spoke, or the database is down.

        The last one reads as 500, like every other failure on the proxy's own side.
        """
        return not self.answered or (self.status is not None and self.status >= 500)

    @property
    def tells_nothing(self) -> bool:
        """Whether the answer to a read says nothing about the object: no proxy, a proxy in trouble, or a login refused.

        A proxy whose database is down answers 500, or 401 to a login that it has to look up (seen on 1.106.2).
        """
        return self.unreachable or (self.status is not None and (self.status >= 500 or self.status in (401, 403)))

    @property
    def unknown_login(self) -> bool:
        """Whether the proxy does not know the key that the call was made with."""
        return self.status == 401 and self.kind == "token_not_found_in_db"


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text without the given secrets, and without anything that looks like a key or a bearer token."""
    for secret in sorted(set(secrets), key=len, reverse=True):
        if secret:
            text = text.replace(secret, "[redacted]")
    return _BEARER.sub("Bearer [redacted]", _KEY_LIKE.sub("sk-[redacted]", text))


def secret_texts(body: object, *, inside: bool = False) -> frozenset[str]:
    """Collect what must not be repeated of a request's body: a key's value, and the texts in free-form fields."""
    if isinstance(body, dict):
        free_form = ("key", "metadata", "config", "router_settings", "litellm_params", "credential_values")
        return frozenset().union(*(secret_texts(v, inside=inside or k in free_form) for k, v in body.items()))
    if isinstance(body, list):
        return frozenset().union(*(secret_texts(item, inside=inside) for item in body))
    # Short texts are words like "chat"; taking those out would make the message unreadable.
    return frozenset({body}) if inside and isinstance(body, str) and len(body) >= 8 else frozenset()


def explain(body: object) -> tuple[str, str]:
    """Return what the proxy says went wrong and its word for the kind, from any of its error envelopes.

    There are five: {"error": {"message", "type"}}, {"detail": {"error"}}, {"detail": text}, {"detail": [of pydantic]},
    and plain text; a message may itself be a Python dict in text.
    """
    if isinstance(body, dict):
        error = body.get("error", body)
        if isinstance(error, dict) and "message" in error:
            return _unwrap(str(error["message"])), str(error.get("type") or "")
        if isinstance(error, str):
            return error, ""
        return _detail(body.get("detail", "")), ""
    return str(body or "no reason given"), ""


def clip(text: str) -> str:
    """Return the text on one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[:_LONGEST_MESSAGE]}..."


def _detail(detail: Any) -> str:
    if isinstance(detail, dict):
        return str(detail.get("error") or detail.get("message") or "no reason given")
    if isinstance(detail, list):
        # pydantic repeats the whole input beside each error: only the place and the complaint are passed on.
        return "; ".join(
            f"{'.'.join(str(part) for part in item.get('loc', ()))}: {item.get('msg', '')}"
            for item in detail
            if isinstance(item, dict)
        )
    return str(detail or "no reason given")


def _unwrap(message: str) -> str:
    if message.startswith("{"):
        try:
            inner = ast.literal_eval(message)
        except (ValueError, SyntaxError):
            return message
        if isinstance(inner, dict) and "error" in inner:
            return str(inner["error"])
    return message
