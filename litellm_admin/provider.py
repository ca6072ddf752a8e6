"""The dynamic providers, one for each kind of object.

They hold no state and live in an importable module, so that a resource keeps a reference of a few bytes and not the
code (Pulumi pickles what is neither). The state names this module and these classes: they stay where they are. Refresh
and destroy run it without the program.
"""

from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import CheckFailure, CheckResult

from litellm_admin.api.budgets import BudgetApi
from litellm_admin.api.client import AdminClient
from litellm_admin.api.customers import CustomerApi
from litellm_admin.api.objects import Live, same
from litellm_admin.api.team_members import TeamMemberApi, membership_id
from litellm_admin.api.teams import TeamApi
from litellm_admin.api.users import UserApi
from litellm_admin.api.virtual_keys import KeyApi
from litellm_admin.inputs import (
    BudgetInputs,
    CustomerInputs,
    TeamInputs,
    TeamMemberInputs,
    UserInputs,
    VirtualKeyInputs,
)
from litellm_admin.keys import key_hash
from litellm_admin.object_provider import ObjectProvider, Props, client_of


class VirtualKeyProvider(ObjectProvider):
    """Virtual keys; the id is the hash of the value."""

    api = KeyApi
    inputs = VirtualKeyInputs
    identity = "key"
    label = "key_alias"
    outputs = ("expires",)

    def calls(self, client: AdminClient) -> KeyApi:
        """Return the calls for keys."""
        return client.keys

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """Report also a key that is neither to be made nor to be taken over, or both."""
        result = super().check(_olds, news)
        if (news.get("key") is None) is not (news.get("adopt") is True):
            result.failures.append(CheckFailure("key", "has to be given, unless there is adopt: true instead of it"))
        return result

    def object_id(self, props: Mapping[str, Any]) -> str:
        """Return the hash by which the proxy names the key; that of an adopted key is looked up by its alias."""
        if props.get("key") is not None:
            return key_hash(str(props["key"]))
        return client_of(props).keys.id_of(str(props["key_alias"]), subject=self.subject(props))

    def clashes(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
        """Whether both keys have the same alias, which is unique on the proxy."""
        return bool(olds.get("key_alias") == news.get("key_alias"))

    def drift(self, props: Mapping[str, Any], live: Live) -> set[str]:
        """Name the drifted fields; `duration` shows by the moment of expiry that was recorded after it was set."""
        moved = "duration" in props and props.get("expires") != live.computed.get("expires")
        return super().drift(props, live) | ({"duration"} if moved else set())


class BudgetProvider(ObjectProvider):
    """Budgets."""

    api = BudgetApi
    inputs = BudgetInputs
    identity = "budget_id"
    label = "budget_id"

    def calls(self, client: AdminClient) -> BudgetApi:
        """Return the calls for budgets."""
        return client.budgets


class CustomerProvider(ObjectProvider):
    """Customers."""

    api = CustomerApi
    inputs = CustomerInputs
    identity = "user_id"
    label = "user_id"

    def calls(self, client: AdminClient) -> CustomerApi:
        """Return the calls for customers."""
        return client.customers


class TeamProvider(ObjectProvider):
    """Teams."""

    api = TeamApi
    inputs = TeamInputs
    identity = "team_id"
    label = "team_id"

    def calls(self, client: AdminClient) -> TeamApi:
        """Return the calls for teams."""
        return client.teams


class TeamMemberProvider(ObjectProvider):
    """Memberships of users in teams."""

    api = TeamMemberApi
    inputs = TeamMemberInputs
    identity = "user_id"
    label = "user_id"

    def calls(self, client: AdminClient) -> TeamMemberApi:
        """Return the calls for memberships."""
        return client.team_members

    def object_id(self, props: Mapping[str, Any]) -> str:
        """Return an id of both ids."""
        return membership_id(str(props["team_id"]), str(props["user_id"]))

    def moved(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
        """Name what makes it another membership."""
        return [name for name in ("team_id", "user_id") if not same(olds.get(name), news.get(name))]

    def subject(self, props: Mapping[str, Any]) -> str:
        """Name the member and the team."""
        return f"{super().subject(props)} of team {str(props.get('team_id'))!r}"


class UserProvider(ObjectProvider):
    """Users."""

    api = UserApi
    inputs = UserInputs
    identity = "user_id"
    label = "user_id"

    def calls(self, client: AdminClient) -> UserApi:
        """Return the calls for users."""
        return client.users
