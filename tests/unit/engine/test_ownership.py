"""Whose an object is, by what its label and the stack's own state say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import NotFound

from components import own_state
from components.secrets import owner_of
from engine import ownership, volume
from engine.api import EngineError
from engine.identity import COMPONENT_LABEL, OWNER_LABEL, STACK_LABEL, VOLUME_LABEL
from engine.ownership import TASK_LABEL, UNLABELLED, Recorded, RecordedVolume
from engine.volume import VolumeProvider

LABEL = "litellm-stack/prod"
OWN, OTHER = "0123456789ab", "ba9876543210"
DATABASE = "litellm-stack-prod-database"
OURS = Recorded(owner=OWN, volumes={DATABASE: RecordedVolume(owner=OWN, created="2026-12-01T10:00:00Z")})


class Volumes(dict[str, Any]):
    """The volumes of an engine, each with the owner on its label."""

    def get(self, name: str) -> Any:  # type: ignore[override]
        if name not in self:
            raise NotFound("")
        return self[name]

    def create(self, name: str, labels: Mapping[str, str]) -> Any:
        self.setdefault(name, one(name, labels.get(OWNER_LABEL), self))
        return self[name]


def one(name: str, owner: str | None, volumes: Volumes) -> Any:
    attrs = {"Labels": {OWNER_LABEL: owner} if owner else None, "CreatedAt": "2026-12-01T10:00:00Z"}
    return SimpleNamespace(name=name, attrs=attrs, remove=lambda: volumes.pop(name))


def engine(containers: list[dict[str, Any]], networks: list[Any], volumes: Volumes) -> Any:
    return SimpleNamespace(
        api=SimpleNamespace(containers=lambda **_: containers),
        networks=SimpleNamespace(list=lambda **_: networks),
        volumes=volumes,
        close=lambda: None,
    )


def container(name: str, owner: str | None, **labels: str) -> dict[str, Any]:
    owned = {OWNER_LABEL: owner} if owner else {}
    return {"Names": [f"/{name}"], "Labels": {STACK_LABEL: LABEL, COMPONENT_LABEL: "proxy", **owned, **labels}}


@pytest.fixture
def volumes(monkeypatch: pytest.MonkeyPatch) -> Volumes:
    found = Volumes()
    there = engine([], [], found)
    for module in (ownership, volume):
        monkeypatch.setattr(module, "connect", lambda: there)
    return found


def check(recorded: Recorded, take_over: str | None = None) -> None:
    ownership.check(label=LABEL, recorded=recorded, volumes=[DATABASE], take_over=take_over)


def test_h03_one_error_names_each_object_of_another_owner_and_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    volumes = Volumes()
    volumes[DATABASE] = one(DATABASE, OTHER, volumes)
    network = SimpleNamespace(name="litellm-stack-prod-network", attrs={"Labels": {OWNER_LABEL: OTHER}})
    containers = [
        container("litellm-stack-prod-edge", OTHER),
        container("litellm-stack-prod-proxy-1", OWN),
        container("litellm-stack-prod-probe-1a2b3c", "proxy"),  # of a preview
        container("litellm-stack-prod-task", OTHER, **{TASK_LABEL: "x"}),
    ]
    monkeypatch.setattr(ownership, "connect", lambda: engine(containers, [network], volumes))
    with pytest.raises(EngineError) as caught:
        check(OURS)
    said = str(caught.value)
    assert "stack prod cannot use this engine, and nothing was touched" in said
    assert [line.strip() for line in said.splitlines() if line.startswith("  - ")] == [
        f"- container litellm-stack-prod-edge (owner {OTHER})",
        f"- network litellm-stack-prod-network (owner {OTHER})",
        f"- volume {DATABASE} (owner {OTHER})",
    ]
    assert "Choose another stack name." in said
    assert "docs/lost-state.md" in said


@pytest.mark.parametrize(
    ("label", "recorded", "take_over", "own"),
    [
        (OWN, OURS, None, True),
        (OTHER, OURS, None, False),
        (None, OURS, None, True),  # created by hand, to restore a copy of its files
        (OTHER, Recorded(), None, False),
        (OTHER, Recorded(), OTHER, True),
        (OTHER, Recorded(), OWN, False),
        (None, Recorded(), None, False),
        (None, Recorded(), UNLABELLED, True),
        (None, Recorded(owner=OWN), None, False),
        (OWN, Recorded(owner=OWN), None, True),  # an update was killed before it could record it
        (OTHER, Recorded(owner=OWN, volumes={DATABASE: RecordedVolume(owner=OTHER, created="")}), None, True),
    ],
)
def test_h01_a_volume_is_the_stacks_own_by_its_label_its_state_or_an_explicit_word(
    label: str | None, recorded: Recorded, take_over: str | None, own: bool, volumes: Volumes
) -> None:
    volumes[DATABASE] = one(DATABASE, label, volumes)
    if own:
        check(recorded, take_over)
        return
    with pytest.raises(EngineError, match=f"volume {DATABASE} "):
        check(recorded, take_over)


@pytest.mark.parametrize(
    ("owner", "recorded", "own"),
    [(OWN, OURS, True), (None, OURS, True), (OTHER, OURS, False), (None, Recorded(), False), (OWN, Recorded(), False)],
)
def test_h03_a_container_is_the_stacks_own_only_if_its_state_has_created_the_stack(
    owner: str | None, recorded: Recorded, own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers = [container("litellm-stack-prod-edge", owner)]
    monkeypatch.setattr(ownership, "connect", lambda: engine(containers, [], Volumes()))
    if own:
        check(recorded)
        return
    with pytest.raises(EngineError, match="container litellm-stack-prod-edge"):
        check(recorded)


def swarm_object(name: str, owner: str, **labels: str) -> Any:
    return SimpleNamespace(name=name, attrs={"Spec": {"Labels": {OWNER_LABEL: owner, **labels}}})


def test_h03_what_another_owner_has_on_a_swarm_is_named_with_the_volumes_of_its_nodes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = engine([], [], Volumes())
    named = {"services": "proxy", "secrets": "proxy-key", "configs": "rules"}
    for kind, name in named.items():
        found = [swarm_object(f"litellm-stack-prod-{name}", OTHER)]
        if kind == "configs":
            found += [swarm_object(f"record-{name}", OTHER, **{VOLUME_LABEL: name}) for name in (DATABASE, "unused")]
        setattr(there, kind, SimpleNamespace(list=lambda filters, found=found: found))  # noqa: ARG005
    manages = {"Swarm": {"ControlAvailable": True}}
    there.info = lambda: manages
    monkeypatch.setattr(ownership, "connect", lambda: there)
    with pytest.raises(EngineError) as caught:
        ownership.check(label=LABEL, recorded=OURS, volumes=[DATABASE], take_over=None, swarm=True)
    assert [line.strip() for line in str(caught.value).splitlines() if line.startswith("  - ")] == [
        f"- config litellm-stack-prod-rules (owner {OTHER})",
        f"- secret litellm-stack-prod-proxy-key (owner {OTHER})",
        f"- service litellm-stack-prod-proxy (owner {OTHER})",
        f"- volume {DATABASE} (owner {OTHER})",
    ]
    # An engine that manages no Swarm is refused by another check.
    manages["Swarm"]["ControlAvailable"] = False
    ownership.check(label=LABEL, recorded=OURS, volumes=[DATABASE], take_over=None, swarm=True)


def test_the_state_says_whose_the_stack_is_and_which_volumes_it_has() -> None:
    urn = (
        "urn:pulumi:prod::litellm-stack::litellm-stack:components:Secrets$random:index/randomPassword:RandomPassword::"
    )
    resources = {
        f"{urn}secrets-seed": {"type": "random:index/randomPassword:RandomPassword", "outputs": {"result": "seed"}},
        f"{urn}secrets-seed-2": {"type": "random:index/randomPassword:RandomPassword", "outputs": {"result": "other"}},
        "a": {"type": volume.VOLUME, "outputs": {"name": "a", "owner": OTHER, "created": "then"}},
        "b": {"type": volume.OF_PULUMI_DOCKER, "outputs": {"name": "b", "labels": []}},
        "c": {"type": "pulumi:pulumi:Stack"},
    }
    found = own_state.recorded(resources)
    assert found.owner == owner_of("seed")
    assert found.volumes == {
        "a": RecordedVolume(owner=OTHER, created="then"),
        "b": RecordedVolume(owner=None, created=""),
    }
    assert own_state.recorded({}) == Recorded()


PROPS: dict[str, Any] = {"name": DATABASE, "labels": {OWNER_LABEL: OWN}, "protected": True}


def outputs(provider: VolumeProvider, **more: Any) -> dict[str, Any]:
    created = provider.create({**PROPS, **more}).outs
    assert created is not None
    return created


def test_h01_a_volume_of_another_owner_is_neither_created_nor_removed(volumes: Volumes) -> None:
    volumes[DATABASE] = one(DATABASE, OTHER, volumes)
    provider = VolumeProvider()
    with pytest.raises(EngineError, match=rf"{DATABASE} belongs to another Pulumi state \(owner {OTHER}\)"):
        provider.create(PROPS)
    with pytest.raises(EngineError, match="belongs to another Pulumi state"):
        provider.update(DATABASE, {"name": DATABASE}, PROPS)  # of pulumi-docker, which took it over
    provider.delete(DATABASE, {**PROPS, "owner": OWN})
    assert DATABASE in volumes
    taken = outputs(provider, take_over=OTHER)
    assert taken["owner"] == OTHER
    provider.delete(DATABASE, taken)
    assert DATABASE not in volumes


def test_a_volume_of_the_stacks_own_is_used_again_and_removed(volumes: Volumes) -> None:
    provider = VolumeProvider()
    made = outputs(provider)
    assert outputs(provider) == made
    assert provider.diff(DATABASE, made, PROPS).changes is False
    assert provider.read(DATABASE, made).id == DATABASE
    provider.delete(DATABASE, made)
    assert not volumes
    provider.delete(DATABASE, made)


def test_a_volume_of_pulumi_docker_is_recorded_in_place(volumes: Volumes) -> None:
    volumes[DATABASE] = one(DATABASE, OWN, volumes)
    provider, before = VolumeProvider(), {"name": DATABASE, "driver": "local"}
    difference = provider.diff(DATABASE, before, PROPS)
    assert difference.changes
    assert not difference.replaces
    assert provider.update(DATABASE, before, PROPS).outs == outputs(provider)


def test_h02_a_protected_volume_that_is_gone_is_created_again_on_an_explicit_word_only(
    volumes: Volumes, tmp_path: Path
) -> None:
    provider = VolumeProvider()
    made = outputs(provider)
    volumes.clear()
    assert provider.diff(DATABASE, made, PROPS).changes is True
    with pytest.raises(EngineError, match="pulumi config set emptyDatabase"):
        provider.update(DATABASE, made, PROPS)
    recorded = own_state.recorded({"x": {"type": volume.VOLUME, "outputs": made}})
    lost = recorded.volumes[DATABASE].id(DATABASE)
    backups = [tmp_path / "prod-2.backup.tar", tmp_path / "prod-1.backup.tar"]
    with pytest.raises(EngineError) as caught:
        volume.refuse_lost(DATABASE, recorded=recorded, accepted=None, backups=backups, stack="prod")
    said = str(caught.value)
    assert f"pulumi config set emptyDatabase {lost}" in said
    assert all(f"make restore STACK=prod CONFIRM=prod FILE={file}" in said for file in backups)
    with pytest.raises(EngineError, match="This host has no backup of it"):
        volume.refuse_lost(DATABASE, recorded=recorded, accepted="00000000", backups=[], stack="prod")
    volume.refuse_lost(DATABASE, recorded=recorded, accepted=lost, backups=[], stack="prod")
    provider.update(DATABASE, made, {**PROPS, "lost": lost})
    assert DATABASE in volumes
    volume.refuse_lost(DATABASE, recorded=recorded, accepted=None, backups=[], stack="prod")


def test_an_unprotected_volume_that_is_gone_is_created_again(volumes: Volumes) -> None:
    provider = VolumeProvider()
    made = outputs(provider, protected=False)
    volumes.clear()
    provider.update(DATABASE, made, {**PROPS, "protected": False})
    assert DATABASE in volumes
