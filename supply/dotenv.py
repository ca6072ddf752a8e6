"""The application's side: a .env with the gateway's URL, a virtual key and a model."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supply.errors import SupplyError
from supply.private_file import write_private

BASE_URL, API_KEY, MODEL = "LITELLM_BASE_URL", "LITELLM_API_KEY", "LITELLM_MODEL"
NAMES = (BASE_URL, API_KEY, MODEL)
MARK = re.compile(r"^# virtual key (?P<key>\S+) of stack (?P<stack>\S+), written by make$", re.MULTILINE)
ASSIGNMENT = re.compile(rf"^\s*(?:export\s+)?({'|'.join(NAMES)})\s*=")


@dataclass(frozen=True, kw_only=True)
class Access:
    """What an application needs to use the gateway with the virtual key `key` of `stack`."""

    stack: str
    key: str
    base_url: str
    api_key: str
    model: str | None

    def __repr__(self) -> str:
        return f"Access(stack={self.stack!r}, key={self.key!r})"


def access(outputs: Mapping[str, Any], *, stack: str, key: str) -> Access:
    """Return the access that a stack's outputs give with the key of that alias."""
    keys: Mapping[str, str] = outputs.get("virtualKeys") or {}
    models: Sequence[str] = (outputs.get("keyModels") or {}).get(key) or ()
    groups: Mapping[str, Any] = outputs.get("keyGroups") or {}
    if group := next((group for group in groups.values() if key in group["keys"]), None):
        keys, models = group["keys"], group["models"]
    if not keys.get(key) and key in (outputs.get("keyModels") or {}):
        raise SupplyError(
            f"The value of virtual key {key!r} is known to its users only: the stack adopted it (`adopt: true`)",
            mend="To give it a value of the stack's own, raise the key's `rotation` in"
            f" Pulumi.{stack}.yaml and run `make up STACK={stack}`: its users' value stays valid for the `grace`.",
        )
    if key not in keys:
        known = [alias for alias, value in keys.items() if value]
        of_groups = f", and those of the groups {', '.join(groups)}" if groups else ""
        raise SupplyError(
            f"Stack {stack} has no virtual key {key!r}",
            mend=f"It has: {', '.join(known) or 'none'}{of_groups}. "
            f"Keys are declared in Pulumi.{stack}.yaml under litellm-stack:access.keys.",
        )
    return Access(
        stack=stack,
        key=key,
        base_url=str(outputs["gatewayUrl"]),
        api_key=keys[key],
        model=models[0] if models else None,
    )


def owner(file: Path) -> tuple[str, str] | None:
    """Return the stack and key that `file` was written for; None where it does not say."""
    match = MARK.search(file.read_text()) if file.exists() else None
    return (match["stack"], match["key"]) if match else None


def holds_foreign_key(file: Path) -> bool:
    """Whether `file` has one of our names, and not from us."""
    return file.exists() and owner(file) is None and any(map(ASSIGNMENT.match, file.read_text().splitlines()))


def write(file: Path, given: Access) -> None:
    """Write the three lines into `file`; other lines of an older file are kept."""
    old = file.read_text().splitlines() if file.exists() else []
    kept = [line for line in old if not ASSIGNMENT.match(line) and not MARK.match(line)]
    values = {BASE_URL: given.base_url, API_KEY: given.api_key, MODEL: given.model}
    ours = [f"# virtual key {given.key} of stack {given.stack}, written by make"]
    ours += [f"{name}={shlex.quote(value)}" for name, value in values.items() if value is not None]
    write_private(file, "\n".join([*kept, *ours, ""]))
