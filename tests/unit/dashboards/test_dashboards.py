"""The dashboards as JSON; tests/e2e/test_dashboards.py asks a real Prometheus every query of them."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards.__main__ import FOLDER, rendered
from dashboards.panels import DATASOURCE, WIDTH

KNOWN = frozenset((Path(__file__).parent / "recorded" / "names.txt").read_text().split())
"""Metrics in a Prometheus that had scraped LiteLLM 1.106.2 and all others (/api/v1/label/__name__/values)."""

NOT_YET_SEEN = frozenset({"litellm_customer_budget_remaining_hours_metric"})
"""In LiteLLM's source (litellm/integrations/prometheus.py), and shown five minutes after a customer has a budget."""

BOARDS: dict[str, dict[str, Any]] = {name: json.loads(content) for name, content in rendered().items()}
METRIC = re.compile(r"\b(?:litellm|haproxy|prometheus|process|scrape|pg|redis)_\w+|\bup\b")


def panels(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from board["panels"]


def queries(board: dict[str, Any]) -> Iterator[str]:
    return (target["expr"] for panel in panels(board) for target in panel["targets"])


def test_what_the_checkout_has_is_what_is_written() -> None:
    assert {file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir()} == rendered(), "make dashboards"


@pytest.mark.parametrize("name", BOARDS)
def test_every_metric_is_one_that_is_exported(name: str) -> None:
    for query in queries(BOARDS[name]):
        # Labels and their values are no metrics.
        metrics = set(METRIC.findall(re.sub(r"\{[^}]*\}|by \([^)]*\)", "", query)))
        assert metrics, query
        assert metrics <= KNOWN | NOT_YET_SEEN, query


@pytest.mark.parametrize("name", BOARDS)
def test_a_panel_overlaps_no_other_and_has_a_title_of_its_own(name: str) -> None:
    places = [panel["gridPos"] for panel in panels(BOARDS[name])]
    assert all(place["x"] + place["w"] <= WIDTH for place in places)
    for one, other in itertools.combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)
    titles = [panel["title"] for panel in panels(BOARDS[name])]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("name", BOARDS)
def test_the_reader_chooses_the_prometheus(name: str) -> None:
    (variable,) = BOARDS[name]["templating"]["list"]
    assert (variable["name"], variable["query"]) == (DATASOURCE, "prometheus")
    sources = {panel["datasource"]["uid"] for panel in panels(BOARDS[name])}
    assert sources == {f"${{{DATASOURCE}}}"}


def test_dashboards_can_be_told_apart() -> None:
    assert len({board["uid"] for board in BOARDS.values()}) == len(BOARDS)
    assert len({board["title"] for board in BOARDS.values()}) == len(BOARDS)


def test_spend_and_budgets_are_shown_by_key_team_and_customer() -> None:
    titles = {panel["title"] for panel in panels(BOARDS["spend.json"])}
    for holder in ("key", "team", "customer"):
        assert {f"Spend by {holder}", f"Budget used by {holder}"} <= titles
