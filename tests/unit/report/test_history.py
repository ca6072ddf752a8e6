from __future__ import annotations

from datetime import UTC, datetime, timedelta

from report.history import SHOWN, Line, folded, lines
from status.prometheus import Series

START = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)
MOMENTS = [START + timedelta(minutes=minute) for minute in range(3)]


def at(minute: int) -> float:
    return MOMENTS[minute].timestamp()


def test_a_line_has_a_place_for_each_moment() -> None:
    found = [
        Series(labels={"model": "late"}, points=((at(2), 5.0),)),
        Series(labels={"model": "idle"}, points=((at(0), 0.0), (at(1), 0.0))),
        Series(labels={"model": "None"}, points=((at(0), 9.0),)),
        Series(labels={}, points=((at(1), 1.0),)),
    ]
    assert lines(found, by="model", moments=MOMENTS) == (
        Line(name="none", values=(9.0, None, None)),
        Line(name="late", values=(None, None, 5.0)),
        Line(name="none", values=(None, 1.0, None)),
    )


def test_the_smallest_of_many_lines_are_summed_up() -> None:
    many = [Line(name=str(size), values=(float(size), None)) for size in range(20, 0, -1)]
    shown = folded(many)
    assert len(shown) == SHOWN
    assert shown[0].name == "20"
    assert shown[-1].name == f"{20 - SHOWN + 1} others"
    assert sum(line.total for line in shown) == sum(line.total for line in many)


def test_a_few_lines_stay_as_they_are() -> None:
    few = [Line(name=str(size), values=(1.0,)) for size in range(SHOWN)]
    assert folded(few) == tuple(few)
