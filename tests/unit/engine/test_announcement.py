"""What a preview says of values that change."""

from __future__ import annotations

import pytest

from engine.announcement import AnnouncementProvider


def told(capsys: pytest.CaptureFixture[str], olds: dict[str, str], news: dict[str, str]) -> str:
    provider = AnnouncementProvider()
    result = provider.diff("a", {"values": olds, "meaning": "m"}, {"values": news, "meaning": "m"})
    assert result.changes is (olds != news)
    return capsys.readouterr().out


def test_it_names_what_changes_and_nothing_that_comes_goes_or_stays(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, {"a": "1", "b": "1", "gone": "1"}, {"a": "2", "b": "1", "new": "1"}) == "a: m\n"
    assert told(capsys, {"a": "1"}, {"a": "1"}) == ""
