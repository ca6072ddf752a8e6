"""Which line a host gets, and what is fetched on the official one."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from supply import supply_line
from supply.console import Console, Step
from supply.download import checksum_of, fetch, unpack
from supply.errors import SupplyError
from supply.official import release_name
from supply.supply_line import SupplyLine


class Site(BaseHTTPRequestHandler):
    """Answers with the status that the path names, and a short body."""

    def do_GET(self) -> None:
        self.send_response(int(self.path[1:]))
        self.end_headers()
        self.wfile.write(b"body")

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_all_sites_have_to_answer(site: str) -> None:
    assert supply_line.probe((f"{site}/200", f"{site}/401")) is SupplyLine.OFFICIAL
    assert supply_line.probe((f"{site}/200", f"{site}/403")) is SupplyLine.MIRROR
    assert supply_line.probe((f"{site}/200", "http://127.0.0.1:1/")) is SupplyLine.MIRROR


@pytest.mark.parametrize("word", ["official", "MIRROR"])
def test_supply_decides(word: str, tmp_path: Path) -> None:
    assert supply_line.choose(Console(), {"SUPPLY": word}, cache=tmp_path, publisher="") == word.lower()
    assert not list(tmp_path.iterdir())


def test_another_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SupplyError, match="SUPPLY is 'mirrored'"):
        supply_line.choose(Console(), {"SUPPLY": "mirrored"}, cache=tmp_path, publisher="")


def test_a_finding_is_remembered_for_a_day(tmp_path: Path) -> None:
    record = tmp_path / "supply-line"
    assert supply_line.recall(record) is None
    record.write_text("mirror")
    assert supply_line.recall(record) is SupplyLine.MIRROR
    two_days_ago = time.time() - 2 * 86400
    os.utime(record, (two_days_ago, two_days_ago))
    assert supply_line.recall(record) is None


def test_the_published_names() -> None:
    assert release_name("3.253.0", system="Linux", machine="x86_64") == "pulumi-v3.253.0-linux-x64.tar.gz"
    assert release_name("3.253.0", system="Darwin", machine="arm64") == "pulumi-v3.253.0-darwin-arm64.tar.gz"
    with pytest.raises(SupplyError, match="no command line for Linux on riscv64"):
        release_name("3.253.0", system="Linux", machine="riscv64")


def test_a_download_is_hashed(site: str, tmp_path: Path) -> None:
    checksum = fetch(f"{site}/200", tmp_path / "file", step=Step("x"))
    assert checksum == hashlib.sha256(b"body").hexdigest()
    assert (tmp_path / "file").read_bytes() == b"body"


def test_a_failed_download_names_its_address(site: str, tmp_path: Path) -> None:
    with pytest.raises(SupplyError, match=r"/404 failed: HTTP Error 404"):
        fetch(f"{site}/404", tmp_path / "file", step=Step("x"))


def test_a_checksum_is_found_by_its_whole_name() -> None:
    sums = "aa11  other-pulumi.tar.gz\nBB22 *pulumi.tar.gz\n"
    assert checksum_of("pulumi.tar.gz", sums) == "bb22"
    with pytest.raises(SupplyError, match="do not list pulumi"):
        checksum_of("pulumi", sums)


def test_an_archive_cannot_write_outside_of_its_folder(tmp_path: Path) -> None:
    archive = tmp_path / "x.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        entry = tarfile.TarInfo("../escaped")
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(tarfile.OutsideDestinationError):
        unpack(archive, tmp_path / "inside")
    assert not (tmp_path / "escaped").exists()
