"""The images that the program runs, by the one list that it reads too."""

from __future__ import annotations

import json
from pathlib import Path

from supply import mirror_images, official
from supply.console import Console
from supply.folders import Folders
from supply.supply_line import SupplyLine

LIST = Path("config") / "images.json"


def provide(line: SupplyLine, *, checkout: Path, folders: Folders, console: Console) -> None:
    """Have all images of config/images.json on the engine."""
    images: dict[str, str] = json.loads((checkout / LIST).read_text())
    if line is SupplyLine.OFFICIAL:
        official.provide_images(images.values(), console=console)
    else:
        mirror_images.provide(images, folders=folders, console=console)
