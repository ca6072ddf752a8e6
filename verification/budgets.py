"""Looking up the row that holds the proxy-wide budget: LiteLLM limits nothing without it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from litellm_admin.api.client import AdminClient
from litellm_admin.api.errors import AdminError
from litellm_admin.api.users import PROXY_BUDGET
from verification.logins import cause

PATIENCE: Final = 15.0
"""Seconds until the row has to be there: LiteLLM writes it right after a replica is ready."""

_AGAIN_SECONDS: Final = 0.5
_SETTING: Final = "proxy.litellm_settings.max_budget"
_FIX: Final = (
    "a replica writes the row once, when it starts: restart one (`docker restart CONTAINER`, on a Swarm"
    " `docker service update --force SERVICE`), then run `make up`"
)


def budget_findings(url: str, login: str, expected: Mapping[str, Any], *, patience: float = PATIENCE) -> list[str]:
    """Read the row at `url` with the key `login`, and return what is missing or differs from the fields in `expected`.

    `patience` is in seconds.
    """
    until = time.monotonic() + patience
    while True:
        finding = _once(AdminClient(url, token=login, patience=max(0.0, until - time.monotonic())), expected)
        if finding is None:
            return []
        if time.monotonic() >= until:
            return [finding]
        time.sleep(_AGAIN_SECONDS)


def _once(client: AdminClient, expected: Mapping[str, Any]) -> str | None:
    try:
        row = client.users.find(PROXY_BUDGET, subject="the proxy-wide budget")
    except AdminError as error:
        return f"the proxy-wide budget could not be read: {cause(error)}"
    if row is None:
        return (
            f"the proxy-wide budget ({_SETTING}) is not enforced: the database has no row for it (user"
            f" {PROXY_BUDGET!r}); {_FIX}"
        )
    different = [
        f"{name} is {row.fields.get(name)!r} and {value!r} is declared"
        for name, value in expected.items()
        if row.fields.get(name) != value
    ]
    if different:
        return f"the proxy-wide budget ({_SETTING}) is another one in the database: {', '.join(different)}; {_FIX}"
    return None
