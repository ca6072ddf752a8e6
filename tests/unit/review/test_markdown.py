"""Text that cannot break out of its place, lists that fold, values as people write them."""

from __future__ import annotations

import pytest

from review import report
from review.markdown import FOLD_AFTER, code, fenced, plain, table
from review.values import dollars, shown
from tests.unit.review.plans import key, preview


def test_text_of_others_cannot_break_out() -> None:
    assert code("a`b|c\nd") == "``a`b\\|c d``"
    assert code("`") == "`` ` ``"
    assert plain("<script> [x](y) @all #1 *b*") == "\\<script> \\[x\\](y) @<!-- -->all #<!-- -->1 \\*b\\*"
    assert fenced("```\nend", "diff").startswith("````diff\n")
    alias = "x` | <img src=x> </details>"
    text = report.render(preview(key("create", alias, new={"models": [alias]})))
    assert "| key ``x` \\| <img src=x> </details>`` | ``x` \\| <img src=x> </details>`` |" in text


def test_long_tables_fold_all_but_their_first_rows() -> None:
    rows = [(str(number), "b") for number in range(FOLD_AFTER + 1)]
    shown_rows, _, hidden = table(("x", "y"), rows).partition("<details><summary>8 more rows</summary>")
    assert "| 4 | b |" in shown_rows
    assert hidden.startswith("\n\n| x | y |\n| --- | --- |\n| 5 | b |")
    assert "<details>" not in table(("x", "y"), rows[1:])


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.002, "$0.002"), (100, "$100"), (100.0, "$100"), (1234567.5, "$1,234,567.5"), (1e-05, "$0.00001")],
)
def test_dollars(value: float, text: str) -> None:
    assert dollars(value) == text


def test_values() -> None:
    assert shown("x", {"b": 1.0, "a": [True]}) == '`{"a": [true], "b": 1}`'
    assert shown("x", []) == shown("x", None) == "-"
    assert shown("rpm_limit", 1000) == "1,000"
    assert shown("blocked", value=False) == "`false`"
