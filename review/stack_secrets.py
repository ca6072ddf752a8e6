"""Secrets of the stack itself that get another value; what is no danger of theirs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from review.markdown import section, table
from review.plan import Action, Change

ROTATED: Final = {
    "secrets-master-key": ("master key", "refused from the cutover on; `make master-key` prints the new one"),
    "access-provisioner": ("provisioner key", "removed once everything logs in with the new one"),
    "access-metrics-key": ("metrics key", "replaced in Prometheus, which restarts"),
    "database-login": ("database password", "its login goes when the last old replica has ended"),
}
"""Resources whose replacement is a rotation: what it is of, and what becomes of the old value (docs/rotation.md)."""
ANNOUNCED: Final = {
    "cache-password": "goes with its Redis, when the last old replica has ended",
    "proxy-secrets": "goes with the old replicas",
}
"""Resources that tell which values change (engine/announcement.py), and what becomes of the old ones."""
SEED: Final = re.compile(r"^secrets-seed-\d+$")
"""Further generations of the seed (components/secrets.py)."""


def report(changes: Sequence[Change]) -> str:
    """Return the section; nothing where every secret stays."""
    found = rotated(changes)
    return section("Secrets of the stack", table(("rotated", "the old value"), found)) if found else ""


def seed_rotated(changes: Sequence[Change]) -> bool:
    """Whether there is another seed, and with it another value of everything that is derived from it."""
    return any(change.action in (Action.CREATE, Action.DELETE) and SEED.match(change.name) for change in changes)


def rotated(changes: Sequence[Change]) -> list[tuple[str, str]]:
    """Name the secrets that get another value, each with what becomes of the old one."""
    replaced = {change.name for change in changes if change.action is Action.REPLACE}
    found = [told for name, told in ROTATED.items() if name in replaced]
    if seed_rotated(changes):
        found.append(("seed", "what was derived from it (virtual keys, passwords) gets another value"))
    for change in changes:
        if change.kind == "SaltKey" and change.action is Action.UPDATE and change.differs("rotation"):
            found.append(("salt key", "every encrypted row is re-encrypted before replicas with the new one start"))
        if change.name in ANNOUNCED and change.action is Action.UPDATE:
            found += [(name, ANNOUNCED[change.name]) for name in _other_values(change)]
    return found


def _other_values(change: Change) -> list[str]:
    old, new = (state.inputs.get("values") or {} for state in (change.old, change.new))
    return sorted(name for name in old.keys() & new.keys() if old[name] != new[name])
