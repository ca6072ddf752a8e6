"""The stack's network on a real engine."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import docker
import pytest
from docker.errors import NotFound

from config.settings import default_images
from engine.api import EngineError
from engine.identity import OWNER_LABEL
from engine.network import ENGINE, MADE_LABEL, BridgeProvider, is_of_the_provider

Props = dict[str, Any]


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    with closing(docker.from_env()) as client:
        yield client


@pytest.fixture
def props(engine: docker.DockerClient) -> Iterator[Props]:
    name = f"network-test-{secrets.token_hex(3)}"
    yield {"name": name, "labels": {OWNER_LABEL: "somebody", MADE_LABEL: ENGINE}}
    with suppress(NotFound):
        engine.networks.get(name).remove()


def test_it_is_made_once_read_and_removed(engine: docker.DockerClient, props: Props) -> None:
    provider = BridgeProvider()
    made = provider.create(props)
    # Once more, as after an update that was killed before it could record the network.
    assert provider.create(props).id == made.id
    assert [network.id for network in engine.networks.list(names=[props["name"]])] == [made.id]
    assert provider.read(made.id, props).id == made.id
    assert not is_of_the_provider(props["name"])
    provider.delete(made.id, props)
    assert provider.read(made.id, props).id is None
    provider.delete(made.id, props)


def test_somebody_elses_network_is_not_taken(engine: docker.DockerClient, props: Props) -> None:
    engine.networks.create(props["name"], labels={OWNER_LABEL: "somebody else"})
    with pytest.raises(EngineError, match=f"{props['name']} belongs to"):
        BridgeProvider().create(props)


def test_a_network_with_a_container_that_is_not_the_stacks_is_named(engine: docker.DockerClient, props: Props) -> None:
    made = BridgeProvider().create(props)
    image = default_images()["redis"]
    guest = engine.containers.run(image, detach=True, network=props["name"], entrypoint=["sleep", "60"])
    try:
        with pytest.raises(EngineError, match=f"{props['name']} cannot be removed: .*active endpoints"):
            BridgeProvider().delete(made.id, props)
    finally:
        guest.remove(v=True, force=True)


def test_a_network_of_an_earlier_version_stays_with_the_provider_that_made_it(
    engine: docker.DockerClient, props: Props
) -> None:
    assert not is_of_the_provider(props["name"])
    engine.networks.create(props["name"], labels={OWNER_LABEL: "somebody"})
    assert is_of_the_provider(props["name"])
