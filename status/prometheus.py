"""Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from status.snapshot import Target

_SECONDS = 10


class PrometheusError(Exception):
    """Prometheus did not answer, or refused a query; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The value of a series at one moment."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, kw_only=True)
class Series:
    """The values of a series over time: Unix seconds, and value."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]


class Prometheus:
    """Queries to the server at `url`. Each raises PrometheusError."""

    def __init__(self, url: str) -> None:
        self._url = url

    def query(self, expression: str) -> list[Sample]:
        """Return the value of each series now; what is no number (0/0) is left out."""
        found = self._get("/api/v1/query", {"query": expression})["result"]
        samples = [Sample(labels=row["metric"], value=float(row["value"][1])) for row in found]
        return [sample for sample in samples if math.isfinite(sample.value)]

    def over_time(self, expression: str, *, start: datetime, end: datetime, step: int) -> list[Series]:
        """Return the values of each series, one every `step` seconds."""
        span = {"start": start.timestamp(), "end": end.timestamp(), "step": step}
        found = self._get("/api/v1/query_range", {"query": expression, **span})["result"]
        series = (Series(labels=row["metric"], points=_finite(row["values"])) for row in found)
        return [one for one in series if one.points]

    def targets(self) -> list[Target]:
        """Return what is scraped, in the order of jobs."""
        found = self._get("/api/v1/targets", {"state": "active"})["activeTargets"]
        targets = (
            Target(
                job=str(row["labels"].get("job")),
                instance=str(row["labels"].get("instance")),
                # Of one that was just found nothing is known yet, and nothing is wrong.
                up=row["health"] != "down",
                error=str(row.get("lastError", "")),
            )
            for row in found
        )
        return sorted(targets, key=lambda target: (target.job, target.instance))

    def _get(self, path: str, query: Mapping[str, str | float]) -> dict[str, Any]:
        try:
            # A company's HTTP_PROXY is for the outside world, never for a server of this stack.
            answer = httpx.get(f"{self._url}{path}", params=dict(query), timeout=_SECONDS, trust_env=False)
            content = answer.json()
        except httpx.HTTPError as error:
            raise PrometheusError(f"Prometheus does not answer at {self._url} ({type(error).__name__})") from None
        except ValueError:
            raise PrometheusError(f"what answers at {self._url} is no Prometheus") from None
        if content.get("status") != "success":
            raise PrometheusError(f"Prometheus refused a query: {content.get('error')}")
        data: dict[str, Any] = content["data"]
        return data


def _finite(values: list[list[Any]]) -> tuple[tuple[float, float], ...]:
    points = ((float(at), float(value)) for at, value in values)
    return tuple(point for point in points if math.isfinite(point[1]))
