"""Mistakes end in a clear error before anything is touched."""

from __future__ import annotations

import socket

import docker
import pytest

from tests.e2e.conftest import CANARY, stack_config
from tests.e2e.stack import Stack, free_port
from tests.e2e.test_change import replicas
from tests.managed import bridge_address


@pytest.fixture
def running(stack: Stack, engine: docker.DockerClient) -> list[str]:
    return replicas(engine, stack)


def refused(stack: Stack, **sections: object) -> str:
    good = stack.config
    stack.configure({**good, **sections})
    try:
        # Without the refresh, which comes before the program and says nothing of its mistakes.
        result = stack.run("up", "--yes", "--skip-preview", "--refresh=false")
    finally:
        stack.configure(good)
    assert result.returncode != 0, result.stdout
    assert CANARY not in result.stdout
    return result.stdout


def test_all_mistakes_are_said_at_once_and_nothing_is_touched(
    stack: Stack, running: list[str], engine: docker.DockerClient
) -> None:
    said = refused(
        stack,
        replcas=2,
        access={"keys": {"chat-app": {"models": ["chat", "gpt-5o"], "max_budget": "much"}}},
    )
    assert "the stack config has 3 mistakes; nothing was touched:" in said
    assert "- replcas: no such setting; did you mean 'replicas'?" in said
    assert "- access.keys.chat-app.models[1]: no model 'gpt-5o' in model_list" in said
    assert "- access.keys.chat-app.max_budget: " in said
    assert "Traceback" not in said
    assert replicas(engine, stack) == running


def test_what_litellm_would_ignore_is_said_once_and_the_preview_goes_on(stack: Stack) -> None:
    good = stack.config
    settings = {**good["proxy"].get("litellm_settings", {}), "num_retrys": 3}
    unpriced = {"model_name": "acme", "litellm_params": {"model": "openai/acme-large", "mock_response": "Hello."}}
    models = [*good["proxy"]["model_list"], unpriced]
    stack.configure({**good, "proxy": {**good["proxy"], "litellm_settings": settings, "model_list": models}})
    try:
        said = stack.pulumi("preview", "--refresh=false")
    finally:
        stack.configure(good)
    _, _, diagnostics = said.partition("Diagnostics:")
    assert diagnostics.count("warning: proxy.litellm_settings.num_retrys: ") == 1
    assert "did you mean 'num_retries'?" in diagnostics
    # u02: the budget of the proxy would not count the requests to this model.
    assert diagnostics.count("knows no price for ") == diagnostics.count("knows no price for 'openai/acme-large'") == 1


def test_a_master_key_without_its_prefix_is_refused_and_not_shown(stack: Stack) -> None:
    good, weak = stack.config, CANARY.removeprefix("sk-")
    stack.pulumi("config", "set", "--secret", "masterKey", weak)
    result = stack.run("preview", "--refresh=false")
    stack.configure(good)
    assert result.returncode != 0
    assert "- masterKey: a master key starts with 'sk-'" in result.stdout
    assert weak not in result.stdout


def test_a_secret_that_nobody_encrypted_is_refused_and_not_shown(stack: Stack) -> None:
    # Pulumi has the file in its history from then on, so it is not the canary that others look for.
    clear = "sk-written-in-clear-0123456789"
    said = refused(stack, secrets={"OPENAI_API_KEY": clear})
    assert "- secrets.OPENAI_API_KEY: a secret in clear; encrypt it" in said
    assert clear not in said


def test_u13_an_image_that_cannot_be_pulled_is_refused_before_anything_is_touched(
    stack: Stack, running: list[str], engine: docker.DockerClient
) -> None:
    said = refused(stack, images={"haproxy": "127.0.0.1:9/haproxy:1", "prometheus": "registry.invalid/prometheus:1"})
    assert "- images.haproxy: 127.0.0.1:9/haproxy:1: its registry cannot be asked (" in said
    assert "- images.prometheus: registry.invalid/prometheus:1: " in said
    assert "Traceback" not in said
    assert replicas(engine, stack) == running


def test_a_taken_port_is_said_with_who_has_it_and_what_moves_ours(stack: Stack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = refused(stack, ports={**stack_config()["ports"], "prometheus": port})
    assert f"port {port} on 127.0.0.1 is taken by process " in said
    assert f"`pulumi config set --path ports.prometheus {port + 1}`" in said


def test_a_port_of_another_container_is_said_with_its_name(stack: Stack, engine: docker.DockerClient) -> None:
    image = engine.containers.get(f"{stack.prefix}edge").image
    assert image is not None
    # Port 0: the daemon chooses a free one.
    other = engine.containers.run(image, ["600"], entrypoint="sleep", detach=True, ports={"80/tcp": ("127.0.0.1", 0)})
    try:
        other.reload()
        port = int((other.ports["80/tcp"] or [])[0]["HostPort"])
        said = refused(stack, ports={**stack.config["ports"], "database": port})
    finally:
        other.remove(v=True, force=True)
    assert f"port {port} on 127.0.0.1 is taken by container {other.name}" in said


def test_a_container_with_our_port_on_another_address_is_none_of_our_business(
    stack: Stack, engine: docker.DockerClient
) -> None:
    edge = engine.containers.get(f"{stack.prefix}edge")
    assert edge.image is not None
    port, address = stack.config["ports"]["gateway"], bridge_address(engine)
    other = engine.containers.run(
        edge.image, ["600"], entrypoint="sleep", detach=True, ports={"80/tcp": (address, port)}
    )
    try:
        stack.pulumi("preview", "--expect-no-changes")
    finally:
        other.remove(v=True, force=True)


def test_a_wrong_passphrase_is_refused(stack: Stack) -> None:
    result = stack.run("preview", environment={"PULUMI_CONFIG_PASSPHRASE": "wrong"})
    assert result.returncode != 0
    assert "incorrect passphrase" in result.stdout


def test_a_missing_engine_is_said_with_its_address(stack: Stack) -> None:
    result = stack.run("preview", "--refresh=false", environment={"DOCKER_HOST": "unix:///nonexistent.sock"})
    assert result.returncode != 0
    assert "no Docker engine answers at unix:///nonexistent.sock" in result.stdout


def test_config_that_is_typed_by_hand_shows_in_the_preview(stack: Stack) -> None:
    good, port = stack.config, free_port()
    stack.pulumi("config", "set", "--path", "ports.gateway", str(port))
    stack.pulumi("config", "set", "--secret", "--path", "secrets.OPENAI_API_KEY", CANARY)
    assert CANARY not in (stack.folder / f"Pulumi.{stack.name}.yaml").read_text(encoding="utf-8")
    said = stack.pulumi("preview", "--diff")
    stack.configure(good)
    assert f'=> "http://127.0.0.1:{port}"' in said
