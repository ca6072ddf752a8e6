"""Users of the proxy on the admin API."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from litellm_admin.api import permissions
from litellm_admin.api.marked import MarkedApi
from litellm_admin.api.metadata import Metadata, mark
from litellm_admin.api.objects import Live
from litellm_admin.api.virtual_keys import KeyApi
from litellm_admin.fields.user import UserFields

PROXY_BUDGET = "litellm-proxy-budget"
"""The user whose limit and spend are the whole proxy's (LITELLM_PROXY_BUDGET_NAME in litellm/constants.py)."""

_PAGE = 100  # the most that /user/list gives
_BUDGET = ("max_budget", "budget_duration")


class UserApi(MarkedApi):
    """Find, make, change and delete users."""

    noun = "user"
    model = UserFields
    # /user/update drops what is null or empty (internal_user_endpoints.py, _update_internal_user_params), and another
    # user in the place of this one would cost them their keys.
    kept: ClassVar[Mapping[str, str]] = {
        "models": "write models: [all-proxy-models] for all of them",
        "user_alias": "write another name",
        "user_email": "write another address",
        "user_role": "write the role that it shall be",
    }

    def find(self, id_: str, *, subject: str) -> Live | None:
        """Return the user with this id."""
        row = self._get("/v2/user/info", subject=subject, query={"user_id": id_})
        return None if row is None else self._live(row)

    def everything(self) -> Iterator[tuple[str, Live]]:
        """Go through all users."""
        return ((str(row["user_id"]), self._live(row)) for row in self.rows())

    def rows(self, **filters: str) -> Iterator[Mapping[str, Any]]:
        """Go through the users that pass the filters of /user/list, as the proxy lists them."""
        page, pages = 1, 1
        while page <= pages:
            query: dict[str, str | int] = {"page": page, "page_size": _PAGE, **filters}
            answer = self._transport.call("GET", "/user/list", operation="list", subject="users", query=query)
            pages, page = int(answer["total_pages"]), page + 1
            yield from answer["users"]

    def create(self, fields: Mapping[str, Any], *, subject: str) -> None:
        """Make the user with the id in `user_id`, marked as this login's, without a key that nobody asked for."""
        metadata = {**(fields.get("metadata") or {}), **mark(self._login())}
        body = {**fields, "metadata": metadata, "auto_create_key": False}
        self._post("/user/new", body, operation="create", subject=subject)

    def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:
        """Set the changed fields. The user has to be there: the proxy would make one."""
        columns = {field: value for field, value in changes.items() if field != "metadata"}
        metadata: Metadata = live.computed["metadata"]
        # With a role and without a budget, the proxy writes max_internal_user_budget (_update_internal_user_params).
        budget = {field: live.fields.get(field) for field in _BUDGET} if "user_role" in changes else {}
        body = {**budget, **columns, **permissions.whole(changes), **metadata.changed(changes, frozenset())}
        if "metadata" in body:
            # The mark is also what makes it possible to empty the rest: the proxy ignores an empty object.
            body["metadata"] |= mark(self._login())
        self._send({"user_id": id_, **body}, subject)

    def delete(self, id_: str, *, subject: str) -> None:
        """Delete the user, unless they have keys: the proxy would delete them too."""
        keys = KeyApi(self._transport)
        keys.refuse_to_lose(subject=subject, mend="give them another owner or delete", user_id=id_)
        self._post_delete("/user/delete", {"user_ids": [id_]}, subject=subject)

    def claim(self, id_: str, live: Live, *, subject: str) -> None:
        """Mark the user as this login's."""
        metadata: Metadata = live.computed["metadata"]
        self._send({"user_id": id_, "metadata": {**metadata.plain, **mark(self._login())}}, subject)

    def _live(self, row: Mapping[str, Any]) -> Live:
        metadata = Metadata.read(row.get("metadata"), frozenset())
        columns = {field: row.get(field) for field in self.managed()}
        fields = {**columns, "metadata": metadata.plain, permissions.FIELD: permissions.held(row)}
        return Live(fields=fields, computed={"metadata": metadata})

    def _send(self, body: Mapping[str, Any], subject: str) -> None:
        self._post("/user/update", body, operation="update", subject=subject)
