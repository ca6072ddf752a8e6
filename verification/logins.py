"""Logging in with keys through the edge: each lists its models, which costs nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from litellm_admin.api.errors import AdminError
from litellm_admin.api.transport import Transport
from verification.failures import names

AT_A_TIME: Final = 8
"""Keys: 200 take 6 s one after the other, 2 s by eight, and no less by more (LiteLLM 1.106.2, one worker)."""

PATIENCE: Final = 15.0
"""Seconds until every replica has to know a key and what it may use."""

_AGAIN_SECONDS: Final = 0.5
_SPENT = "budget_exceeded"
_EXPIRED = "expired_key"
_NOT_FOUND = 404


def edge_findings(url: str, *, patience: float = PATIENCE) -> list[str]:
    """Return what is wrong with the edge at `url`; nothing where it reaches a replica that is ready."""
    try:
        # Nobody has to log in for this one.
        Transport(url, token="", patience=patience).call(
            "GET", "/health/readiness", operation="reach", subject="a replica"
        )
    except AdminError as error:
        return [f"the edge at {url} reaches no replica that is ready: {cause(error)}"]
    return []


def key_findings(
    url: str,
    keys: Mapping[str, str],
    expected: Mapping[str, Mapping[str, Any]],
    *,
    stored: bool = False,
    patience: float = PATIENCE,
) -> list[str]:
    """Log in at `url` with each of `keys` (alias: value) and return what differs from `expected` (by alias).

    stored: look whether the database has them, too. A replica remembers for a minute who logged in, whatever becomes of
    the database (user_api_key_cache in litellm/proxy/auth).
    """
    until = time.monotonic() + patience
    ask = partial(_finding, url, expected=expected, stored=stored, until=until)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        found = pool.map(ask, keys.items())
        return [finding for finding in found if finding]


def _finding(
    url: str, key: tuple[str, str], *, expected: Mapping[str, Mapping[str, Any]], stored: bool, until: float
) -> str | None:
    alias, value = key
    while True:
        patience = max(0.0, until - time.monotonic())
        missing = _missing(url, alias, value, patience=patience) if stored else None
        finding = missing or _once(url, alias, value, expected[alias], patience=patience)
        if finding is None or time.monotonic() >= until:
            return finding
        time.sleep(_AGAIN_SECONDS)


def _once(url: str, alias: str, value: str, expected: Mapping[str, Any], *, patience: float) -> str | None:
    try:
        answer = Transport(url, token=value, patience=patience).call(
            "GET", "/v1/models", operation="log in with", subject=f"virtual key {alias!r}"
        )
    except AdminError as error:
        return None if _is_known(error, expected) else f"key {alias!r} cannot log in: {cause(error)}"
    try:
        listed = {str(model["id"]) for model in answer["data"]}
    except (KeyError, TypeError):
        return f"key {alias!r}: {url}/v1/models answers with no list of models; is this a LiteLLM proxy?"
    declared = frozenset(expected["listed"])
    if missing := declared - listed:
        return f"key {alias!r} may not use {names(missing)}, which it was declared to; it lists {names(listed)}"
    if expected["only"] and (more := listed - declared):
        return f"key {alias!r} may use {names(more)} beside {names(declared)}, which is all that it was declared to"
    return None


def _missing(url: str, alias: str, value: str, *, patience: float) -> str | None:
    try:
        Transport(url, token=value, patience=patience).call(
            "GET", "/key/info", operation="find", subject=f"virtual key {alias!r}"
        )
    except AdminError as error:
        # Any other trouble shows when it logs in; a key may also not be allowed to ask this.
        return f"key {alias!r} is not in the database: {cause(error)}" if error.status == _NOT_FOUND else None
    return None


def _is_known(error: AdminError, expected: Mapping[str, Any]) -> bool:
    """Tell whether the gateway refuses a key that it knows, for a reason that was declared."""
    if error.status == 422 and error.kind == _SPENT:
        return True
    return bool(expected["refusable"]) and (error.status == 403 or error.kind == _EXPIRED)


def cause(error: AdminError) -> str:
    """Return why a call failed, for a finding."""
    return f"HTTP {error.status}: {error.message}" if error.status is not None else error.message
