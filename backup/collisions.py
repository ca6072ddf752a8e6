"""What a stack declares and a backup holds already: found before a restore, because the update after it would fail.

The rows are read from the dump itself, as pg_restore prints the data of a table (COPY in text format, described in
https://www.postgresql.org/docs/current/sql-copy.html), so that backups of every age can be asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from litellm_admin.fields.base import MANAGED_BY
from litellm_admin.keys import derive_key, key_hash

KEY, GROUP_KEY = "key", "group key"
OWNER: Final = "litellm-stack-provisioner"
"""The login that every stack creates its objects with (litellm_admin/resources/provisioner.py)."""

_KEYS: Final = "LiteLLM_VerificationToken"
_OTHERS: Final = {
    "team": ("LiteLLM_TeamTable", "team_id", "metadata"),
    "user": ("LiteLLM_UserTable", "user_id", "metadata"),
    "budget": ("LiteLLM_BudgetTable", "budget_id", "created_by"),
    "credential": ("LiteLLM_CredentialsTable", "credential_name", "credential_info"),
}
"""Kinds that can be adopted: their table, and its columns with the id and with who created the object."""
TABLES: Final = (_KEYS, *(table for table, _, _ in _OTHERS.values()))

_ROTATIONS: Final = 50
"""How often a key's value was changed at most, for all that is tried."""
_START = re.compile(r'COPY public\."(?P<table>\w+)" \((?P<columns>.*)\) FROM stdin;')
_END: Final = "\\."
_NULL: Final = "\\N"
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

Rows = Mapping[str, Sequence[Mapping[str, str | None]]]
"""Rows by table, each by the names of its columns."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """An object that the stack config declares. path: its place in the `access` section. group: a key's group."""

    kind: str
    id: str
    path: str
    adopt: bool = False
    group: str = ""


def parse(printed: str) -> Rows:
    """Return the rows that pg_restore printed."""
    rows: dict[str, list[Mapping[str, str | None]]] = {}
    columns: list[str] = []
    table = ""
    for line in printed.split("\n"):
        if not table:
            if start := _START.fullmatch(line):
                table, columns = start["table"], [name.strip('" ') for name in start["columns"].split(",")]
        elif line == _END:
            table = ""
        else:
            values = (None if field == _NULL else _plain(field) for field in line.split("\t"))
            rows.setdefault(table, []).append(dict(zip(columns, values, strict=True)))
    return rows


def collisions(declared: Iterable[Declared], rows: Rows, *, seeds: Collection[str]) -> Iterator[Declared]:
    """Go through the declared objects that are in the backup, are not this stack's own and are not to be adopted.

    seeds: all that the stack has had, from which the values of its keys are derived.
    """
    keys = {row.get("key_alias"): str(row.get("token")) for row in rows.get(_KEYS, ())}
    owners = {
        kind: {row.get(id_): row.get(by) for row in rows.get(table, ())} for kind, (table, id_, by) in _OTHERS.items()
    }
    for each in declared:
        if each.adopt:
            continue
        if each.kind in (KEY, GROUP_KEY):
            if each.id in keys and keys[each.id] not in _hashes(each, seeds):
                yield each
        elif each.id in owners[each.kind] and not _is_own(owners[each.kind][each.id]):
            yield each


def explained(found: Sequence[Declared], *, stack: str, section: str) -> str:
    """Return the message about all of them, with what to write in the stack's file."""
    lines = [
        f"    {each.path}: a key of a group cannot be adopted: declare it in `keys`, with `adopt: true`"
        if each.kind == GROUP_KEY
        else f"    {each.path}: adopt: true"
        for each in found
    ]
    return "\n".join(
        [
            f"the backup holds objects that stack {stack} declares and did not create: the next update would refuse"
            f" them, or give other values to their keys. Write in Pulumi.{stack}.yaml, below {section}:",
            *lines,
            "  and repeat the command, without `make up` before: adopted keys keep the values that their users have",
        ]
    )


def _hashes(key: Declared, seeds: Collection[str]) -> Iterator[str]:
    """Go through the hashes of all values that the stack may have given to a key (components/access.py)."""
    for number in range(1, _ROTATIONS + 1):
        for seed in seeds:
            of_group = derive_key(seed, name=f"key-group/{key.group}", rotation=1) if key.kind == GROUP_KEY else seed
            name = key.id if key.kind == GROUP_KEY else f"virtual/{key.id}"
            yield key_hash(derive_key(of_group, name=name, rotation=number))


def _is_own(recorded: str | None) -> bool:
    """Whether a column says that a stack created the object: by name, or in an object's metadata."""
    if recorded is None or not recorded.startswith("{"):
        return recorded == OWNER
    metadata: Any = json.loads(recorded)
    return bool(metadata.get(MANAGED_BY) == OWNER)


def _plain(field: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), field)
