"""Plots as SVG that stands in a page by itself: no script, no font and no style from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

import pygal  # type: ignore[import-untyped]
from markupsafe import Markup
from pygal.style import Style  # type: ignore[import-untyped]

from report.history import History, Plot
from status.amounts import dollars
from status.names import printable
from status.snapshot import Account

# Okabe and Ito's colours, which people who see fewer colours can tell apart.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#8a8500", "#555555")
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#333",
    foreground_strong="#111",
    foreground_subtle="#777",
    colors=_COLOURS,
    font_family="system-ui, sans-serif",
    label_font_size=12,
    major_label_font_size=12,
    legend_font_size=13,
    value_font_size=12,
    opacity=".9",
)
_LABELS = 8
"""How many moments of time are written below a plot."""
_LONGEST_NAME = 28


def over_time(plot: Plot, moments: Sequence[datetime]) -> Markup:
    """Return a plot of the lines: stacked where they can be added up."""
    kind = pygal.StackedBar if plot.summable else pygal.Line
    chart = kind(
        **_options(height=300),
        x_labels_major_every=max(len(moments) // _LABELS, 1),
        show_minor_x_labels=False,
        truncate_legend=_LONGEST_NAME,
        legend_at_bottom=True,
        legend_at_bottom_columns=4,
        y_title=plot.unit,
        include_x_axis=True,
        dots_size=2,
        value_formatter=_short,
    )
    chart.x_labels = [f"{moment:%H:%M}" for moment in moments]
    for line in plot.lines:
        chart.add(printable(line.name), list(line.values))
    return _svg(chart)


def spenders(accounts: Sequence[Account]) -> Markup:
    """Return a bar for each account, the first one on top."""
    chart = pygal.HorizontalBar(
        **_options(height=60 + 28 * len(accounts)),
        show_legend=False,
        truncate_label=-1,
        show_x_labels=False,
    )
    upwards = list(reversed(accounts))
    # Beside the bars: inside of them there is no room where one spends much more than the others.
    chart.x_labels = [f"{account.kind} {_short_name(account.name)}: {dollars(account.spend)}" for account in upwards]
    chart.add("", [account.spend for account in upwards])
    return _svg(chart)


def every(history: History) -> list[tuple[Plot, Markup]]:
    """Return the plots that have something to show."""
    return [(plot, over_time(plot, history.moments)) for plot in history.plots if plot.lines]


def _options(*, height: int) -> dict[str, Any]:
    return {"style": _STYLE, "width": 720, "height": height, "js": (), "disable_xml_declaration": True}


def _short_name(name: str) -> str:
    name = printable(name)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:,.6g}"


def _svg(chart: Any) -> Markup:
    chart.add_xml_filter(_without_scripts)
    # pygal escapes what it is given.
    return Markup(chart.render())  # noqa: S704


def _without_scripts(root: Element) -> Element:
    """Take out pygal's script; without it nothing of a plot but its tooltips is lost."""
    for parent in list(root.iter()):
        for script in parent.findall("script"):
            parent.remove(script)
    return root
