"""`python -m review`: what it reads, prints and ends with."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from review.__main__ import main
from review.drift import DRIFT
from tests.unit.review.plans import RECORDED

CANARY = "canary-0123456789abcdef"


def test_a_file_and_standard_input_give_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = RECORDED / "mixed.json"
    assert main([str(file)]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(file.read_text(encoding="utf-8")))
    assert main([]) == 0
    text = capsys.readouterr().out
    assert text == 2 * (RECORDED / "mixed.md").read_text(encoding="utf-8")


def test_drift_is_the_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--drift", str(RECORDED / "drift.json")]) == DRIFT
    assert main(["--drift", str(RECORDED / "nothing.json")]) == 0
    assert capsys.readouterr().out.startswith((RECORDED / "drift-alone.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "content", [CANARY, json.dumps([CANARY]), json.dumps({"steps": [{"urn": CANARY}]})], ids=["text", "list", "step"]
)
def test_what_is_no_preview_is_refused_without_its_content(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "preview.json"
    file.write_text(content)
    assert main([str(file)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "this is not what `pulumi preview --json` prints" in err
    assert CANARY not in err


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.json")]) == 1
    assert "none.json: No such file or directory" in capsys.readouterr().err
