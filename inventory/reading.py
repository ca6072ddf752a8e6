"""Everything on a proxy that a stack could declare, in a few requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from litellm_admin.api.client import AdminClient
from litellm_admin.api.objects import Live, is_empty
from litellm_admin.api.team_members import membership_id
from litellm_admin.api.teams import MEMBER_BUDGET_ID

UI_SESSIONS = "litellm-dashboard"
"""The team of the keys that the admin UI makes for those who log in (UI_TEAM_ID in litellm/constants.py)."""

PROXY_USERS = frozenset({"default_user_id", "litellm-proxy-budget"})
"""Users that the proxy makes for the master key and for its own budget (litellm/proxy/proxy_server.py)."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """The objects by their ids: keys by hash, members by `team_members.membership_id`.

    hidden_budgets: budgets that the proxy made by itself for members of teams. passers_by: the number of customers of
    whom nothing is set, because traffic alone made them.
    """

    budgets: Mapping[str, Live]
    customers: Mapping[str, Live]
    users: Mapping[str, Live]
    teams: Mapping[str, Live]
    members: Mapping[str, Live]
    keys: Mapping[str, Live]
    hidden_budgets: frozenset[str]
    passers_by: int


def read(client: AdminClient) -> Inventory:
    """Read the proxy; what it made for itself is left out. Raises AdminError."""
    infos = dict(client.teams.infos())
    teams = {id_: client.teams.of_info(info) for id_, info in infos.items()}
    members = {
        membership_id(id_, user): live
        for id_, info in infos.items()
        for user, live in client.team_members.of_team(info).items()
        if user not in PROXY_USERS
    }
    hidden = {live.computed[MEMBER_BUDGET_ID] for live in teams.values()}
    hidden |= {live.computed["budget_id"] for live in members.values()}
    customers = dict(client.customers.everything())
    declared = {id_: live for id_, live in customers.items() if not all(map(is_empty, live.fields.values()))}
    return Inventory(
        budgets={id_: live for id_, live in client.budgets.everything() if id_ not in hidden},
        customers=declared,
        users={id_: live for id_, live in client.users.everything() if id_ not in PROXY_USERS},
        teams={id_: live for id_, live in teams.items() if id_ != UI_SESSIONS},
        members=members,
        keys={id_: live for id_, live in client.keys.everything() if live.fields.get("team_id") != UI_SESSIONS},
        hidden_budgets=frozenset(hidden - {None}),
        passers_by=len(customers) - len(declared),
    )
