"""Secrets of the stack's own settings that stand in the file in clear, and would in the state."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from config.monitoring import WEBHOOKS
from config.problems import Problem
from config.reading import mapping

_SINGLE = ("masterKey", "saltKey", "databasePassword", "backupPassphrase")


def problems(values: Mapping[str, Any], clear: Collection[str]) -> Iterator[Problem]:
    """Report them; `clear` names the settings of `values` that nobody encrypted any part of."""
    secrets = [name for name in _SINGLE if name in values]
    secrets += [f"secrets.{name}" for name in mapping(values, "secrets")]
    secrets += [f"monitoring.{name}" for name in WEBHOOKS if name in mapping(values, "monitoring")]
    secrets += [f"{name}.external" for name in ("database", "cache") if "external" in mapping(values, name)]
    for path in secrets:
        if path.partition(".")[0] in clear:
            message = f"a secret in clear; encrypt it: `pulumi config set --secret --path {path}`"
            yield Problem(path=path, message=message)
