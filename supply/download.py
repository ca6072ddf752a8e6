"""Fetching a published file and checking it against its publisher's list of checksums."""

from __future__ import annotations

import hashlib
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

from supply.console import Step
from supply.errors import SupplyError

TIMEOUT_SECONDS = 60.0
CHUNK = 1 << 20


def fetch_text(url: str) -> str:
    """Return the content of a small text file."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  # https, from the caller's constants
            return str(answer.read().decode())
    except (OSError, urllib.error.URLError) as error:
        raise _failed(url, error) from error


def fetch(url: str, target: Path, *, step: Step) -> str:
    """Fetch a file and return its SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer, target.open("wb") as file:  # noqa: S310
            total = int(answer.headers.get("Content-Length") or 0)
            while chunk := answer.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
                step.progress(f"{file.tell() >> 20} of {total >> 20} MB")
    except (OSError, urllib.error.URLError) as error:
        raise _failed(url, error) from error
    return digest.hexdigest()


def checksum_of(name: str, sums: str) -> str:
    """Return the checksum of the file `name` in a list as sha256sum prints it."""
    for line in sums.splitlines():
        checksum, _, listed = line.partition(" ")
        if listed.strip().lstrip("*") == name:
            return checksum.lower()
    raise SupplyError(f"The publisher's checksums do not list {name}", mend="Is it published for this platform?")


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a tarball; a member that would land outside of `folder` is refused."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")


def _failed(url: str, error: Exception) -> SupplyError:
    return SupplyError(
        f"Fetching {url} failed: {error}",
        mend="Run the command again, or use SUPPLY=mirror where only package registries can be reached.",
    )
