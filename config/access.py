"""The `access` section: which virtual keys, teams, users, budgets and customers there are, in LiteLLM's own words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, ClassVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from config.rotation import Number
from litellm_admin.fields.amounts import Flag, Grace, Name
from litellm_admin.fields.base import ObjectFields
from litellm_admin.fields.budget import BudgetFields
from litellm_admin.fields.customer import CustomerFields
from litellm_admin.fields.model import CredentialFields, ModelFields
from litellm_admin.fields.team import TeamFields, TeamMemberFields
from litellm_admin.fields.user import UserFields
from litellm_admin.fields.virtual_key import KeyFields

RESERVED = "litellm-stack-"
"""Start of the names that the stack gives to keys and budgets of its own."""


class Declaration(ObjectFields):
    """An object in the stack config: its fields, and words of the stack's own."""

    OWN_WORDS: ClassVar[frozenset[str]] = frozenset()

    def fields(self) -> dict[str, Any]:
        """Return the object's fields that are set, as JSON values, without the stack's own words."""
        return {name: value for name, value in self.declared().items() if name not in self.OWN_WORDS}


class BudgetSettings(Declaration, BudgetFields):
    """A budget."""

    adopt: Flag | None = None
    """Take over a budget of this id that somebody else made."""


class CustomerSettings(Declaration, CustomerFields):
    """A customer; `budget` is short for `budget_id`."""

    budget_id: Name | None = Field(default=None, validation_alias=AliasChoices("budget_id", "budget"))
    """A budget in `access.budgets`."""


class UserSettings(Declaration, UserFields):
    """A user."""

    adopt: Flag | None = None
    """Take over a user of this id that somebody else made."""


class KeySettings(Declaration, KeyFields):
    """A virtual key; `budget`, `team` and `user` are short for the words with `_id`."""

    OWN_WORDS: ClassVar[frozenset[str]] = frozenset({"rotation", "grace"})

    adopt: Flag | None = None
    """Take over the key that has this alias; it keeps the value that its users have until its rotation is raised."""
    budget_id: Name | None = Field(default=None, validation_alias=AliasChoices("budget_id", "budget"))
    """A budget in `access.budgets` that limits the key, instead of limits of its own."""
    team_id: Name | None = Field(default=None, validation_alias=AliasChoices("team_id", "team"))
    """A team in `access.teams`."""
    user_id: Name | None = Field(default=None, validation_alias=AliasChoices("user_id", "user"))
    """A user in `access.users`."""
    rotation: Number = 1
    """Raise it for a new value, also of a key that was adopted."""
    grace: Grace | None = None
    """How long the old value stays valid then; where it is not set, as `rotation.grace` says."""


class MemberSettings(KeySettings):
    """A virtual key in a group, or what all keys of the group share."""

    REFUSED_FIELDS: ClassVar[dict[str, str]] = {
        **KeySettings.REFUSED_FIELDS,
        "adopt": "is not for the keys of a group, whose values are the group's: declare the key in access.keys",
    }

    def over(self, shared: MemberSettings) -> MemberSettings:
        """Return the settings of a key that says this beside what all share."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        return shared.model_copy(update=said)


class KeyGroupSettings(BaseModel):
    """Virtual keys that are one resource: for hundreds and thousands that are much alike."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: MemberSettings = MemberSettings()
    """What all keys share."""
    keys: dict[Name, MemberSettings] = Field(default_factory=dict)
    """What each key says beside it or instead, by alias; `{}` for nothing."""

    def members(self) -> Iterator[tuple[str, MemberSettings]]:
        """Go through the keys: the alias, and the settings with what all share."""
        return ((alias, own.over(self.fields)) for alias, own in self.keys.items())


class CredentialSettings(Declaration, CredentialFields):
    """A credential; os.environ/NAME stands for a value in `secrets` or `environment`."""

    credential_values: dict[str, Any] = Field(min_length=1)
    """What is laid over the litellm_params of the models that name the credential: api_key, api_base ..."""
    adopt: Flag | None = None
    """Take over a credential of this name that somebody else made."""


class ModelSettings(Declaration, ModelFields):
    """A model that the proxy keeps in its database instead of config.yaml."""

    model_name: Name
    """The name that callers say; several deployments of one name share the calls."""
    litellm_params: dict[str, Any]
    """The provider's model in `model`, and how it is called."""


class TeamSettings(Declaration, TeamFields):
    """A team, with its keys and members."""

    OWN_WORDS: ClassVar[frozenset[str]] = frozenset({"team_id", "keys", "members"})

    team_id: Name | None = None
    """The team's id on the proxy, where that is another than the name here."""
    adopt: Flag | None = None
    """Take over a team of this id that somebody else made."""
    keys: dict[Name, KeySettings] = Field(default_factory=dict)
    """The team's virtual keys, by alias."""
    members: dict[Name, TeamMemberFields] = Field(default_factory=dict)
    """Users in `access.users` who belong to the team, by their ids."""


class AccessSettings(BaseModel):
    """Objects on the proxy: keys by alias, teams by name, and the rest by their ids.

    Models are for those that a stack wants in the proxy's database; config.yaml has its own, in `proxy.model_list`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    credentials: dict[Name, CredentialSettings] = Field(default_factory=dict)
    models: dict[Name, ModelSettings] = Field(default_factory=dict)
    budgets: dict[Name, BudgetSettings] = Field(default_factory=dict)
    customers: dict[Name, CustomerSettings] = Field(default_factory=dict)
    users: dict[Name, UserSettings] = Field(default_factory=dict)
    teams: dict[Name, TeamSettings] = Field(default_factory=dict)
    keys: dict[Name, KeySettings] = Field(default_factory=dict)
    key_groups: dict[Name, KeyGroupSettings] = Field(default_factory=dict, alias="keyGroups")

    def all_keys(self) -> Iterator[tuple[str, KeySettings, str | None]]:
        """Go through every key outside of groups: its alias, settings and team, wherever that is written."""
        for alias, key in self.keys.items():
            yield alias, key, key.team_id
        for name, team in self.teams.items():
            for alias, key in team.keys.items():
                yield alias, key, name

    def keys_of_groups(self, *, most: int | None = None) -> Iterator[tuple[str, KeySettings, str | None]]:
        """Go through the keys of the groups likewise, or through the first `most` of each."""
        for group in self.key_groups.values():
            for alias, key in islice(group.members(), most):
                yield alias, key, key.team_id
