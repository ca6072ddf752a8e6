"""A dump is whole, or there is none."""

from __future__ import annotations

from typing import Any
from unittest.mock import MagicMock

import pytest

from backup.database import Dump
from backup.errors import BackupError
from engine.execution import MARK

CONTENT = bytes(range(256)) * 40
Frame = tuple[bytes | None, bytes | None]


def dump(printed: bytes, *, status: int = 0, said: bytes = b"", size: int = 100) -> Dump:
    """Return a dump of which an engine tells in pieces."""
    frames: list[Frame] = [(printed[start : start + size], None) for start in range(0, len(printed), size)]
    container: Any = MagicMock()
    container.name = "database"
    container.client.api.exec_start.return_value = MagicMock(__next__=MagicMock(side_effect=[*frames, (None, said)]))
    container.client.api.exec_inspect.return_value = {"ExitCode": status}
    return Dump(container)


def read(source: Dump, size: int) -> bytes:
    parts = iter(lambda: source.read(size), b"")
    return b"".join(parts)


@pytest.mark.parametrize("size", [-1, 1, 7, 65_536])
@pytest.mark.parametrize("piece", [1, 13, 100_000])
def test_it_is_read_without_the_mark_at_its_end(size: int, piece: int) -> None:
    whole = dump(CONTENT + MARK.encode(), size=piece)
    assert read(whole, size) == CONTENT
    whole.finish()


@pytest.mark.parametrize("printed", [b"", CONTENT, CONTENT + MARK.encode()[:-1]], ids=["nothing", "no mark", "half"])
def test_one_whose_end_the_engine_lost_is_none(printed: bytes) -> None:
    cut_off = dump(printed)
    read(cut_off, 1000)
    with pytest.raises(BackupError, match="lost the end of what pg_dump in container database printed"):
        cut_off.finish()


def test_a_failure_is_told_as_pg_dump_tells_it() -> None:
    failed = dump(b"", status=1, said=b"pg_dump: error: no such table")
    read(failed, 1000)
    with pytest.raises(BackupError, match="pg_dump: error: no such table"):
        failed.finish()
