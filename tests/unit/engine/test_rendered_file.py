"""Rendered files: missed when they are gone, and removed by nobody but who wrote them last."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from engine.rendered_file import RenderedFileProvider

PROVIDER = RenderedFileProvider()


def written(path: Path) -> dict[str, Any]:
    """Write a file and return what is recorded of it."""
    made = PROVIDER.create({"path": str(path), "content": "x"})
    assert made.outs is not None
    return made.outs


def test_the_record_of_before_does_not_take_the_file_along_that_was_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "files" / "config-0.yaml"
    before = {**written(path), "written": "1"}
    os.utime(path, ns=(1, 1))
    after = written(path)

    PROVIDER.delete(str(path), before)
    assert path.read_text() == "x"
    assert PROVIDER.read(str(path), after).outs == after

    PROVIDER.delete(str(path), after)
    assert not path.parent.exists()
    PROVIDER.delete(str(path), after)


def test_a_file_that_was_edited_counts_as_gone(tmp_path: Path) -> None:
    path = tmp_path / "config-0.yaml"
    recorded = written(path)
    path.chmod(0o600)
    path.write_text("y")
    assert PROVIDER.read(str(path), recorded).id is None
