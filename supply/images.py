"""The images that the program runs, by the one list that it reads too."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from supply import mirror_images, official
from supply.console import Console
from supply.folders import Folders
from supply.supply_line import SupplyLine

LIST = Path("config") / "images.json"

OPTIONAL = {
    "alertmanager": ("webhook", "slackWebhook"),
    "blackboxExporter": ("certificates",),
    "pgbouncer": ("pooler",),
    "postgresExporter": ("exporters",),
    "redisExporter": ("exporters",),
}
"""What runs only where a stack config has one of these settings: elsewhere nobody waits for it."""


def provide(line: SupplyLine, *, checkout: Path, folders: Folders, console: Console, every: bool = False) -> None:
    """Have the images of config/images.json on the engine; without `every`, those that stacks of the checkout need."""
    images = json.loads((checkout / LIST).read_text())
    if not every:
        images = wanted(images, checkout)
    if line is SupplyLine.OFFICIAL:
        official.provide_images(images.values(), console=console)
    else:
        mirror_images.provide(images, folders=folders, console=console)


def wanted(images: Mapping[str, str], checkout: Path) -> dict[str, str]:
    """Return those of `images` that some stack config of the checkout may need."""
    written = "\n".join(file.read_text(encoding="utf-8") for file in sorted(checkout.glob("Pulumi.*.yaml")))
    settings = set(re.findall(r"(\w+):", written))
    return {name: image for name, image in images.items() if name not in OPTIONAL or settings & {*OPTIONAL[name]}}
