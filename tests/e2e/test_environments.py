"""The example environments side by side on one host: each with its config, keys and data, none in the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import docker
import httpx
import pytest
import yaml
from docker.models.containers import Container

from tests import environments as environment_files
from tests.e2e.gateway import Gateway
from tests.e2e.leftovers import no_leftovers, owned, remove
from tests.e2e.stack import Stack, free_port
from tests.waiting import until

PREFIX = "beside-"
PROVIDER_KEY = "sk-canary-beside-0123456789abcdef"


def config(environment: str) -> dict[str, Any]:
    """Return what the environment's file says, on free ports, and with nothing that outlives the test."""
    written = yaml.safe_load(environment_files.text(environment))["config"]
    sections = {name.removeprefix("litellm-stack:"): value for name, value in written.items()}
    return {**sections, "ports": {"gateway": free_port(), "prometheus": free_port()}, "protect": False}


@pytest.fixture(scope="module")
def environments(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stack]]:
    with no_leftovers(engine, PREFIX), ExitStack() as cleanup:
        stacks = {}
        for environment in environment_files.NAMES:
            name = f"{PREFIX}{environment}"
            stack = Stack(folder=tmp_path_factory.mktemp(environment), config=config(environment), name=name)
            cleanup.callback(remove, engine, f"litellm-stack/{name}")
            cleanup.callback(stack.run, "destroy", "--yes", "--skip-preview")
            stack.encrypt("secrets.OPENAI_API_KEY", PROVIDER_KEY)
            stack.up()
            stacks[environment] = stack
        yield stacks


def gateway(stack: Stack, cleanup: ExitStack) -> Gateway:
    outputs = stack.outputs()
    client = cleanup.enter_context(httpx.Client(base_url=outputs["gatewayUrl"], timeout=60))
    return Gateway(client=client, keys=outputs["virtualKeys"], master_key=outputs["masterKey"])


def test_each_environment_has_things_and_keys_of_its_own(
    environments: dict[str, Stack], engine: docker.DockerClient
) -> None:
    with ExitStack() as cleanup:
        gateways = {name: gateway(stack, cleanup) for name, stack in environments.items()}
        for name, own in gateways.items():
            assert {model["id"] for model in own.get("/v1/models").json()["data"]} == {"chat", "embeddings"}
            for other, stranger in gateways.items():
                assert own.get("/v1/models", key=stranger.keys["chat-app"]).is_success is (name == other)
    things = {
        name: {thing.id for thing in owned(engine, f"litellm-stack/{PREFIX}{name}")} for name in environment_files.NAMES
    }
    assert all(things.values())
    assert len(set.union(*things.values())) == sum(map(len, things.values()))


def test_one_environment_changes_and_goes_while_the_others_stay_as_they_are(
    environments: dict[str, Stack], engine: docker.DockerClient
) -> None:
    def containers() -> dict[str, str]:
        things = [thing for name in ("dev", "prod") for thing in owned(engine, f"litellm-stack/{PREFIX}{name}")]
        return {str(thing.id): thing.health for thing in things if isinstance(thing, Container)}

    before = containers()
    environments["staging"].pulumi("destroy", "--yes", "--skip-preview")
    assert owned(engine, f"litellm-stack/{PREFIX}staging") == []
    # One that is not healthy is a change to wait for; three stacks may keep the machine that busy.
    until(lambda: set(containers().values()) == {"healthy"})
    for name in ("dev", "prod"):
        environments[name].up("--expect-no-changes")
    assert containers().keys() == before.keys()
