"""An inventory as the `access` section of a stack that takes it over, and what cannot be carried over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from config.access import (
    RESERVED,
    BudgetSettings,
    CustomerSettings,
    Declaration,
    KeySettings,
    TeamSettings,
    UserSettings,
)
from inventory.reading import Inventory
from litellm_admin.api.objects import Live, is_empty
from litellm_admin.api.team_members import ids_of
from litellm_admin.fields.amounts import whole_numbers
from litellm_admin.fields.base import ObjectFields
from litellm_admin.fields.team import TeamMemberFields

Declared = dict[str, Any]


@dataclass(kw_only=True)
class Declarations:
    """The section, and notes on what it leaves out."""

    access: dict[str, dict[str, Declared]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, section: str, name: str, declared: Declared) -> None:
        """Declare an object."""
        self.access.setdefault(section, {})[name] = declared


def declare(inventory: Inventory, *, licensed: bool) -> Declarations:
    """Declare everything in the inventory with the values that it has now, so that adopting it changes nothing."""
    made = Declarations()
    _Carrier(inventory, made, licensed=licensed).carry()
    return made


class _Carrier:
    def __init__(self, inventory: Inventory, made: Declarations, *, licensed: bool) -> None:
        self._inventory, self._made, self._licensed = inventory, made, licensed
        self._teams = _names(inventory.teams, "team_alias")

    def carry(self) -> None:
        """Declare each kind, those first that others refer to."""
        for id_, live in self._inventory.budgets.items():
            self._plain("budgets", id_, BudgetSettings, live)
        for id_, live in self._inventory.users.items():
            self._plain("users", id_, UserSettings, live)
        for id_, live in self._inventory.customers.items():
            self._plain("customers", id_, CustomerSettings, live, adopt=False)
            if live.computed["blocked"]:
                reason = CustomerSettings.REFUSED_FIELDS["blocked"]
                self._made.notes.append(f"customers.{id_}.blocked: {reason}")
        self._carry_teams()
        self._carry_members()
        self._carry_keys()
        if count := self._inventory.passers_by:
            self._made.notes.append(f"{count} end users of whom nothing is set: the proxy makes one for each it meets")

    def _plain(self, section: str, id_: str, model: type[Declaration], live: Live, *, adopt: bool = True) -> None:
        if id_.startswith(RESERVED):
            self._made.notes.append(f"{section}.{id_}: names that start with {RESERVED!r} are a stack's own")
            return
        fields = self._usable(f"{section}.{id_}", model, live)
        self._made.add(section, id_, {**fields, "adopt": True} if adopt else fields)

    def _carry_teams(self) -> None:
        for id_, live in self._inventory.teams.items():
            name = self._teams[id_]
            declared = self._usable(f"teams.{name}", TeamSettings, live)
            if declared.get("team_alias") == name:
                del declared["team_alias"]
            identity = {} if id_ == name else {"team_id": id_}
            self._made.add("teams", name, {**identity, **declared, "adopt": True})

    def _carry_members(self) -> None:
        for id_, live in self._inventory.members.items():
            team_id, user_id = ids_of(id_)
            team = self._teams.get(team_id)
            if team is None:
                continue
            path = f"teams.{team}.members.{user_id}"
            if user_id not in self._made.access.get("users", {}):
                self._made.notes.append(f"{path}: is not declared as a user")
                continue
            fields = self._usable(path, TeamMemberFields, live)
            if fields.get("role") == "user":
                del fields["role"]
            self._made.access["teams"][team].setdefault("members", {})[user_id] = fields

    def _carry_keys(self) -> None:
        for id_, live in self._inventory.keys.items():
            alias = live.fields.get("key_alias")
            if not alias:
                key = f"{live.computed['key_name']} (hash {id_[:12]}...)"
                self._made.notes.append(f"key {key}: has no alias to be declared by; give it one on the proxy first")
            elif mark := live.computed["metadata"].managed_by:
                self._made.notes.append(f"key {alias}: belongs to the {mark} of a stack, in access.keyGroups")
            elif not str(alias).startswith(RESERVED):
                self._carry_key(str(alias), live)

    def _carry_key(self, alias: str, live: Live) -> None:
        team = self._teams.get(str(live.fields.get("team_id")))
        path = f"teams.{team}.keys.{alias}" if team else f"keys.{alias}"
        fields = self._usable(path, KeySettings, live)
        if fields.pop("team_id", None) is not None and team is None:
            self._made.notes.append(f"{path}.team_id: the proxy has no such team any more")
        for word, section in (("user_id", "users"), ("budget_id", "budgets"), ("end_user_budget_id", "budgets")):
            if word in fields and fields[word] not in self._made.access.get(section, {}):
                self._made.notes.append(f"{path}.{word}: {fields.pop(word)!r} is not declared in {section}")
        if expires := live.computed.get("expires"):
            self._made.notes.append(
                f"{path}: expires at {expires}; it keeps that as long as `duration` is not declared"
            )
        declared = {**fields, "adopt": True}
        if team:
            self._made.access["teams"][team].setdefault("keys", {})[alias] = declared
        else:
            self._made.add("keys", alias, declared)

    def _usable(self, path: str, model: type[ObjectFields], live: Live) -> Declared:
        """Return what is set, without what the stack's settings refuse; a note says why."""
        managed = {name: live.fields.get(name) for name in model.model_fields if name in live.fields}
        fields = {name: whole_numbers(value) for name, value in managed.items() if not is_empty(value)}
        if issubclass(model, KeySettings):
            # Its expiry reads back as a moment, and its alias is its name here.
            fields = {name: value for name, value in fields.items() if name not in ("duration", "key_alias")}
        try:
            model.model_validate(fields, context={"licensed": self._licensed})
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False, include_context=False)
            refused = {str(problem["loc"][0]): problem["msg"] for problem in problems if problem["loc"]}
            reasons = [f"{path}.{name}: {reason.removeprefix('Value error, ')}" for name, reason in refused.items()]
            self._made.notes += reasons
            return {name: value for name, value in fields.items() if name not in refused}
        return fields


def _names(objects: Mapping[str, Live], word: str) -> dict[str, str]:
    """Name objects by a readable field of theirs where that is set and unique, else by their ids."""
    readable = {id_: str(live.fields.get(word) or id_) for id_, live in objects.items()}
    counted = Counter(readable.values())
    return {id_: name if counted[name] == 1 else id_ for id_, name in readable.items()}
