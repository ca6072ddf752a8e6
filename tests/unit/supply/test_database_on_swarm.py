"""How `make upgrade-database` reads what a Swarm's manager says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from supply import database_on_swarm
from supply.database_on_swarm import OnSwarm
from supply.errors import SupplyError

DATABASE = OnSwarm(service="gateway-prod-database", label="gateway/prod")
SPECIFICATION: dict[str, Any] = {
    "Mode": {"Replicated": {"Replicas": 3}},
    "TaskTemplate": {
        "Placement": {"Constraints": ["node.labels.data==true"]},
        "ContainerSpec": {
            "Image": "postgres@sha256:1",
            "StopGracePeriod": 0,
            "Mounts": [
                {"Type": "tmpfs", "Target": "/tmp"},
                {"Type": "volume", "Source": "v", "VolumeOptions": {"Labels": {"stack": "gateway/prod"}}},
            ],
        },
    },
}


class Manager:
    """Answers as the docker command; `tasks` is what it says of each service's tasks, one call after another."""

    def __init__(self, *tasks: str) -> None:
        self.tasks, self.ran = list(tasks), list[list[str]]()

    def run(self, command: Sequence[str], **_: Any) -> None:
        self.ran.append(list(command))

    def capture(self, command: Sequence[str], **_: Any) -> str:
        match command[2]:
            case "inspect":
                return json.dumps(SPECIFICATION)
            case "ls":
                return "s1\n"
        return self.tasks.pop(0)


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Any:
    def prepared(*tasks: str) -> Manager:
        manager = Manager(*tasks)
        monkeypatch.setattr(database_on_swarm, "run", manager.run)
        monkeypatch.setattr(database_on_swarm, "capture", manager.capture)
        monkeypatch.setattr(database_on_swarm, "POLL_SECONDS", 0)
        return manager

    return prepared


@pytest.mark.parametrize(
    ("end", "taken"),
    [("Complete 1 second ago\t", False), ('Failed 1 second ago\t"task: non-zero exit (1)"', True)],
)
def test_a_task_on_the_node_with_the_data_looks_and_is_gone(says: Any, end: str, taken: bool) -> None:
    manager = says("", "Preparing 2 seconds ago\t", end)
    assert DATABASE.is_taken("gateway-prod-database-16") is taken
    created, removed = manager.ran
    assert created[created.index("--constraint") + 1] == "node.labels.data==true"
    mount = created[created.index("--mount") + 1]
    assert mount.startswith("type=volume,source=gateway-prod-database-16,")
    assert "volume-label=stack=gateway/prod" in mount
    assert removed[:3] == ["docker", "service", "rm"]


def test_a_node_that_cannot_look_is_no_answer(says: Any) -> None:
    manager = says('Rejected 1 second ago\t"No such image: postgres@sha256:1"')
    with pytest.raises(SupplyError, match=r"cannot be looked at: .*No such image"):
        DATABASE.is_taken("gateway-prod-database-16")
    assert manager.ran[-1][:3] == ["docker", "service", "rm"]


def test_replicas_have_ended_before_anything_is_saved_and_come_back_as_many(says: Any) -> None:
    manager = says("Running 5 minutes ago\t\nRunning 5 minutes ago\t", "Shutdown 1 second ago\t")
    start = DATABASE.stop_replicas()
    assert manager.tasks == []
    start()
    assert [command[-1] for command in manager.ran] == ["s1=0", "s1=3"]


def test_replicas_that_do_not_end_are_told(says: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_on_swarm, "TOLD_SECONDS", -1)
    says("Running 5 minutes ago\t")
    with pytest.raises(SupplyError, match="Service s1 still has tasks that work"):
        DATABASE.stop_replicas()
