"""What is on a proxy: as an `access` section to take over, and beside what a stack owns."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from getpass import getpass
from pathlib import Path
from typing import Any

from supply import tool
from supply.errors import SupplyError
from supply.pulumi import Pulumi

ADMIN_KEY = "LITELLM_MASTER_KEY"


def admin_key(environment: Mapping[str, str]) -> str:
    """Return the admin key of a proxy that is no stack's: from the environment, or typed in."""
    key = environment.get(ADMIN_KEY, "")
    if not key and sys.stdin.isatty():
        key = getpass("Master key of the proxy (not shown): ")
    if not key:
        raise SupplyError(
            "The proxy's admin key is not given",
            mend=f"Set {ADMIN_KEY} in the environment, or run the command in a terminal and type it in.",
        )
    return key


def own_login(pulumi: Pulumi, resources: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return where and with which key the stack's own proxy is read; `resources` are those of its state."""
    return {"url": own_url(pulumi, resources), "token": str(pulumi.outputs()["masterKey"])}


def own_url(pulumi: Pulumi, resources: Sequence[Mapping[str, Any]]) -> str:
    """Return where this host reaches the stack's own proxy, which `adminUrl` may say; refuse a stack that is not up."""
    urls = [resource["inputs"]["url"] for resource in resources if str(resource.get("type")).endswith(":Provisioner")]
    if not urls:
        raise SupplyError(f"Stack {pulumi.stack} is not up", mend=f"Bring it up first: make up STACK={pulumi.stack}")
    return str(urls[0])


def report(command: str, given: Mapping[str, Any], *, python: Path, checkout: Path) -> int:
    """Print a report of `python -m inventory`; its exit status."""
    return tool.run("inventory", command, given=given, python=python, checkout=checkout).returncode
