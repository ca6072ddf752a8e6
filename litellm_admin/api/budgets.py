"""Budgets on the admin API."""

from collections.abc import Iterator, Mapping
from typing import Any

from litellm_admin.api.errors import AdminError
from litellm_admin.api.objects import Live, ObjectApi
from litellm_admin.api.virtual_keys import KeyApi
from litellm_admin.fields.budget import BudgetFields

_NAMED = 5


class BudgetApi(ObjectApi):
    """Find, make, change and delete budgets."""

    noun = "budget"
    model = BudgetFields

    def find(self, id_: str, *, subject: str) -> Live | None:
        """Return the budget with this id."""
        rows = self._post("/budget/info", {"budgets": [id_]}, operation="read", subject=subject)
        return self._live(rows[0]) if rows else None

    def rows(self) -> list[Mapping[str, Any]]:
        """Return all budgets as the proxy lists them, also those that it made by itself."""
        rows: list[Mapping[str, Any]] = self._transport.call("GET", "/budget/list", operation="list", subject="budgets")
        return rows

    def everything(self) -> Iterator[tuple[str, Live]]:
        """Go through all budgets, also those that the proxy made by itself."""
        return ((str(row["budget_id"]), self._live(row)) for row in self.rows())

    def create(self, fields: Mapping[str, Any], *, subject: str) -> None:
        """Make the budget with the id in `budget_id`."""
        self._post("/budget/new", fields, operation="create", subject=subject)

    def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:  # noqa: ARG002
        """Set the changed fields. The proxy answers 200 with null for a budget that it does not have."""
        self._post("/budget/update", {"budget_id": id_, **changes}, operation="update", subject=subject)

    def delete(self, id_: str, *, subject: str) -> None:
        """Delete the budget, unless something is attached to it: the proxy would lift its limit silently."""
        users = self._users(id_, subject)
        if users:
            more = f" and {len(users) - _NAMED} more" if len(users) > _NAMED else ""
            raise AdminError(
                operation="delete",
                subject=subject,
                message=f"{', '.join(users[:_NAMED])}{more} would lose the limit: attach them to another budget or "
                "delete them first",
            )
        self._post("/budget/delete", {"id": id_}, operation="delete", subject=subject)

    def owns(self, live: Live) -> bool:
        """Whether the budget was made with the login of this client."""
        return bool(live.computed["created_by"] == KeyApi(self._transport).login())

    def _live(self, row: Mapping[str, Any]) -> Live:
        fields = {field: row.get(field) for field in self.managed()}
        return Live(fields=fields, computed={"created_by": row.get("created_by")})

    def _users(self, id_: str, subject: str) -> list[str]:
        rows = self._transport.call("GET", "/customer/list", operation="list customers of", subject=subject)
        customers = [f"customer {row['user_id']!r}" for row in rows if row.get("budget_id") == id_]
        return [*KeyApi(self._transport).with_budget(id_, subject=subject), *customers]
