"""What a stack did over time, read from Prometheus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from status.metrics import FAILURES, REQUESTS, SPEND, TOKENS, grown, latency
from status.prometheus import Prometheus, Series

LONGEST = timedelta(days=1)
SHORTEST = timedelta(minutes=10)
STEPS = 48
"""Into how many steps the span is divided, if Prometheus has looked often enough."""
SMALLEST_STEP = 60
"""Seconds: four scrapes, so that each step has something to count."""
SHOWN = 8
"""How many lines a plot has before the rest is summed up."""
OTHERS = "others"

_OLDEST = "min(prometheus_tsdb_lowest_timestamp_seconds)"


@dataclass(frozen=True, kw_only=True)
class Line:
    """The values of one name, one a step; None where there is none."""

    name: str
    values: tuple[float | None, ...]

    @property
    def total(self) -> float:
        """The sum of the values."""
        return sum(value or 0 for value in self.values)


@dataclass(frozen=True, kw_only=True)
class Plot:
    """Lines over the same time. summable: whether the lines of a moment may be added up, as counts may."""

    title: str
    unit: str
    summable: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class History:
    """Plots over the same moments, oldest first."""

    moments: tuple[datetime, ...] = ()
    plots: tuple[Plot, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Question:
    title: str
    unit: str
    by: str
    counter: str


_COUNTED = (
    _Question(title="Spend by key", unit="US dollars", by="api_key_alias", counter=SPEND),
    _Question(title="Requests by model", unit="requests", by="requested_model", counter=REQUESTS),
    _Question(title="Failed requests by status", unit="requests", by="exception_status", counter=FAILURES),
    _Question(title="Tokens by model", unit="tokens", by="requested_model", counter=TOKENS),
)


def read(prometheus: Prometheus, *, now: datetime) -> History:
    """Return the last day, or as much of it as Prometheus has. Raises PrometheusError."""
    oldest = prometheus.query(_OLDEST)
    length = now.timestamp() - oldest[0].value if oldest else 0.0
    length = min(max(length, SHORTEST.total_seconds()), LONGEST.total_seconds())
    step = max(round(length / STEPS), SMALLEST_STEP)
    moments = _moments(now, steps=int(length // step), step=step)

    def ask(query: str, by: str) -> tuple[Line, ...]:
        found = prometheus.over_time(query, start=moments[0], end=moments[-1], step=step)
        return lines(found, by=by, moments=moments)

    plots = [
        Plot(
            title=question.title,
            unit=f"{question.unit} in {_words(step)}",
            summable=True,
            lines=folded(ask(grown(question.counter, span=f"{step}s", by=question.by), question.by)),
        )
        for question in _COUNTED
    ]
    waited = ask(latency(0.95, span=f"{step}s", by="requested_model"), "requested_model")
    plots.append(Plot(title="Latency by model (p95)", unit="seconds", summable=False, lines=waited[:SHOWN]))
    return History(moments=moments, plots=tuple(plots))


def lines(found: Sequence[Series], *, by: str, moments: Sequence[datetime]) -> tuple[Line, ...]:
    """Return a line for each value of a label that has one, the largest first."""
    places = {round(moment.timestamp()): place for place, moment in enumerate(moments)}
    made = []
    for series in found:
        values: list[float | None] = [None] * len(moments)
        for at, value in series.points:
            values[places[round(at)]] = value
        made.append(Line(name=_name(series.labels.get(by, "")), values=tuple(values)))
    return tuple(sorted((line for line in made if line.total), key=lambda line: (-line.total, line.name)))


def folded(found: Sequence[Line]) -> tuple[Line, ...]:
    """Return the largest lines, and the sum of the rest as one."""
    shown, rest = found[: SHOWN - 1], found[SHOWN - 1 :]
    if len(rest) < 2:
        return tuple(found)
    summed = tuple(sum(value or 0 for value in values) for values in zip(*(line.values for line in rest), strict=True))
    return (*shown, Line(name=f"{len(rest)} {OTHERS}", values=summed))


def _moments(now: datetime, *, steps: int, step: int) -> tuple[datetime, ...]:
    # Whole seconds: Prometheus answers with the moments that it was asked for, to the millisecond.
    end = now.replace(microsecond=0)
    return tuple(end - timedelta(seconds=step * back) for back in reversed(range(steps)))


def _name(label: str) -> str:
    # LiteLLM writes None for a request that comes with none (prometheus.py).
    return "none" if label in ("", "None") else label


def _words(step: int) -> str:
    return f"{step / 60:.0f} min" if step > SMALLEST_STEP else "1 min"
