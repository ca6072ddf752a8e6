"""Who may use the gateway: virtual keys, teams, users, budgets and customers on the proxy."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypedDict

import pulumi

from components import key_groups
from components.edge import Edge
from components.network import Network
from components.secrets import Secrets
from config import litellm
from config.access import RESERVED, KeySettings
from config.proxy import model_names
from config.secret_texts import ENVIRON
from config.settings import Settings
from litellm_admin.adoption import FIRST, position
from litellm_admin.fields.amounts import NO_GRACE
from litellm_admin.resources import (
    Budget,
    BudgetArgs,
    Credential,
    CredentialArgs,
    Customer,
    CustomerArgs,
    KeyGroup,
    KeyGroupArgs,
    Model,
    ModelArgs,
    Provisioner,
    ProvisionerArgs,
    Team,
    TeamArgs,
    TeamMember,
    TeamMemberArgs,
    User,
    UserArgs,
    VirtualKey,
    VirtualKeyArgs,
    lighten,
)

SETTLE_SECONDS = 35.0
"""Seconds until every replica has models and credentials from the database: each reads them every 30 s."""


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    """What the objects stand on."""

    settings: Settings
    secrets: Secrets
    network: Network
    edge: Edge


class _Login(TypedDict):
    url: str
    token: pulumi.Output[str]
    licensed: bool | None


@dataclass(frozen=True, kw_only=True)
class _Owners:
    """What a key may be attached to; every one of them outlives the key."""

    budgets: dict[str, Budget]
    teams: dict[str, Team]
    users: dict[str, User]
    members: dict[tuple[str, str], TeamMember]

    def referred_to(self, fields: dict[str, Any], team: str | None) -> dict[str, Any]:
        """Replace the names of budget, team and user by their ids as outputs."""
        owners: dict[str, pulumi.Output[str]] = {}
        if team is not None:
            owners["team_id"] = self.teams[team].team_id
        if "user_id" in fields:
            owners["user_id"] = self.users[str(fields["user_id"])].user_id
        return {**_with_budgets(fields, self.budgets), **owners}


class Access(pulumi.ComponentResource):
    """The declared objects, and a key for Prometheus that reads metrics and nothing else."""

    virtual_keys: dict[str, pulumi.Output[str]]
    """Values by alias. An adopted key has none, or an empty one, while it has the value that only its users know."""
    key_groups: dict[str, KeyGroup]
    grouped: dict[str, dict[str, Any]]
    """For each group, the values of its keys by alias, and the models that they may use."""
    key_models: dict[str, list[str]]
    metrics_key: pulumi.Output[str]
    provisioner_key: pulumi.Output[str]
    """By which the objects are managed: what it may call is in litellm_admin/provisioner.py."""
    key_expiries: dict[str, pulumi.Output[str | None]]
    """When those keys expire that do (ISO 8601), by alias."""

    def __init__(self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Access", name, {}, opts)
        self._name, self._args = name, args
        rotation = args.settings.rotation
        # When the whole stack goes there is nobody to call: the objects go with the database, or stay in a database
        # that is kept, with their spend, and are found again by the next `up`.
        self._child = pulumi.ResourceOptions(parent=self, deleted_with=args.network.network)
        provisioner = Provisioner(
            f"{name}-provisioner",
            ProvisionerArgs(
                url=args.settings.effective_admin_url,
                master_key=args.secrets.master_key,
                key=args.secrets.derive("provisioner", rotation=rotation.number(rotation.provisioner_key)),
            ),
            pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=args.edge.reached)),
        )
        self.provisioner_key = provisioner.token
        self._login = _Login(
            url=args.settings.effective_admin_url, token=provisioner.token, licensed=args.settings.licensed or None
        )
        self._models(self._credentials())
        budgets = self._budgets()
        self._customers(budgets)
        users = self._users()
        teams = self._teams()
        members = self._members(teams, users)
        self.key_expiries = {}
        owners = _Owners(budgets=budgets, teams=teams, users=users, members=members)
        self.virtual_keys = self._virtual_keys(owners)
        self.key_groups = self._key_groups(owners)
        self.key_models = self._key_models()
        self.grouped = {
            name: {"models": self._group_models(name), "keys": group.values} for name, group in self.key_groups.items()
        }
        self.metrics_key = self._metrics_key()
        lighten()
        self.register_outputs({})

    def every_key(self, aliases: Container[str]) -> dict[str, pulumi.Output[str]]:
        """Return the values of the keys, those of groups where they have one of the aliases."""
        groups = self._args.settings.access.key_groups
        of_groups = {
            alias: group.values.apply(itemgetter(alias))
            for name, group in self.key_groups.items()
            for alias in groups[name].keys
            if alias in aliases
        }
        return {**self.virtual_keys, **of_groups}

    def _credentials(self) -> list[Credential]:
        return [
            Credential(
                f"{self._name}-credential-{name}",
                CredentialArgs(
                    **self._login,
                    credential_name=name,
                    settle=self._settle,
                    **{**settings.fields(), "credential_values": self._resolved(settings.credential_values)},
                ),
                self._child,
            )
            for name, settings in self._args.settings.access.credentials.items()
        ]

    def _resolved(self, values: dict[str, Any]) -> dict[str, Any]:
        """Put values in the place of os.environ/NAME: the proxy takes that literally in a credential."""
        given = self._args.settings
        known = {name: pulumi.Output.secret(value.get_secret_value()) for name, value in given.secrets.items()}
        resolved = {}
        for name, value in values.items():
            variable = value.removeprefix(ENVIRON) if isinstance(value, str) and value.startswith(ENVIRON) else ""
            resolved[name] = known.get(variable) or given.environment.get(variable) or value
        return resolved

    def _models(self, credentials: list[Credential]) -> None:
        after = pulumi.ResourceOptions(depends_on=credentials)
        for name, settings in self._args.settings.access.models.items():
            args = ModelArgs(**self._login, model_id=name, settle=self._settle, **settings.fields())
            Model(f"{self._name}-model-{name}", args, pulumi.ResourceOptions.merge(self._child, after))

    @property
    def _settle(self) -> float | None:
        return SETTLE_SECONDS if self._args.settings.replicas > 1 else None

    def _budgets(self) -> dict[str, Budget]:
        declared = {budget: fields.fields() for budget, fields in self._args.settings.access.budgets.items()}
        if end_user_budget := litellm.end_user_budget(self._args.settings):
            declared[litellm.END_USER_BUDGET_ID] = end_user_budget.declared()
        return {
            budget: Budget(
                f"{self._name}-budget-{budget}", BudgetArgs(**self._login, budget_id=budget, **fields), self._child
            )
            for budget, fields in declared.items()
        }

    def _customers(self, budgets: dict[str, Budget]) -> None:
        for customer, settings in self._args.settings.access.customers.items():
            fields = _with_budgets(settings.fields(), budgets)
            args = CustomerArgs(**self._login, user_id=customer, **fields)
            Customer(f"{self._name}-customer-{customer}", args, self._child)

    def _users(self) -> dict[str, User]:
        return {
            user: User(
                f"{self._name}-user-{user}", UserArgs(**self._login, user_id=user, **settings.fields()), self._child
            )
            for user, settings in self._args.settings.access.users.items()
        }

    def _teams(self) -> dict[str, Team]:
        teams = {}
        for team, settings in self._args.settings.access.teams.items():
            fields = {"team_alias": team, **settings.fields()}
            args = TeamArgs(**self._login, team_id=settings.team_id or team, **fields)
            teams[team] = Team(f"{self._name}-team-{team}", args, self._child)
        return teams

    def _members(self, teams: dict[str, Team], users: dict[str, User]) -> dict[tuple[str, str], TeamMember]:
        return {
            (team, user): TeamMember(
                f"{self._name}-team-{team}-member-{user}",
                TeamMemberArgs(
                    **self._login, team_id=teams[team].team_id, user_id=users[user].user_id, **fields.declared()
                ),
                self._child,
            )
            for team, settings in self._args.settings.access.teams.items()
            for user, fields in settings.members.items()
        }

    def _virtual_keys(self, owners: _Owners) -> dict[str, pulumi.Output[str]]:
        values = {}
        for alias, settings, team in self._args.settings.access.all_keys():
            fields = owners.referred_to(settings.fields(), team)
            # The proxy deletes a member's keys with the membership: the membership goes last.
            member = owners.members.get((team or "", settings.user_id or ""))
            after = pulumi.ResourceOptions(depends_on=[member] if member else [])
            options = pulumi.ResourceOptions.merge(self._child, after)
            value = self._value(f"virtual/{alias}", settings, number=self._args.settings.key_rotation(settings))
            key = VirtualKey(
                f"{self._name}-key-{alias}", VirtualKeyArgs(**self._login, key_alias=alias, **fields, **value), options
            )
            if not settings.adopt:
                values[alias] = key.key
            elif value["rotation"] != FIRST:
                values[alias] = key.value_of_adopted(value["own_key"], rotation=value["rotation"])
            if settings.duration is not None:
                self.key_expiries[alias] = key.expires
        return values

    def _key_groups(self, owners: _Owners) -> dict[str, KeyGroup]:
        settings = self._args.settings
        # The proxy deletes a member's keys with the membership: the memberships go last.
        after = pulumi.ResourceOptions(depends_on=list(owners.members.values()))
        groups = {}
        for name, group in settings.access.key_groups.items():
            shared = key_groups.shared_fields(settings, group)
            args = KeyGroupArgs(
                **self._login,
                group=name,
                seed=self._args.secrets.derive(f"key-group/{name}"),
                fields=owners.referred_to(shared, shared.get("team_id")),
                keys={
                    alias: owners.referred_to(own, own.get("team_id"))
                    for alias, own in key_groups.own_fields(settings, group).items()
                },
            )
            options = pulumi.ResourceOptions.merge(self._child, after)
            groups[name] = KeyGroup(f"{self._name}-key-group-{name}", args, options)
        return groups

    def _value(self, purpose: str, settings: KeySettings, *, number: int) -> dict[str, Any]:
        """Return the inputs about a key's value; an adopted key gets this one when it is rotated."""
        rotation = self._args.settings.rotation
        seed = rotation.number(rotation.seed)
        value, grace = self._args.secrets.derive(purpose, rotation=number), settings.grace or rotation.grace
        if settings.adopt:
            return {"own_key": value, "rotation": position(number=number, seed=seed), "grace": grace}
        return {"key": value, **({"grace": grace} if number > 1 or seed > 1 else {})}

    def _key_models(self) -> dict[str, list[str]]:
        access = self._args.settings.access
        every_model = tuple(model_names(self._args.settings.proxy))
        return {
            alias: list(settings.models or (team and access.teams[team].models) or every_model)
            for alias, settings, team in access.all_keys()
        }

    def _group_models(self, name: str) -> list[str]:
        shared = self._args.settings.access.key_groups[name].fields
        of_team = self._args.settings.access.teams[shared.team_id].models if shared.team_id else None
        return list(shared.models or of_team or model_names(self._args.settings.proxy))

    def _metrics_key(self) -> pulumi.Output[str]:
        rotation = self._args.settings.rotation
        own = self._value("metrics", KeySettings(), number=rotation.number(rotation.metrics_key))
        if self._args.settings.take_over:
            # The database that is taken over has the lost stack's key of this alias.
            own = {"grace": NO_GRACE, **own}
        args = VirtualKeyArgs(**self._login, key_alias=f"{RESERVED}metrics", allowed_routes=["/metrics"], **own)
        return VirtualKey(f"{self._name}-metrics-key", args, self._child).key


def _with_budgets(fields: dict[str, Any], budgets: dict[str, Budget]) -> dict[str, Any]:
    """Replace ids of budgets by the budgets' outputs, so that a budget outlives what is attached to it."""
    references = {name: fields[name] for name in ("budget_id", "end_user_budget_id") if name in fields}
    return {**fields, **{name: budgets[str(budget)].budget_id for name, budget in references.items()}}
