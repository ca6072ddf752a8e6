"""The stack's volumes on a real engine: none of another owner is taken over, used or removed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import docker
import pytest
from docker.errors import NotFound

from engine import ownership
from engine.api import EngineError
from engine.identity import OWNER_LABEL, STACK_LABEL, engine_name
from engine.ownership import UNLABELLED, Recorded
from engine.volume import VolumeProvider, refuse_lost, volume_exists

Props = dict[str, Any]
OWN, OTHER = "0123456789ab", "ba9876543210"


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    with closing(docker.from_env()) as client:
        yield client


@pytest.fixture
def label() -> str:
    return f"volume-test/{secrets.token_hex(3)}"


@pytest.fixture
def props(engine: docker.DockerClient, label: str) -> Iterator[Props]:
    name = engine_name(label, "database")
    yield {"name": name, "labels": {OWNER_LABEL: OWN, STACK_LABEL: label}, "protected": True}
    with suppress(NotFound):
        engine.volumes.get(name).remove()


def check(label: str, props: Props, recorded: Recorded, take_over: str | None = None) -> None:
    ownership.check(label=label, recorded=recorded, volumes=[props["name"]], take_over=take_over)


def test_it_is_created_once_and_removed(engine: docker.DockerClient, label: str, props: Props) -> None:
    provider = VolumeProvider()
    made = provider.create(props)
    # Again, as after an update that was killed before it could record the volume.
    assert provider.create(props).outs == made.outs
    assert made.outs is not None
    assert made.outs["created"] == engine.volumes.get(props["name"]).attrs["CreatedAt"]
    check(label, props, Recorded(owner=OWN))
    with pytest.raises(EngineError, match=rf"volume {props['name']} \(owner {OWN}\)"):
        check(label, props, Recorded())
    provider.delete(made.id, made.outs)
    assert not volume_exists(props["name"])
    provider.delete(made.id, made.outs)


def test_h01_a_volume_of_another_owner_stays_as_it_is(engine: docker.DockerClient, label: str, props: Props) -> None:
    provider = VolumeProvider()
    engine.volumes.create(props["name"], labels={OWNER_LABEL: OTHER})
    with pytest.raises(EngineError, match=rf"volume {props['name']} \(owner {OTHER}\)"):
        check(label, props, Recorded(owner=OWN))
    with pytest.raises(EngineError, match=f"{props['name']} belongs to another Pulumi state"):
        provider.create(props)
    provider.delete(props["name"], {**props, "owner": OWN})
    assert volume_exists(props["name"])
    check(label, props, Recorded(owner=OWN), OTHER)
    taken = provider.create({**props, "take_over": OTHER})
    provider.delete(taken.id, taken.outs or {})
    assert not volume_exists(props["name"])


def test_h01_a_volume_without_a_label_is_taken_over_on_an_explicit_word_only(
    engine: docker.DockerClient, label: str, props: Props
) -> None:
    engine.volumes.create(props["name"])
    with pytest.raises(EngineError, match=rf"volume {props['name']} \(no owner label\)"):
        check(label, props, Recorded())
    with pytest.raises(EngineError, match="belongs to another Pulumi state"):
        VolumeProvider().create(props)
    check(label, props, Recorded(), UNLABELLED)
    VolumeProvider().create({**props, "take_over": UNLABELLED})


def test_h02_a_protected_volume_that_is_gone_is_noticed(engine: docker.DockerClient, props: Props) -> None:
    provider = VolumeProvider()
    made = provider.create(props)
    assert provider.diff(made.id, made.outs or {}, props).changes is False
    engine.volumes.get(props["name"]).remove()
    assert provider.diff(made.id, made.outs or {}, props).changes is True
    assert provider.read(made.id, made.outs or {}).id == made.id, "a refresh does not forget it"
    with pytest.raises(EngineError, match=f"the volume {props['name']} of the protected database is gone"):
        provider.update(made.id, made.outs or {}, props)
    recorded = ownership.RecordedVolume(owner=OWN, created=(made.outs or {})["created"])
    accepted = recorded.id(props["name"])
    known = Recorded(owner=OWN, volumes={props["name"]: recorded})
    refuse_lost(props["name"], recorded=known, accepted=accepted, backups=[], stack="prod")
    provider.update(made.id, made.outs or {}, {**props, "lost": accepted})
    assert volume_exists(props["name"])
