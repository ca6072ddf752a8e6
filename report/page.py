"""The page: a snapshot and a history in, HTML out."""

from __future__ import annotations

from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from report import plots
from report.history import History
from status.amounts import count, dollars, seconds, until
from status.judgement import NEARLY_SPENT, expiring, limited, problems, spenders
from status.names import printable
from status.snapshot import Snapshot

SPENDERS = 12


def render(snapshot: Snapshot, history: History) -> str:
    """Return a page that loads nothing and runs nothing."""
    environment = Environment(
        loader=PackageLoader("report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "count": count,
        "dollars": dollars,
        "level": _level,
        "percent": _percent,
        "printable": printable,
        "seconds": seconds,
        "until": lambda moment: _until(moment, snapshot.taken),
    }
    spending = spenders(snapshot, most=SPENDERS)
    return environment.get_template("page.html.j2").render(
        snapshot=snapshot,
        moment=f"{snapshot.taken:%Y-%m-%d %H:%M:%S} UTC",
        problems=problems(snapshot),
        budgets=limited(snapshot),
        expiring=expiring(snapshot),
        spending=plots.spenders(spending) if spending else None,
        plots=plots.every(history),
    )


def _until(moment: datetime | None, now: datetime) -> str:
    return until(moment, now=now)


def _level(used: float) -> str:
    return "spent" if used >= 1 else "near" if used >= NEARLY_SPENT else "low"


def _percent(used: float) -> str:
    return f"{min(used, 1) * 100:.1f}"
