"""`make rotate`: a rotation number raised in the stack config, for who needs it now and not by a pull request."""

from __future__ import annotations

import json

from supply.errors import SupplyError
from supply.pulumi import Pulumi

EVERYTHING = "everything"
SECRETS = (
    EVERYTHING,
    "masterKey",
    "saltKey",
    "databasePassword",
    "cachePassword",
    "provisionerKey",
    "metricsKey",
    "virtualKeys",
    "seed",
)
"""Names of the numbers in the `rotation` section (config/rotation.py)."""


def raise_number(pulumi: Pulumi, secret: str, *, project: str, grace: str | None) -> str:
    """Raise the number of a secret by one, and set the grace if one is given; return what was done, in words."""
    if secret not in SECRETS:
        raise SupplyError(f"There is no secret {secret!r} to rotate", mend=f"SECRET is one of: {', '.join(SECRETS)}")
    shown = json.loads(pulumi.ask("config", "--json", what=f"Reading the config of stack {pulumi.stack}"))
    section = shown.get(f"{project}:rotation", {}).get("objectValue") or {}
    number = int(section.get(secret, 1)) + 1
    _set(pulumi, f"rotation.{secret}", str(number))
    if grace:
        _set(pulumi, "rotation.grace", grace)
    return f"Pulumi.{pulumi.stack}.yaml: rotation.{secret} is {number}" + (f", rotation.grace {grace}" if grace else "")


def _set(pulumi: Pulumi, path: str, value: str) -> None:
    pulumi.ask("config", "set", "--path", path, value, what=f"Setting {path}")
