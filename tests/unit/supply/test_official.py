"""The published command line, from a publisher on this host: fetched, checked, unpacked and kept."""

from __future__ import annotations

import hashlib
import io
import platform
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from supply import official
from supply.console import Console
from supply.errors import SupplyError
from supply.folders import Folders
from supply.pins import Pins
from supply.toolchain import Toolchain

PINS = Pins(pulumi="9.8.7", plugins={})
PROGRAM = b"#!/bin/sh\necho v9.8.7\n"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """A site with one release, and a user whose cache is empty and whose PATH has no Pulumi."""

    archive: Path
    sums: Path
    folders: Folders

    def provide(self) -> Toolchain:
        return official.provide_cli(PINS, folders=self.folders, console=Console())

    def kept(self) -> list[Path]:
        return [path for path in (self.folders.cache / "pulumi").iterdir() if path.suffix != ".lock"]


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    site = tmp_path / "site"
    site.mkdir()
    name = official.release_name(PINS.pulumi, system=platform.system(), machine=platform.machine())
    with tarfile.open(site / name, "w:gz") as tar:
        entry = tarfile.TarInfo("pulumi/pulumi")
        entry.size, entry.mode = len(PROGRAM), 0o755
        tar.addfile(entry, io.BytesIO(PROGRAM))
    sums = site / f"pulumi-{PINS.pulumi}-checksums.txt"
    sums.write_text(f"{hashlib.sha256((site / name).read_bytes()).hexdigest()}  {name}\n")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    monkeypatch.setattr(official, "RELEASES", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("PATH", str(tmp_path))
    home = tmp_path / "home"
    folders = Folders(cache=home / "cache", data=home / "data", config=home / "config", pulumi_home=home / "pulumi")
    yield Publisher(archive=site / name, sums=sums, folders=folders)
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_command_line_is_fetched_once_and_runs(publisher: Publisher) -> None:
    folder = publisher.provide().folder
    assert folder is not None
    answer = subprocess.run([folder / "pulumi", "version"], capture_output=True, text=True, check=True).stdout
    assert answer == "v9.8.7\n"
    publisher.archive.unlink()
    publisher.sums.unlink()
    assert publisher.provide().folder == folder


def test_one_that_is_on_path_is_taken(publisher: Publisher, tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.write_bytes(b"#!/bin/sh\necho v9.8.7\n")
    program.chmod(0o755)
    publisher.archive.unlink()
    assert publisher.provide().folder is None


def test_an_archive_that_was_changed_on_the_way_is_not_kept(publisher: Publisher) -> None:
    publisher.archive.write_bytes(publisher.archive.read_bytes() + b"x")
    with pytest.raises(SupplyError, match="is not what its publisher lists: its SHA-256 is not"):
        publisher.provide()
    assert publisher.kept() == []


def test_a_release_that_is_not_there_is_a_clear_error(publisher: Publisher) -> None:
    publisher.archive.unlink()
    with pytest.raises(SupplyError, match=r"Fetching http://127\.0\.0\.1:.* failed: HTTP Error 404"):
        publisher.provide()
    assert publisher.kept() == []
