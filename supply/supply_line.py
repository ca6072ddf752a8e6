"""Which supply line this host has: the publishers' sites, or package registries only."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path

from supply.console import Console
from supply.errors import SupplyError

PROBE_SECONDS = 4.0
REMEMBERED_SECONDS = 24 * 3600.0
UNAUTHORIZED = 401
# A registry asks for a login, and that is an answer.
REGISTRIES = ("https://registry-1.docker.io/v2/", "https://ghcr.io/v2/")


class SupplyLine(StrEnum):
    """Where the command line, the plugins and the images come from."""

    OFFICIAL = "official"
    MIRROR = "mirror"


def choose(console: Console, environment: Mapping[str, str], *, cache: Path, publisher: str) -> SupplyLine:
    """Return what SUPPLY says, else what a probe found within the last day, else what it finds now.

    `publisher` is the address of a file that the official line will fetch.
    """
    with console.step("Supply line") as step:
        wanted = environment.get("SUPPLY", "").strip().lower()
        if wanted:
            try:
                line = SupplyLine(wanted)
            except ValueError:
                raise SupplyError(
                    f"SUPPLY is {wanted!r}", mend="Set it to official or mirror, or leave it unset."
                ) from None
            step.outcome = f"{line}, as SUPPLY says"
            return line
        record = cache / "supply-line"
        known = recall(record)
        if known:
            step.outcome = f"{known}, as found before"
            return known
        line = probe((publisher, *REGISTRIES))
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(line)
        step.outcome = f"{line}, found by probing"
        return line


def recall(record: Path) -> SupplyLine | None:
    """Return what the record says, unless it is missing, old or not understood."""
    try:
        if time.time() - record.stat().st_mtime > REMEMBERED_SECONDS:
            return None
        return SupplyLine(record.read_text().strip())
    except (OSError, ValueError):
        return None


def probe(sites: tuple[str, ...]) -> SupplyLine:
    """Ask all sites at once; the official line needs every one of them."""
    with ThreadPoolExecutor(len(sites)) as pool:
        return SupplyLine.OFFICIAL if all(pool.map(_answers, sites)) else SupplyLine.MIRROR


def _answers(site: str) -> bool:
    try:
        with urllib.request.urlopen(site, timeout=PROBE_SECONDS):  # noqa: S310  # https, from constants
            return True
    except urllib.error.HTTPError as error:
        return error.code == UNAUTHORIZED
    except (OSError, ValueError):
        return False
