"""Memberships of users in teams on the admin API."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from litellm_admin.api.errors import AdminError
from litellm_admin.api.objects import Live, ObjectApi, is_empty
from litellm_admin.api.teams import TeamApi
from litellm_admin.api.users import UserApi
from litellm_admin.api.virtual_keys import KeyApi
from litellm_admin.fields.team import TeamMemberFields

_BUDGET = {
    "max_budget_in_team": "max_budget",
    "budget_duration": "budget_duration",
    "rpm_limit": "rpm_limit",
    "tpm_limit": "tpm_limit",
    "allowed_models": "allowed_models",
}
_ONLY_BY_UPDATE = ("rpm_limit", "tpm_limit")


def membership_id(team_id: str, user_id: str) -> str:
    """Return one id for a membership, out of ids that may hold any character."""
    return f"{quote(team_id, safe='')}/{quote(user_id, safe='')}"


def ids_of(membership: str) -> tuple[str, str]:
    """Return the ids of team and user of a membership."""
    team_id, user_id = map(unquote, membership.split("/"))
    return team_id, user_id


class TeamMemberApi(ObjectApi):
    """Find, make, change and delete memberships. The id is that of `membership_id`."""

    noun = "member"
    model = TeamMemberFields

    def find(self, id_: str, *, subject: str) -> Live | None:
        """Return the membership with this id."""
        team_id, user_id = ids_of(id_)
        answer = TeamApi(self._transport).info(team_id, subject=subject)
        return None if answer is None else self.of_team(answer).get(user_id)

    def of_team(self, info: Mapping[str, Any]) -> dict[str, Live]:
        """Return the members by their users' ids, out of what `TeamApi.info` returns."""
        rows = {row["user_id"]: row for row in info.get("team_memberships") or ()}
        return {
            str(member["user_id"]): self._live(member, rows.get(member["user_id"]) or {})
            for member in info["team_info"].get("members_with_roles") or ()
            if member.get("user_id") is not None
        }

    def _live(self, member: Mapping[str, Any], row: Mapping[str, Any]) -> Live:
        own = row.get("budget_source") == "custom"
        budget = (row.get("litellm_budget_table") or {}) if own else {}
        limits = {field: budget.get(name) for field, name in _BUDGET.items()}
        return Live(
            fields={"role": member.get("role"), **limits},
            computed={"budget_id": row.get("budget_id") if own else None},
        )

    def create(self, fields: Mapping[str, Any], *, subject: str) -> None:
        """Add the user in `user_id` to the team in `team_id`."""
        team_id, user_id = str(fields["team_id"]), str(fields["user_id"])
        if UserApi(self._transport).find(user_id, subject=subject) is None:
            # The proxy would make a user out of the id.
            raise AdminError(operation="create", subject=subject, message=f"the proxy has no user {user_id!r}")
        limits = {name: value for name, value in fields.items() if name in _BUDGET}
        later = {name: limits.pop(name) for name in _ONLY_BY_UPDATE if name in limits}
        member = {"user_id": user_id, "role": fields["role"]}
        body = {"team_id": team_id, "member": member, **limits}
        self._post("/team/member_add", body, operation="create", subject=subject)
        if later:
            self._update(team_id, user_id, later, subject)

    def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:
        """Set the changed fields; one that is emptied holds as the team says."""
        team_id, user_id = ids_of(id_)
        self._update(team_id, user_id, self._values(changes), subject)
        left = {**live.fields, **changes}
        if all(is_empty(left.get(field)) for field in _BUDGET):
            TeamApi(self._transport).delete_hidden_budget(live.computed["budget_id"], subject=subject)

    def delete(self, id_: str, *, subject: str) -> None:
        """Take the user out of the team, unless they have keys in it: the proxy would delete them too."""
        live = self.find(id_, subject=subject)
        if live is None:
            return
        team_id, user_id = ids_of(id_)
        keys = KeyApi(self._transport)
        keys.refuse_to_lose(subject=subject, mend="move or delete", team_id=team_id, user_id=user_id)
        body = {"team_id": team_id, "user_id": user_id}
        try:
            self._post("/team/member_delete", body, operation="delete", subject=subject)
        except AdminError:
            # 400 for somebody who is not in the team, as after a first try whose answer was lost.
            if self.find(id_, subject=subject) is not None:
                raise
        TeamApi(self._transport).delete_hidden_budget(live.computed["budget_id"], subject=subject)

    def owns(self, live: Live) -> bool:  # noqa: ARG002
        """Whoever declares the team says who is in it."""
        return True

    def _update(self, team_id: str, user_id: str, values: Mapping[str, Any], subject: str) -> None:
        body = {"team_id": team_id, "user_id": user_id, **values}
        self._post("/team/member_update", body, operation="update", subject=subject)
