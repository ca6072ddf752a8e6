"""The reports on real previews (`python -m tests.e2e.record_previews`), as a reviewer reads them.

After a change that is meant: `UPDATE_GOLDEN=1 pytest tests/unit/review`, and read the diff.
"""

from __future__ import annotations

import os

import pytest

from review import report
from review.drift import DRIFT, NONE, status
from review.preview import Preview
from tests.unit.review.plans import RECORDED, RECORDINGS, document

LONGEST_COMMENT = 65_536
"""Characters of a comment on GitHub."""


def test_every_kind_of_change_is_recorded() -> None:
    assert RECORDINGS == ["crowd", "dangerous", "drift", "first", "mixed", "nothing", "rotation"]


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_report_on_a_real_preview(name: str) -> None:
    _compare(f"{name}.md", report.render(Preview.model_validate(document(name))))


def test_the_report_on_real_drift() -> None:
    _compare("drift-alone.md", report.render_drift(Preview.model_validate(document("drift"))))


@pytest.mark.parametrize("name", RECORDINGS)
def test_only_what_was_changed_by_hand_is_drift(name: str) -> None:
    assert status(Preview.model_validate(document(name))) == (DRIFT if name == "drift" else NONE)


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_report_fits_into_a_comment(name: str) -> None:
    assert len(report.render(Preview.model_validate(document(name)))) < LONGEST_COMMENT


def test_five_hundred_keys_are_read_at_a_glance() -> None:
    text = report.render(Preview.model_validate(document("crowd")))
    lines = text.splitlines()
    open_, unfolded = 0, []
    for line in lines:
        open_ += line.count("<details>")
        unfolded += [line] if not open_ else []
        open_ -= line.count("</details>")
    assert len(unfolded) < 60, "what is not folded has to stay readable"
    assert "490 objects" in lines[2]
    assert "`app-499`" in text


def _compare(name: str, text: str) -> None:
    golden = RECORDED / name
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
