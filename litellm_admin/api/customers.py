"""Customers (end users) on the admin API."""

from collections.abc import Iterator, Mapping
from typing import Any

from litellm_admin.api.errors import AdminError
from litellm_admin.api.objects import Live, ObjectApi
from litellm_admin.fields.customer import CustomerFields


class CustomerApi(ObjectApi):
    """Find, make, change and delete customers. Only fields of the customer's own row are ever sent."""

    noun = "customer"
    model = CustomerFields
    # /customer/update drops null and the empty text (customer_endpoints.py, _should_update_field).
    unclearable = CustomerFields.managed() - {"models"}

    def find(self, id_: str, *, subject: str) -> Live | None:
        """Return the customer with this id."""
        row = self._get("/customer/info", subject=subject, query={"end_user_id": id_})
        return None if row is None else self._live(row)

    def rows(self) -> list[Mapping[str, Any]]:
        """Return all customers as the proxy lists them, also those that traffic alone made."""
        rows: list[Mapping[str, Any]] = self._transport.call(
            "GET", "/customer/list", operation="list", subject="customers"
        )
        return rows

    def everything(self) -> Iterator[tuple[str, Live]]:
        """Go through all customers, also those that traffic alone made."""
        return ((str(row["user_id"]), self._live(row)) for row in self.rows())

    def create(self, fields: Mapping[str, Any], *, subject: str) -> None:
        """Make the customer with the id in `user_id`."""
        self._send("/customer/new", fields, operation="create", subject=subject)

    def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:  # noqa: ARG002
        """Set the changed fields; of those only `models` can be emptied."""
        values = self._values(changes)
        self._send("/customer/update", {"user_id": id_, **values}, operation="update", subject=subject)

    def delete(self, id_: str, *, subject: str) -> None:
        """Delete the customer, one a call: a list with one unknown id deletes nothing."""
        self._post_delete("/customer/delete", {"user_ids": [id_]}, subject=subject)

    def owns(self, live: Live) -> bool:  # noqa: ARG002
        """Take over whatever is there: the proxy makes a row for each end user it meets, declared or not."""
        return True

    def _live(self, row: Mapping[str, Any]) -> Live:
        fields = {field: row.get(field) for field in self.managed()}
        return Live(fields=fields, computed={"blocked": row.get("blocked")})

    def _send(self, path: str, body: Mapping[str, Any], *, operation: str, subject: str) -> None:
        try:
            self._post(path, body, operation=operation, subject=subject)
        except AdminError as error:
            failure = error
        else:
            return
        # 500 with the database's words: "Foreign key constraint failed on the field: ..._budget_id_fkey".
        if "budget_id_fkey" not in failure.message:
            raise failure
        raise AdminError(
            status=failure.status,
            operation=operation,
            subject=subject,
            message=f"budget_id: the proxy has no budget {body.get('budget_id')!r}",
        )
