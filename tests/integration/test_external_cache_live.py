"""What a preview finds out about a Redis that somebody else runs, on a real one with TLS."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import docker
import pytest

from config.external_cache import parsed
from config.settings import default_images
from engine.api import EngineError
from engine.identity import STACK_LABEL
from redis_admin import external
from tests.integration.running_gateway import LABEL
from tests.managed import authority
from tests.managed_redis import ManagedRedis, managed_redis

STACK = "litellm-stack/external-cache-check"


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture(scope="module")
def server(engine: docker.DockerClient) -> Iterator[ManagedRedis]:
    name = f"litellm-stack-managed-{secrets.token_hex(3)}"
    with managed_redis(engine, name=name, labels={LABEL: str(os.getpid())}) as started:
        yield started


@pytest.fixture
def user() -> str:
    return f"user-{secrets.token_hex(4)}"


def refusal(url: str, ca: str | None) -> str:
    """Return why the preview refuses the Redis, or nothing."""
    server = parsed(url, ca)
    try:
        external.check(server, label=STACK, image=default_images()["litellm"])
    except EngineError as error:
        said = str(error)
    else:
        said = ""
    assert server.password not in said
    return said


def test_a_login_that_may_do_all_that_litellm_does_is_taken_and_nothing_is_left_of_the_look(
    server: ManagedRedis, user: str, engine: docker.DockerClient
) -> None:
    before = server.cli("DBSIZE")
    assert refusal(server.url(user, server.login(user)), server.ca) == ""
    assert server.cli("DBSIZE") == before
    assert engine.containers.list(all=True, filters={"label": f"{STACK_LABEL}={STACK}"}) == []


def test_a_certificate_of_somebody_else_is_refused(server: ManagedRedis, user: str) -> None:
    said = refusal(server.url(user, server.login(user)), authority("somebody else").pem)
    assert "no Redis answers at" in said
    assert "certificate verify failed" in said


def test_a_server_that_wants_tls_does_not_answer_without(server: ManagedRedis, user: str) -> None:
    assert "no Redis answers at" in refusal(server.url(user, server.login(user), scheme="redis"), None)


def test_a_wrong_password_is_called_one(server: ManagedRedis, user: str) -> None:
    server.login(user)
    assert "AuthenticationError: invalid username-password pair" in refusal(
        server.url(user, "canary-wrong-password"), server.ca
    )


def test_a_login_that_may_too_little_is_told_all_of_it_at_once(server: ManagedRedis, user: str) -> None:
    password = server.login(user, "+@all", "-eval", "-incrbyfloat", "-lpop")
    said = refusal(server.url(user, password), server.ca)
    assert f"{user} may not use INCRBYFLOAT, EVAL, LPOP, which LiteLLM needs" in said
    assert "nothing was touched" in said


def test_a_copy_that_can_only_be_read_is_refused(server: ManagedRedis, user: str) -> None:
    password = server.login(user)
    server.cli("REPLICAOF", "127.0.0.1", "1")
    try:
        said = refusal(server.url(user, password), server.ca)
    finally:
        server.cli("REPLICAOF", "NO", "ONE")
    assert "it can only be read: name the primary" in said


@pytest.mark.parametrize("verified", [True, False])
def test_an_image_that_cannot_look_is_named_and_nothing_is_left_of_the_look(
    server: ManagedRedis, user: str, engine: docker.DockerClient, verified: bool
) -> None:
    cache = parsed(server.url(user, server.login(user)), server.ca if verified else None)
    why = "does not take /app/" if verified else r"images\.litellm could not look at .*: .*python3: not found"
    with pytest.raises(EngineError, match=why):
        external.check(cache, label=STACK, image=default_images()["redis"])
    assert engine.containers.list(all=True, filters={"label": f"{STACK_LABEL}={STACK}"}) == []
