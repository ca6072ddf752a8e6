"""The kinds of panel that the dashboards are made of, on Grafana's own builders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as shown
from grafana_foundation_sdk.models import dashboard as models

DATASOURCE = "datasource"
"""The variable of each dashboard that chooses the Prometheus to ask."""

RATE, RANGE = "$__rate_interval", "$__range"
"""Grafana's names of the span between two points, and of all that is shown."""

WIDTH = 24
"""Columns of a dashboard (GRID_COLUMN_COUNT in Grafana's sources)."""
HALF, THIRD, QUARTER = WIDTH // 2, WIDTH // 3, WIDTH // 4

NEARLY_SPENT, SPENT = 0.8, 1.0
"""The shares of a budget from which it is shown as a warning, and as spent."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """A query in PromQL, and what its series are called: `{{label}}` is the label's value."""

    expression: str
    legend: str


def lines(title: str, *queries: Query, unit: str, width: int = HALF, stacked: bool = False) -> timeseries.Panel:
    """Return series over time; stacked where their sum means something."""
    panel = timeseries.Panel().title(title).unit(unit).span(width).height(8).datasource(_source()).min(0)
    panel = panel.legend(common.VizLegendOptions().show_legend(True).placement(shown.LegendPlacement.BOTTOM))
    panel = panel.tooltip(common.VizTooltipOptions().mode(shown.TooltipDisplayMode.MULTI))
    if stacked:
        panel = panel.stacking(common.StackingConfig().mode(shown.StackingMode.NORMAL)).fill_opacity(40)
    for query in _targets(queries):
        panel = panel.with_target(query)
    return panel


def number(title: str, query: Query, *, unit: str, width: int = QUARTER, bad: float | None = None) -> stat.Panel:
    """Return one value, the last one; green, and red from `bad` on."""
    panel = stat.Panel().title(title).unit(unit).span(width).height(4).datasource(_source())
    panel = panel.reduce_options(_last()).thresholds(_levels([(bad, "red")] if bad is not None else []))
    (target,) = _targets([query])
    return panel.with_target(target.instant())


def reached(title: str, query: Query, *, good: float, width: int = QUARTER) -> stat.Panel:
    """Return one value, the last one, that is red below `good`."""
    panel = stat.Panel().title(title).unit("short").span(width).height(4).datasource(_source())
    panel = panel.reduce_options(_last()).thresholds(_levels([(good, "green")], below="red"))
    (target,) = _targets([query])
    return panel.with_target(target.instant())


def shares(title: str, query: Query, *, width: int = THIRD) -> bargauge.Panel:
    """Return a bar for each holder of a budget, coloured by how much of it is spent."""
    panel = _bars(title, query, unit="percentunit", width=width).min(0).max(1)
    return panel.thresholds(_levels([(NEARLY_SPENT, "orange"), (SPENT, "red")]))


def ranking(title: str, query: Query, *, unit: str, width: int = THIRD) -> bargauge.Panel:
    """Return a bar for each series."""
    return _bars(title, query, unit=unit, width=width).thresholds(_levels([], below="blue"))


def _bars(title: str, query: Query, *, unit: str, width: int) -> bargauge.Panel:
    panel = bargauge.Panel().title(title).unit(unit).span(width).height(8).datasource(_source())
    panel = panel.orientation(shown.VizOrientation.HORIZONTAL).display_mode(shown.BarGaugeDisplayMode.GRADIENT)
    (target,) = _targets([query])
    return panel.reduce_options(_last()).with_target(target.instant())


def board(uid: str, title: str, description: str, panels: Iterable[Builder[models.Panel]]) -> dashboard.Dashboard:
    """Return a dashboard of these panels, in rows as they fit, with the choice of a Prometheus."""
    choice = dashboard.DatasourceVariable(DATASOURCE).label("Prometheus").type("prometheus")
    made = dashboard.Dashboard(title).uid(uid).description(description).tags(["litellm-stack"]).timezone("browser")
    made = made.readonly().time("now-6h", "now").refresh("1m").with_variable(choice)
    for panel in panels:
        made = made.with_panel(panel)
    return made


def _targets(queries: Sequence[Query]) -> list[prometheus.Dataquery]:
    return [
        prometheus.Dataquery().expr(query.expression).legend_format(query.legend).ref_id(chr(ord("A") + place))
        for place, query in enumerate(queries)
    ]


def _source() -> models.DataSourceRef:
    return models.DataSourceRef(type_val="prometheus", uid=f"${{{DATASOURCE}}}")


def _last() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"])


def _levels(steps: Sequence[tuple[float, str]], *, below: str = "green") -> dashboard.ThresholdsConfig:
    found = [models.Threshold(value=None, color=below)]
    found += [models.Threshold(value=value, color=colour) for value, colour in steps]
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(found)
