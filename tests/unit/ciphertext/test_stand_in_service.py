"""What becomes of a Swarm's services while the salt key rotates, each of whose tasks works at once here."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from ciphertext import stand_in_service
from ciphertext.job import ROTATION_LABEL
from ciphertext.stand_ins import HOLD_STILL, STAND_IN_LABEL
from engine.identity import SPEC_LABEL
from engine.swarm import converged
from engine.swarm.handed_over import HANDED_OVER
from engine.swarm.scale import DECLARED_LABEL

REPLICAS = {
    "Name": "stack-proxy",
    "Labels": {SPEC_LABEL: "abc"},
    "TaskTemplate": {
        "ContainerSpec": {
            "Command": [*HANDED_OVER, "docker-entrypoint.sh"],
            "Args": ["--config", "/app/config.yaml"],
            "Labels": {"of": "stack"},
            "Secrets": ["kept"],
        },
        "RestartPolicy": {"Condition": "any"},
        "Networks": [{"Target": "n", "Aliases": ["litellm"]}],
    },
    "Mode": {"Replicated": {"Replicas": 2}},
    "EndpointSpec": {"Mode": "dnsrr"},
}
PROPS = {
    "service": "stack-proxy",
    "config": "/app/config.yaml",
    "rotation": 2.0,
    "timeout": 1,
    "grace": 1,
    "salt_key": "s",
    "database_url": "u",
}


class Swarm:
    """A Swarm's API, by the calls that are made of it."""

    base_url, api_version = "http://swarm", "1.41"

    def __init__(self, *specs: Mapping[str, Any]) -> None:
        self.held = {str(spec["Name"]): copy.deepcopy(dict(spec)) for spec in specs}
        self.api = self

    def services(self, filters: Mapping[str, Any], *, status: bool = False) -> list[dict[str, Any]]:
        """Return services by a part of their name, or their id."""
        del status
        return [
            {
                "ID": name,
                "Spec": spec,
                "Version": {"Index": 7},
                "ServiceStatus": {"DesiredTasks": _tasks(spec), "RunningTasks": _tasks(spec)},
            }
            for name, spec in self.held.items()
            if filters.get("name", "") in name and filters.get("id", name) == name
        ]

    def tasks(self, filters: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return as many as a service declares."""
        spec = self.held[filters["service"]]
        working = {"Status": {"State": "running"}, "DesiredState": "running", "Spec": spec["TaskTemplate"]}
        return [working] * _tasks(spec)

    def post(self, url: str, *, params: Mapping[str, int], json: dict[str, Any]) -> Any:
        """Make or change a service."""
        assert params == ({} if url.endswith("/create") else {"version": 7})
        self.held[json["Name"]] = json
        return SimpleNamespace(ok=True, json=lambda: {"ID": json["Name"]})

    def close(self) -> None:
        """Stay: whoever waits for tasks has a connection of its own."""

    def remove_service(self, service_id: str) -> None:
        """Forget a service."""
        del self.held[service_id]


@pytest.fixture
def swarm(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A Swarm that runs two replicas."""
    there = Swarm(REPLICAS)
    monkeypatch.setattr(converged, "connect", lambda: there)
    return there


def _tasks(spec: Mapping[str, Any]) -> int:
    return int(spec["Mode"]["Replicated"]["Replicas"])


def tasks(swarm: Swarm) -> dict[str, int]:
    return {name: _tasks(spec) for name, spec in swarm.held.items()}


def test_stand_ins_serve_in_the_place_of_the_replicas_and_read_no_model_again(swarm: Any) -> None:
    stand_in_service.take_over(swarm, PROPS)
    assert tasks(swarm) == {"stack-proxy": 0, "stack-proxy-stand-in": 2}
    made = swarm.held["stack-proxy-stand-in"]
    container = made["TaskTemplate"]["ContainerSpec"]
    held = ["python3", "-c", HOLD_STILL, "/app/config.yaml", "docker-entrypoint.sh"]
    assert container["Command"] == [*HANDED_OVER, *held]
    assert container["Args"] == ["--config", "/app/config.yaml"]
    assert container["Secrets"] == ["kept"]
    assert made["TaskTemplate"]["Networks"] == REPLICAS["TaskTemplate"]["Networks"]  # type: ignore[index]
    assert made["TaskTemplate"]["RestartPolicy"] == {"Condition": "none"}
    assert {STAND_IN_LABEL, ROTATION_LABEL} <= made["Labels"].keys() & container["Labels"].keys()
    assert stand_in_service.rotations(swarm, PROPS) == {2}


def test_a_rotation_that_was_cut_off_goes_on_with_the_stand_ins_that_are_there(swarm: Any) -> None:
    for _ in range(2):
        stand_in_service.take_over(swarm, PROPS)
    assert tasks(swarm) == {"stack-proxy": 0, "stack-proxy-stand-in": 2}
    assert swarm.held["stack-proxy"]["Labels"][DECLARED_LABEL] == "2"


def test_a_rotation_that_fails_gives_back_what_was_there(swarm: Any) -> None:
    stand_in_service.take_over(swarm, PROPS)
    stand_in_service.give_back(swarm, PROPS)
    assert swarm.held == {"stack-proxy": REPLICAS}


def test_stand_ins_go_once_the_new_replicas_serve(swarm: Any) -> None:
    stand_in_service.take_over(swarm, PROPS)
    swarm.held["stack-proxy"] = copy.deepcopy(REPLICAS)
    stand_in_service.retire(swarm, PROPS, replicas=["stack-proxy-abc"])
    assert swarm.held == {"stack-proxy": REPLICAS}


@pytest.mark.parametrize("specs", [(), ({**REPLICAS, "Mode": {"Replicated": {"Replicas": 0}}},)])
def test_where_nothing_serves_nothing_stands_in(specs: tuple[Mapping[str, Any], ...]) -> None:
    swarm: Any = Swarm(*specs)
    stand_in_service.take_over(swarm, PROPS)
    assert swarm.held == {str(spec["Name"]): spec for spec in specs}
