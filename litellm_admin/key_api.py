"""Virtual keys on the admin API. After its creation a key is named by its hash alone."""

from collections.abc import Mapping
from typing import Any, ClassVar

from litellm_admin.errors import AdminError
from litellm_admin.models import KeyFields
from litellm_admin.objects import Live, ObjectApi, is_empty

_PAGE = 100  # the most that /key/list gives


class KeyApi(ObjectApi):
    """Find, make, change and delete virtual keys."""

    noun = "virtual key"
    model = KeyFields
    # null leaves the team as it is, and moving a key between teams runs checks against both.
    fixed = frozenset({"team_id"})
    # Written as a span, read back as the moment when the key expires.
    unreadable = frozenset({"duration"})

    BACKED: ClassVar[frozenset[str]] = KeyFields.METADATA_BACKED

    @classmethod
    def managed(cls) -> frozenset[str]:
        """Name the fields that can be changed in place; the alias is one of them."""
        return KeyFields.managed() | {"key_alias"}

    def find(self, id_: str, *, subject: str) -> Live | None:
        """Return the key with this hash. A deleted one reads as found for ever, from the archive: it counts as gone."""
        try:
            answer = self._transport.call("GET", "/key/info", operation="read", subject=subject, query={"key": id_})
        except AdminError as error:
            if error.status == 404:
                return None
            raise
        info = answer["info"]
        return None if info.get("status") == "deleted" else self._live(info)

    def create(self, fields: Mapping[str, Any], *, subject: str) -> None:
        """Generate the key with the value in `key`.

        The proxy answers 200 and writes nothing if it has a key of this value already: the caller reads it back.
        """
        try:
            self._transport.call(
                "POST", "/key/generate", operation="create", subject=subject, body=fields, repeatable=True
            )
        except AdminError as error:
            failure = error
        else:
            return
        raise self._explained(failure, str(fields.get("key_alias", "")))

    def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:
        """Set the changed fields of the key with this hash."""
        body = {"key": id_, **self._body(changes, live)}
        self._transport.call("POST", "/key/update", operation="update", subject=subject, body=body, repeatable=True)

    def delete(self, id_: str, *, subject: str) -> None:
        """Delete the key with this hash."""
        try:
            self._transport.call(
                "POST", "/key/delete", operation="delete", subject=subject, body={"keys": [id_]}, repeatable=True
            )
        except AdminError as error:
            if error.status != 404:
                raise

    def owns(self, live: Live) -> bool:  # noqa: ARG002
        """Whoever knows the value of a key owns it."""
        return True

    def hashes(self, *, subject: str, **filters: str) -> list[str]:
        """List the hashes of the first hundred keys that pass the filters of /key/list, as in user_id."""
        query: dict[str, str | int] = {"size": _PAGE, **filters}
        answer = self._transport.call("GET", "/key/list", operation="list keys of", subject=subject, query=query)
        return [str(key) for key in answer["keys"]]

    def with_budget(self, budget_id: str, *, subject: str) -> list[str]:
        """Name the keys that a budget limits; /key/list has no filter for that."""
        names: list[str] = []
        page, pages = 1, 1
        while page <= pages:
            rows, pages = self._page(page, subject)
            names += [
                f"virtual key {row.get('key_alias') or row.get('key_name')!r}"
                for row in rows
                if row.get("budget_id") == budget_id
            ]
            page += 1
        return names

    def whoami(self) -> str | None:
        """Return the user behind the key that this client logs in with; None for the master key, which has no row."""
        try:
            answer = self._transport.call("GET", "/key/info", operation="read", subject="the login key")
        except AdminError as error:
            if error.status == 404:
                return None
            raise
        user = answer["info"].get("user_id")
        return None if user is None else str(user)

    def _page(self, page: int, subject: str) -> tuple[list[Mapping[str, Any]], int]:
        """Return one page of keys and the number of pages."""
        query: dict[str, str | int] = {"size": _PAGE, "page": page}
        full = {**query, "return_full_object": "true"}
        listing = "list keys of"
        try:
            answer = self._transport.call("GET", "/key/list", operation=listing, subject=subject, query=full)
        except AdminError as error:
            if error.status != 500:
                raise
        else:
            return answer["keys"], int(answer["total_pages"])
        # One row with null in an object's column fails the whole page: ask for each key of it alone.
        answer = self._transport.call("GET", "/key/list", operation=listing, subject=subject, query=query)
        rows = [
            self._transport.call("GET", "/key/info", operation=listing, subject=subject, query={"key": key})["info"]
            for key in answer["keys"]
        ]
        return rows, int(answer["total_pages"])

    def _live(self, info: Mapping[str, Any]) -> Live:
        metadata = dict(info.get("metadata") or {})
        backed = {field: metadata.pop(field) for field in self.BACKED if field in metadata}
        columns = {field: info.get(field) for field in self.managed() - self.BACKED}
        windows = [
            {name: window.get(name) for name in ("max_budget", "budget_duration")}
            for window in info.get("budget_limits") or ()
        ]
        expires = info.get("expires")
        fields = {**columns, **backed, "metadata": metadata, "budget_limits": windows, "duration": expires}
        return Live(fields=fields, computed={"expires": expires})

    def _body(self, changes: Mapping[str, Any], live: Live) -> dict[str, Any]:
        columns = {f: v for f, v in changes.items() if f not in self.BACKED and f != "metadata"}
        body = {f: self.clear_value(f) if is_empty(v) else v for f, v in columns.items()}
        if columns.keys() == changes.keys():
            return body
        # The proxy replaces metadata as a whole, with the fields that it keeps in there: send all that is to stay,
        # and the changed fields by their names too, because only then does the proxy check them.
        held = {f: live.fields[f] for f in self.BACKED if f in live.fields}
        backed = {f: v for f, v in {**held, **_only(changes, self.BACKED)}.items() if not is_empty(v)}
        plain = changes.get("metadata", live.fields.get("metadata")) or {}
        named = {f: v for f, v in _only(changes, self.BACKED).items() if not is_empty(v)}
        return {**body, "metadata": {**plain, **backed}, **named}

    def _explained(self, error: AdminError, alias: str) -> AdminError:
        if error.status != 400 or "already exists" not in error.message:
            return error
        holders = self.hashes(subject=error.subject, key_alias=alias)
        names = ", ".join(holder[:12] for holder in holders) or "unknown"
        return AdminError(
            status=error.status,
            operation=error.operation,
            subject=error.subject,
            message=f"the alias is taken by another key (hash {names}...): give this one another alias, or delete that "
            f"key. The proxy says: {error.message}",
        )


def _only(changes: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {field: value for field, value in changes.items() if field in names}
