"""Two users of one Swarm whose stacks have the same name: neither sees, uses nor deletes what the other one has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docker
import httpx
import pytest

from engine.api import EngineError
from engine.identity import OWNER_LABEL, VOLUME_LABEL
from engine.swarm.volume import NodeVolumeProvider, record_name
from tests.campaign.test_second_user import assert_refused, down
from tests.e2e.fleet import Host
from tests.e2e.load import chat, load
from tests.e2e.second_user import second
from tests.e2e.stack import Stack
from tests.e2e.swarm_stack import declared, services, url

COVERS = ("engine/ownership.py", "engine/swarm/volume.py", "components/own_state.py")

OTHER = "ba9876543210"


@pytest.fixture(scope="module")
def first(hosts: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """Bring a protected stack up; its data is on the node that is not asked. It goes with the hosts."""
    stack = declared(hosts[0], data=hosts[1], folder=tmp_path_factory.mktemp("fleet"))
    stack.configure({**stack.config, "replicas": 1, "protect": True})
    stack.up()
    return stack


def there(engine: docker.DockerClient) -> set[str]:
    """Return what the Swarm has, by name and id."""
    kinds: Any = (engine.services, engine.secrets, engine.configs, engine.networks)
    return {f"{thing.name} {thing.id}" for kind in kinds for thing in kind.list()}


def birth(host: Host, stack: Stack) -> str:
    return str(host.engine.volumes.get(f"{stack.prefix}database").attrs["CreatedAt"])


def assert_answers(stack: Stack, host: Host) -> None:
    with httpx.Client(base_url=url(host), timeout=60) as client:
        assert chat(stack.outputs()["virtualKeys"]["app"], "chat")(client) == "first answer"


def test_h03_a_running_stack_is_neither_used_nor_changed_by_a_second_user(
    first: Stack, hosts: list[Host], tmp_path: Path
) -> None:
    manager, worker = hosts
    before, volume, key = there(manager.engine), birth(worker, first), first.outputs()["virtualKeys"]["app"]
    other = second(first, tmp_path)
    with load(url=url(worker), clients=[chat(key, "chat")] * 2) as seen:
        said = assert_refused(
            other,
            f"service {first.prefix}proxy",
            f"network {first.prefix}network",
            f"volume {first.prefix}database",
            f"volume {first.prefix}prometheus",
        )
        for kind in ("secret", "config"):
            assert f"- {kind} {first.prefix}" in said
        other.pulumi("destroy", "--yes", "--skip-preview")
        down(other, DELETE_DATABASE=other.name)
    assert seen.failures == []
    assert seen.answers
    assert (there(manager.engine), birth(worker, first)) == (before, volume)
    first.pulumi("preview", "--expect-no-changes")


def test_h01_a_protected_volume_of_a_node_is_refused_to_a_second_user_while_its_stack_is_down(
    first: Stack, hosts: list[Host], tmp_path: Path
) -> None:
    manager, worker = hosts
    volume = birth(worker, first)
    down(first)
    assert services(hosts) == []
    other = second(first, tmp_path)
    assert_refused(other, f"volume {first.prefix}database")
    other.pulumi("destroy", "--yes", "--skip-preview")
    records: Any = manager.engine.configs
    assert record_name(f"{first.prefix}database") in [record.name for record in records.list()]
    first.up()
    assert birth(worker, first) == volume
    assert_answers(first, worker)


def test_a_volume_of_an_earlier_version_is_recorded_by_an_update(first: Stack, hosts: list[Host]) -> None:
    records: Any = hosts[0].engine.configs
    name = record_name(f"{first.prefix}database")
    [before] = [record for record in records.list() if record.name == name]
    before.remove()
    first.up()
    [after] = [record for record in records.list() if record.name == name]
    assert after.attrs["Spec"]["Labels"] == before.attrs["Spec"]["Labels"]
    first.pulumi("preview", "--expect-no-changes")


def test_h01_a_record_of_another_owner_changes_on_an_explicit_word_only(
    first: Stack, hosts: list[Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", hosts[0].socket)
    name, provider, records = f"{first.prefix}database", NodeVolumeProvider(), hosts[0].engine.configs

    def labels() -> dict[str, str]:
        found: Any = records.list(filters={"name": record_name(name)})
        return dict(found[0].attrs["Spec"]["Labels"])

    before = labels()
    assert before[VOLUME_LABEL] == name
    props = {"name": name, "data_label": "x", "labels": {**before, OWNER_LABEL: OTHER}}
    with pytest.raises(EngineError, match="belongs to another Pulumi state"):
        provider.create(props)
    assert labels() == before
    provider.create({**props, "take_over": before[OWNER_LABEL]})
    assert labels()[OWNER_LABEL] == OTHER
    refused = first.run("preview")
    assert refused.returncode != 0
    assert f"volume {name} (owner {OTHER})" in refused.stdout
    provider.create({**props, "labels": before, "take_over": OTHER})
    first.pulumi("preview", "--expect-no-changes")
