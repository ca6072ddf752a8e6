"""Virtual keys on the admin API. After its creation a key is named by its hash alone."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, ClassVar, Final

from litellm_admin.api import permissions
from litellm_admin.api.errors import AdminError
from litellm_admin.api.metadata import Metadata
from litellm_admin.api.objects import Live, ObjectApi
from litellm_admin.api.recall import Page
from litellm_admin.api.transport import Answer
from litellm_admin.fields.virtual_key import KeyFields

MASTER_KEY_USER: Final = "default_user_id"
"""Whom the proxy takes the master key for (litellm_proxy_admin_name in litellm/proxy/proxy_server.py)."""

_PAGE = 100  # the most that /key/list gives
_NAMED = 5
_NEW = timedelta(seconds=2)  # both are of the proxy's clock, and one is cut to the second


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

    @classmethod
    def filled(cls, declared: Collection[str], live: Live, *, new: bool = False) -> dict[str, None]:
        """Return what has to be emptied; an adopted key, whose value is not known, keeps its moment of expiry.

        `make import` can write that moment as a comment only.
        """
        adopted = frozenset[str]() if "key" in declared else frozenset({"duration"})
        return super().filled({*declared, *adopted}, live, new=new)

    @classmethod
    def can_be_remade(cls, declared: Mapping[str, Any]) -> bool:
        """Whether the key's value is known, which that of an adopted key is not."""
        return "key" in declared

    def find(self, id_: str, *, subject: str) -> Live | None:
        """Return the key with this hash. A deleted one reads as found for ever, from the archive: it counts as gone."""
        answer = self._get("/key/info", subject=subject, query={"key": id_})
        if answer is None or answer["info"].get("status") == "deleted":
            return None
        return self._live(answer["info"])

    def look(self, id_: str, *, subject: str) -> Live | None:
        """Return the key from a listing of all keys, if many are asked for; one that is missing there is looked up."""

        def pages() -> Iterator[Page]:
            for rows, total in self._pages({}, subject="all virtual keys"):
                yield ((str(row["token"]), row) for row in rows), total

        listed = self._transport.memory.listing(self.noun).rows(pages)
        row = listed.get(id_) if listed else None
        # The listing names the row of its permissions and leaves it out.
        incomplete = row is None or (row.get("object_permission_id") and not row.get(permissions.FIELD))
        return self.find(id_, subject=subject) if row is None or incomplete else self._live(row)

    def everything(self) -> Iterator[tuple[str, Live]]:
        """Go through all keys by their hashes."""
        return ((str(row["token"]), self._live(row)) for row in self.rows(subject="the proxy"))

    def create(self, fields: Mapping[str, Any], *, subject: str) -> Live | None:
        """Generate the key with the value in `key`.

        If the proxy has a key of this value already, it answers 200 with the fields that it was sent, writes nothing,
        and gives itself away by the age of the row. Without a value there is a key to be adopted, and none to be made:
        the proxy would make up a value.
        """
        if "key" not in fields:
            raise AdminError(
                status=409,
                operation="take over",
                subject=subject,
                message="it is not there any more, and without its value it cannot be made again: leave `adopt` out "
                "to have a new one made",
            )
        try:
            answer = self._transport.answer(
                "POST", "/key/generate", operation="create", subject=subject, body=fields, repeatable=True
            )
        except AdminError as error:
            failure = error
        else:
            # When it expires is for the proxy to say, and which servers there are. What its settings filled in, the
            # answer shows (_common_key_generation_helper in key_management_endpoints.py).
            filled = self.filled(fields, self._live(answer.content), new=True)
            certain = _is_new(answer) and not filled and not {"duration", permissions.FIELD} & fields.keys()
            return Live(fields=fields, computed={"expires": None}) if certain else None
        raise self._explained(failure, str(fields.get("key_alias", "")))

    def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:
        """Set the changed fields of the key with this hash."""
        columns = {f: v for f, v in changes.items() if f not in self.BACKED and f != "metadata"}
        body = self._values(columns)
        body |= {"key": id_, **permissions.whole(changes), **live.computed["metadata"].changed(changes, self.BACKED)}
        self._post("/key/update", body, operation="update", subject=subject)

    def give_away(self, id_: str, alias: str, *, expires_in: str | None, subject: str) -> None:
        """Give the key with this hash another alias and, if a span is given, an end."""
        body = {"key": id_, "key_alias": alias, **({"duration": expires_in} if expires_in else {})}
        self._post("/key/update", body, operation="rotate", subject=subject)
        live = self.find(id_, subject=subject)
        if live is None or live.fields["key_alias"] != alias or live.computed["expires"] is None:
            raise AdminError(
                operation="rotate",
                subject=subject,
                message="the proxy accepted that its old value expires, and holds something else",
            )

    def delete(self, id_: str, *, subject: str) -> None:
        """Delete the key with this hash."""
        self._post_delete("/key/delete", {"keys": [id_]}, subject=subject)

    def owns(self, live: Live) -> bool:  # noqa: ARG002
        """Whoever knows the value of a key owns it."""
        return True

    def hashes(self, *, subject: str, **filters: str) -> list[str]:
        """List the hashes of the first hundred keys that pass the filters of /key/list, as in user_id."""
        query: dict[str, str | int] = {"size": _PAGE, **filters}
        answer = self._transport.call("GET", "/key/list", operation="list keys of", subject=subject, query=query)
        return [str(key) for key in answer["keys"]]

    def id_of(self, alias: str, *, subject: str) -> str:
        """Return the hash of the key that has this alias."""
        found = self.hashes(subject=subject, key_alias=alias)
        if not found:
            raise AdminError(
                operation="take over",
                subject=subject,
                message="the proxy has no key of this alias: leave `adopt` out to have one created, or restore the "
                "backup that has it",
            )
        return found[0]

    def with_budget(self, budget_id: str, *, subject: str) -> list[str]:
        """Name the keys that a budget limits; /key/list has no filter for that."""
        return [_name(row) for row in self.rows(subject=subject) if row.get("budget_id") == budget_id]

    def names(self, *, subject: str, **filters: str) -> str:
        """Name the keys that pass the filters of /key/list, the first few of them; empty if there are none."""
        names = [_name(row) for row in islice(self.rows(subject=subject, **filters), _NAMED + 1)]
        return ", ".join(names[:_NAMED]) + (" and others" if len(names) > _NAMED else "")

    def refuse_to_lose(self, *, subject: str, mend: str, **filters: str) -> None:
        """Raise AdminError if keys pass the filters: the proxy would delete them with what they belong to."""
        if names := self.names(subject=subject, **filters):
            raise AdminError(
                operation="delete", subject=subject, message=f"{names} would be deleted with it: {mend} them first"
            )

    def rows(self, *, subject: str, **filters: str) -> Iterator[Mapping[str, Any]]:
        """Go through the keys that pass the filters of /key/list, as the proxy lists them, page by page."""
        for rows, _ in self._pages(filters, subject):
            yield from rows

    def login(self) -> str:
        """Return the user that the proxy takes this client's login for."""
        return self.whoami() or MASTER_KEY_USER

    def whoami(self) -> str | None:
        """Return the user behind the key that this client logs in with; None for the master key, which has no row."""
        answer = self._get("/key/info", subject="the login key")
        user = None if answer is None else answer["info"].get("user_id")
        return None if user is None else str(user)

    def _pages(self, filters: Mapping[str, str], subject: str) -> Iterator[tuple[list[Mapping[str, Any]], int]]:
        page, pages = 1, 1
        while page <= pages:
            rows, pages = self._page({"size": _PAGE, "page": page, **filters}, subject)
            yield rows, pages
            page += 1

    def _page(self, query: Mapping[str, str | int], subject: str) -> tuple[list[Mapping[str, Any]], int]:
        """Return one page of keys and the number of pages."""
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
        metadata = Metadata.read(info.get("metadata"), self.BACKED)
        columns = {field: info.get(field) for field in self.managed() - self.BACKED}
        windows = [
            {name: window.get(name) for name in ("max_budget", "budget_duration")}
            for window in info.get("budget_limits") or ()
        ]
        expires = info.get("expires")
        fields = {
            **columns,
            **metadata.backed,
            "metadata": metadata.plain,
            permissions.FIELD: permissions.held(info),
            "budget_limits": windows,
            "duration": expires,
        }
        computed = {
            "expires": expires,
            "key_name": info.get("key_name"),
            "metadata": metadata,
            "created_by": info.get("created_by"),
            "spend": info.get("spend") or 0.0,
        }
        return Live(fields=fields, computed=computed)

    def _explained(self, error: AdminError, alias: str) -> AdminError:
        if error.status != 400 or "already exists" not in error.message:
            return error
        holders = self.hashes(subject=error.subject, key_alias=alias)
        names = ", ".join(holder[:12] for holder in holders) or "unknown"
        return AdminError(
            status=error.status,
            operation=error.operation,
            subject=error.subject,
            message=f"the alias is taken by another key (hash {names}...): give this one another alias, delete that "
            f"key, or take it over as it is with `adopt: true`. The proxy says: {error.message}",
        )


def undeclared_expiry(declared: Collection[str], live: Live) -> dict[str, str]:
    """Return the moment when a key expires that should not, in the words of a declaration."""
    expires = live.computed["expires"]
    return {} if "duration" in declared or expires is None else {"duration": f"until {expires}"}


def _is_new(answer: Answer) -> bool:
    """Whether the row that an answer tells of was written for this call: never changed, and not older than it."""
    created, updated = answer.content.get("created_at"), answer.content.get("updated_at")
    if answer.at is None or created is None or created != updated:
        return False
    return abs(answer.at - datetime.fromisoformat(created)) <= _NEW


def _name(row: Mapping[str, Any]) -> str:
    return f"virtual key {row.get('key_alias') or row.get('key_name')!r}"
