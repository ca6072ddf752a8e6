"""How a workload is told to the provider, where that is more than passing it on."""

from __future__ import annotations

import pytest

from engine import capacity
from engine.workload import HealthCheck, Workload, cpu_limit


@pytest.mark.parametrize(("wanted", "there", "limit"), [(2, 4, "2.0"), (1.5, 4, "1.5"), (2, 1, "1.0"), (0.5, 1, "0.5")])
def test_no_container_asks_for_more_cpus_than_there_are(
    monkeypatch: pytest.MonkeyPatch, wanted: float, there: int, limit: str
) -> None:
    monkeypatch.setattr(capacity, "cpus", lambda: there)
    workload = Workload(
        component="proxy",
        image="image",
        user="1:1",
        memory=64,
        cpus=wanted,
        stop_grace=30,
        health=HealthCheck(command=["true"], interval=1, timeout=1, retries=1),
        network="network",
        alias="alias",
    )
    assert cpu_limit(workload) == limit
