"""The objects that a stack's config declares and that can collide with those of a backup."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from supply.pulumi import Pulumi

_PLAIN = {"users": "user", "budgets": "budget", "credentials": "credential"}


def declared(pulumi: Pulumi, *, project: str) -> list[dict[str, Any]]:
    """Return the objects of the `access` section of the stack config, as backup/collisions.py takes them."""
    shown = pulumi.ask("config", "--json", "--show-secrets", what=f"Reading the config of stack {pulumi.stack}")
    return list(objects(json.loads(shown).get(f"{project}:access", {}).get("objectValue") or {}))


def objects(access: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Go through the objects of an `access` section as it is written, whatever else may be wrong with it."""
    yield from _keys(access, "")
    for name, team in _section(access, "teams"):
        yield _object("team", str(team.get("team_id") or name), f"teams.{name}", team)
        yield from _keys(team, f"teams.{name}.")
    for section, kind in _PLAIN.items():
        for name, fields in _section(access, section):
            yield _object(kind, name, f"{section}.{name}", fields)
    for group, fields in _section(access, "keyGroups"):
        for alias, own in _section(fields, "keys"):
            yield {**_object("group key", alias, f"keyGroups.{group}.keys.{alias}", own), "group": group}


def _keys(within: Mapping[str, Any], path: str) -> Iterator[dict[str, Any]]:
    for alias, fields in _section(within, "keys"):
        yield _object("key", alias, f"{path}keys.{alias}", fields)


def _section(within: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    section = within.get(name)
    for key, fields in section.items() if isinstance(section, Mapping) else ():
        yield str(key), fields if isinstance(fields, Mapping) else {}


def _object(kind: str, id_: str, path: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "id": id_, "path": path, "adopt": fields.get("adopt") is True}
