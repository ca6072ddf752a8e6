"""How a workload is told to the provider, where that is more than passing it on."""

from __future__ import annotations

from typing import Any

import pytest

from engine import capacity
from engine.workload import HealthCheck, Workload, cpu_limit, fingerprints

WORKLOAD: dict[str, Any] = {
    "component": "proxy",
    "image": "image",
    "user": "1:1",
    "memory": 64,
    "stop_grace": 30,
    "health": HealthCheck(command=["true"], interval=1, timeout=1, retries=1),
    "network": "network",
    "alias": "alias",
}


@pytest.mark.parametrize(("wanted", "there", "limit"), [(2, 4, "2.0"), (1.5, 4, "1.5"), (2, 1, "1.0"), (0.5, 1, "0.5")])
def test_no_container_asks_for_more_cpus_than_there_are(
    monkeypatch: pytest.MonkeyPatch, wanted: float, there: int, limit: str
) -> None:
    monkeypatch.setattr(capacity, "cpus", lambda: there)
    workload = Workload(**WORKLOAD, cpus=wanted)
    assert cpu_limit(workload) == limit


def test_a_variable_that_follows_from_the_image_is_told_by_the_image_c17() -> None:
    variables = {"PYTHONPATH": "/app/startup", "OTHER": "value"}
    workload = Workload(**WORKLOAD, environment=variables, from_image=["PYTHONPATH"])
    names = fingerprints(workload, key="key").keys()
    assert [name for name in names if name.startswith("variable")] == ["variable OTHER"]


def test_what_only_a_swarm_asks_of_a_workload_gives_no_container_another_name() -> None:
    names = fingerprints(Workload(**WORKLOAD, secrets=("KEY",), everywhere=True), key="key").keys()
    # Another name in here replaces every replica of every stack that there is.
    assert sorted(names) == [
        "alias",
        "beside",
        "command",
        "component",
        "cpus",
        "entrypoint",
        "health",
        "image",
        "memory",
        "network",
        "ports",
        "stop_grace",
        "tmpfs",
        "user",
        "volumes",
    ]
