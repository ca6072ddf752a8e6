"""Teams on the admin API."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from litellm_admin.api import permissions
from litellm_admin.api.marked import MarkedApi
from litellm_admin.api.metadata import Metadata, mark
from litellm_admin.api.objects import Live
from litellm_admin.api.virtual_keys import KeyApi
from litellm_admin.fields.team import TeamFields

MEMBER_BUDGET_ID = "team_member_budget_id"
_PAGE = 100  # the most that /v2/team/list gives
_PERMISSIONS = "team_member_permissions"


class TeamApi(MarkedApi):
    """Find, make, change and delete teams."""

    noun = "team"
    model = TeamFields

    BACKED: ClassVar[frozenset[str]] = TeamFields.METADATA_BACKED

    def find(self, id_: str, *, subject: str) -> Live | None:
        """Return the team with this id."""
        answer = self.info(id_, subject=subject)
        return None if answer is None else self.of_info(answer)

    def info(self, id_: str, *, subject: str) -> Mapping[str, Any] | None:
        """Return the team, its members and one of its keys as the proxy answers them, or None."""
        # All keys come along unless they are limited, to one at least.
        query: dict[str, str | int] = {"team_id": id_, "key_limit": 1}
        answer: Mapping[str, Any] | None = self._get("/team/info", subject=subject, query=query)
        return answer

    def rows(self) -> Iterator[Mapping[str, Any]]:
        """Go through all teams as the proxy lists them, which is without their members' budgets."""
        page, pages = 1, 1
        while page <= pages:
            query = {"page": page, "page_size": _PAGE}
            answer = self._transport.call("GET", "/v2/team/list", operation="list", subject="teams", query=query)
            pages, page = int(answer["total_pages"]), page + 1
            yield from answer["teams"]

    def infos(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Go through all teams as `info` returns them."""
        for row in self.rows():
            # A team may go while we read.
            if (info := self.info(str(row["team_id"]), subject="teams")) is not None:
                yield str(row["team_id"]), info

    def of_info(self, info: Mapping[str, Any]) -> Live:
        """Return the team out of what `info` returns."""
        return self._live(info["team_info"])

    def create(self, fields: Mapping[str, Any], *, subject: str) -> None:
        """Make the team with the id in `team_id`, marked as this login's."""
        body = {**fields, "metadata": {**(fields.get("metadata") or {}), **mark(self._login())}}
        if any(name in fields for name in TeamFields.MEMBER_BUDGET):
            # Without a word about it, a member's budget would take over the team's own span.
            body.setdefault("team_member_budget_duration", None)
        self._post("/team/new", body, operation="create", subject=subject)

    def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:
        """Set the changed fields."""
        if _PERMISSIONS in changes:
            # /team/update does not know this field.
            routes = {"team_id": id_, _PERMISSIONS: changes[_PERMISSIONS] or []}
            self._post("/team/permissions_update", routes, operation="update", subject=subject)
        columns = {f: v for f, v in changes.items() if f not in {*self.BACKED, "metadata", _PERMISSIONS}}
        body = self._values(columns)
        body |= permissions.whole(changes) | live.computed["metadata"].changed(changes, self.BACKED)
        if body:
            self._post("/team/update", {"team_id": id_, **body}, operation="update", subject=subject)

    def delete(self, id_: str, *, subject: str) -> None:
        """Delete the team, unless there are keys in it: the proxy would delete them too."""
        live = self.find(id_, subject=subject)
        if live is None:
            return
        KeyApi(self._transport).refuse_to_lose(subject=subject, mend="move or delete", team_id=id_)
        self._post_delete("/team/delete", {"team_ids": [id_]}, subject=subject)
        self.delete_hidden_budget(live.computed[MEMBER_BUDGET_ID], subject=subject)

    def delete_hidden_budget(self, id_: str | None, *, subject: str) -> None:
        """Delete a budget that the proxy made for members, and would leave behind."""
        if id_ is not None:
            self._post("/budget/delete", {"id": id_}, operation="delete", subject=subject)

    def claim(self, id_: str, live: Live, *, subject: str) -> None:
        """Mark the team as this login's."""
        metadata: Metadata = live.computed["metadata"]
        whole = {**metadata.plain, **metadata.backed, **mark(self._login())}
        self._post("/team/update", {"team_id": id_, "metadata": whole}, operation="update", subject=subject)

    def _live(self, info: Mapping[str, Any]) -> Live:
        entries = info.get("metadata") or {}
        metadata = Metadata.read(entries, self.BACKED, hidden=frozenset({MEMBER_BUDGET_ID}))
        columns = {f: info.get(f) for f in self.managed() - self.BACKED - TeamFields.MEMBER_BUDGET.keys()}
        member_budget = info.get("team_member_budget_table") or {}
        members = {field: member_budget.get(name) for field, name in TeamFields.MEMBER_BUDGET.items()}
        windows = [
            {name: window.get(name) for name in ("max_budget", "budget_duration")}
            for window in info.get("budget_limits") or ()
        ]
        aliases = (info.get("litellm_model_table") or {}).get("model_aliases")
        fields = {
            **columns,
            **members,
            **metadata.backed,
            "metadata": metadata.plain,
            "budget_limits": windows,
            "model_aliases": aliases,
            permissions.FIELD: permissions.held(info),
        }
        return Live(fields=fields, computed={"metadata": metadata, MEMBER_BUDGET_ID: entries.get(MEMBER_BUDGET_ID)})

    def _login(self) -> str:
        return KeyApi(self._transport).login()
