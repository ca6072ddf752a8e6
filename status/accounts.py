"""Who spends on the proxy, and what limits them, out of the rows of its admin API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from litellm_admin.api.client import AdminClient
from litellm_admin.api.users import PROXY_BUDGET
from status.snapshot import Account, Kind

Row = Mapping[str, Any]


def read(client: AdminClient) -> tuple[Account, ...]:
    """Return the proxy's accounts. Raises AdminError."""
    budgets = {str(row["budget_id"]): row for row in client.budgets.rows()}
    return (
        *proxy(client.users.rows(user_ids=PROXY_BUDGET)),
        *teams(client.teams.rows()),
        *keys(client.keys.rows(subject="the proxy"), budgets),
        *customers(client.customers.rows()),
    )


def keys(rows: Iterable[Row], budgets: Mapping[str, Row]) -> Iterator[Account]:
    """Return the virtual keys by their aliases; one without is named as the proxy does, by its last four characters."""
    for row in rows:
        shared = budgets.get(str(row.get("budget_id")), {})
        limit = row.get("max_budget")
        yield Account(
            kind=Kind.KEY,
            name=str(row.get("key_alias") or row.get("key_name")),
            spend=row.get("spend") or 0.0,
            # The key's own limit wins over that of a budget that it names.
            limit=shared.get("max_budget") if limit is None else limit,
            resets=_moment(row.get("budget_reset_at") or shared.get("budget_reset_at")),
            expires=_moment(row.get("expires")),
            blocked=bool(row.get("blocked")),
        )


def teams(rows: Iterable[Row]) -> Iterator[Account]:
    """Return the teams by their aliases."""
    for row in rows:
        yield _plain(Kind.TEAM, str(row.get("team_alias") or row["team_id"]), row)


def customers(rows: Iterable[Row]) -> Iterator[Account]:
    """Return the customers whom something limits or who have spent something."""
    for row in rows:
        budget = row.get("litellm_budget_table") or {}
        if row.get("spend") or budget:
            yield Account(
                kind=Kind.CUSTOMER,
                name=str(row["user_id"]),
                spend=row.get("spend") or 0.0,
                limit=budget.get("max_budget"),
                resets=_moment(budget.get("budget_reset_at")),
            )


def proxy(users: Iterable[Row]) -> Iterator[Account]:
    """Return the whole proxy, where it has a budget."""
    for row in users:
        if row["user_id"] == PROXY_BUDGET and row.get("max_budget") is not None:
            yield _plain(Kind.PROXY, "the whole proxy", row)


def _plain(kind: Kind, name: str, row: Row) -> Account:
    return Account(
        kind=kind,
        name=name,
        spend=row.get("spend") or 0.0,
        limit=row.get("max_budget"),
        resets=_moment(row.get("budget_reset_at")),
        blocked=bool(row.get("blocked")),
    )


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
