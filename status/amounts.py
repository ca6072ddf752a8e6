"""Amounts and spans of time in words."""

from __future__ import annotations

from datetime import datetime, timedelta

_SMALLEST = 0.000001
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def dollars(amount: float) -> str:
    """Return US dollars with the digits that tell something: one token may cost a millionth of a dollar."""
    if 0 < amount < _SMALLEST:
        return f"< ${_SMALLEST:f}"
    cents, rest = f"{amount:,.6f}"[:-4], f"{amount:.6f}"[-4:]
    return f"${cents}{rest.rstrip('0')}" if amount < 1 else f"${amount:,.2f}"


def count(number: float) -> str:
    """Return how many; Prometheus counts in fractions where a span does not end at a scrape."""
    return f"{number:,.0f}"


def seconds(latency: float | None) -> str:
    """Return a latency."""
    if latency is None:
        return "-"
    return f"{latency:.1f} s" if latency >= 1 else f"{latency * 1000:.0f} ms"


def span(length: timedelta) -> str:
    """Return a span in its largest unit, rounded down."""
    whole = int(abs(length.total_seconds()))
    unit, size = next(((unit, size) for unit, size in _UNITS if whole >= size), ("s", 1))
    return f"{whole // size} {unit}"


def until(moment: datetime | None, *, now: datetime) -> str:
    """Return how far away a moment is."""
    if moment is None:
        return "-"
    return f"in {span(moment - now)}" if moment > now else f"{span(now - moment)} ago"
