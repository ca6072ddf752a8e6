"""Rendered files: written whole, missed when they are gone, and removed by nobody but who wrote them last."""

from __future__ import annotations

import os
from pathlib import Path

from engine.rendered_file import RenderedFileProvider


def test_the_record_of_before_does_not_take_the_file_along_that_was_written_anew(tmp_path: Path) -> None:
    provider, path = RenderedFileProvider(), tmp_path / "files" / "config-0.yaml"
    props = {"path": str(path), "content": "x"}
    before = provider.create(props)
    os.utime(path, ns=(1, 1))
    before.outs["written"] = "1"
    after = provider.create(props)

    provider.delete(before.id, before.outs)
    assert path.read_text() == "x"
    assert provider.read(after.id, after.outs).outs == after.outs

    provider.delete(after.id, after.outs)
    assert not path.parent.exists()
    provider.delete(after.id, after.outs)


def test_a_file_that_was_edited_counts_as_gone(tmp_path: Path) -> None:
    provider, path = RenderedFileProvider(), tmp_path / "config-0.yaml"
    made = provider.create({"path": str(path), "content": "x"})
    path.chmod(0o600)
    path.write_text("y")
    assert provider.read(made.id, made.outs).id is None
