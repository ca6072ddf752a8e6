"""What is on a proxy and in no stack's state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from inventory.reading import Inventory
from litellm_admin.api.key_groups import mark_of
from litellm_admin.api.succession import original_alias
from litellm_admin.api.team_members import ids_of

PREFIX = "pulumi-python:dynamic/litellm:"
"""Start of the resource types in a stack's state."""

KEY_GROUPS = "key groups"
"""Where `owned_ids` has the marks that keys of the stack's groups bear, whose hashes no state names."""

_ALIASES = "aliases"
"""Where `owned_ids` has the aliases of the stack's keys: the id of an adopted key follows a rotation with a delay."""

_SECTIONS = {
    "Budget": "budgets",
    "Customer": "customers",
    "Team": "teams",
    "TeamMember": "members",
    "User": "users",
    "VirtualKey": "keys",
}


def owned_ids(resources: Sequence[Mapping[str, object]]) -> dict[str, set[str]]:
    """Return the ids of the objects in a stack's state, by section; those of its login are with the users and keys."""
    owned: dict[str, set[str]] = {section: set() for section in (*_SECTIONS.values(), KEY_GROUPS, _ALIASES)}
    for resource in resources:
        kind, id_ = str(resource.get("type")).removeprefix(PREFIX), str(resource.get("id"))
        if kind in _SECTIONS:
            owned[_SECTIONS[kind]].add(id_)
        if kind == "KeyGroup":
            owned[KEY_GROUPS].add(mark_of(id_))
        if kind == "Provisioner":
            owned["keys"].add(id_)
            owned["users"].add(_input(resource, "user_id"))
        if kind == "VirtualKey":
            owned[_ALIASES].add(_input(resource, "key_alias"))
    return owned


def _input(resource: Mapping[str, object], name: str) -> str:
    inputs = resource.get("inputs")
    return str(inputs.get(name, "")) if isinstance(inputs, Mapping) else ""


def unmanaged(inventory: Inventory, owned: Mapping[str, set[str]]) -> Iterator[str]:
    """Describe each object that is not owned."""
    for id_ in inventory.budgets.keys() - owned["budgets"]:
        yield f"budget {id_!r}"
    for id_ in inventory.customers.keys() - owned["customers"]:
        yield f"customer {id_!r}"
    for id_ in inventory.users.keys() - owned["users"]:
        yield f"user {id_!r}"
    for id_ in inventory.teams.keys() - owned["teams"]:
        alias = inventory.teams[id_].fields.get("team_alias")
        yield f"team {id_!r}" + (f" ({alias})" if alias else "")
    for id_ in inventory.members.keys() - owned["members"]:
        team, user = ids_of(id_)
        yield f"member {user!r} of team {team!r}"
    named = {inventory.keys[id_].fields.get("key_alias") for id_ in inventory.keys.keys() & owned["keys"]}
    aliases = (named | owned[_ALIASES]) - {None, ""}
    for id_ in inventory.keys.keys() - owned["keys"]:
        live = inventory.keys[id_]
        alias = live.fields.get("key_alias")
        if alias in owned[_ALIASES] or original_alias(alias) in aliases:
            # One whose value was rotated, or a value of before a rotation, which goes by itself.
            continue
        if live.computed["metadata"].managed_by in owned[KEY_GROUPS]:
            continue
        name = alias or live.computed["key_name"]
        yield f"virtual key {name!r} (hash {id_[:12]}...)"
