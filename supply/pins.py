"""The versions that the checkout pins; requirements.txt is where they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from supply.errors import SupplyError

LIBRARIES = frozenset({"policy"})
"""Packages named `pulumi-...` that go with no resource plugin."""

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;#]+)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Pins:
    """Versions without a leading `v`: of the command line, and of each resource plugin by its name."""

    pulumi: str
    plugins: dict[str, str]


def read_pins(requirements: Path) -> Pins:
    """Return the versions of Pulumi and of its plugins, from the Python packages that go with them."""
    versions = {name.lower().replace("_", "-"): version for name, version in PIN.findall(requirements.read_text())}
    if "pulumi" not in versions:
        raise SupplyError(f"{requirements} pins no version of pulumi", mend="Add a line such as pulumi==3.253.0")
    prefix = "pulumi-"
    named = {name.removeprefix(prefix): version for name, version in versions.items() if name.startswith(prefix)}
    plugins = {name: version for name, version in named.items() if name not in LIBRARIES}
    return Pins(pulumi=versions["pulumi"], plugins=plugins)
