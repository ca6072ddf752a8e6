from __future__ import annotations

import itertools
import os
import secrets
from collections.abc import Iterator
from functools import cache

import docker
import httpx
import pytest

from litellm_admin import notices
from litellm_admin.api import transport
from litellm_admin.keys import derive_key
from litellm_admin.provisioner import ProvisionerProvider
from tests.integration.fault_proxy import FaultProxy, fault_proxy
from tests.integration.inputs_of_tests import Login, MakeKey, Props
from tests.integration.running_gateway import Gateway, running_gateway


@pytest.fixture(scope="session", autouse=True)
def closed_pools() -> Iterator[None]:
    """Close in the end what a provider's process leaves to its end."""
    opened: list[httpx.Client] = []
    make = transport._pool.__wrapped__

    @cache
    def pool(url: str) -> httpx.Client:
        opened.append(make(url))
        return opened[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport, "_pool", pool)
        yield
    for client in opened:
        client.close()


@pytest.fixture(autouse=True)
def fresh_notices() -> None:
    """Let each test see the notices that a run shows once."""
    notices._once.cache_clear()


@pytest.fixture(scope="session")
def gateway() -> Iterator[Gateway]:
    try:
        docker.from_env().close()
    except docker.errors.DockerException as error:
        # Where the tests have to run, one that cannot is a failure.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Docker engine: {error}")
    with running_gateway() as started:
        yield started


@pytest.fixture(scope="session")
def provisioner(gateway: Gateway) -> Props:
    """The inputs of the credential that the tests log in with."""
    inputs = {
        "url": gateway.url,
        "master_key": gateway.master_key,
        "key": derive_key(secrets.token_hex(), name="provisioner", rotation=1),
        "user_id": "provisioner",
        "key_alias": "provisioner",
    }
    ProvisionerProvider().create(inputs)
    return inputs


@pytest.fixture
def login(gateway: Gateway, provisioner: Props) -> Login:
    return {"url": gateway.url, "token": provisioner["key"]}


@pytest.fixture(scope="session")
def names() -> Iterator[str]:
    """Names that no other test has used."""
    return (f"test-{number}" for number in itertools.count())


@pytest.fixture
def name(names: Iterator[str]) -> str:
    return next(names)


@pytest.fixture
def make_key(login: Login, name: str) -> MakeKey:
    """Return the inputs of a key of this test with the given fields."""
    value = derive_key(secrets.token_hex(), name=name, rotation=1)
    return lambda **fields: {**login, "key": value, "key_alias": name, **fields}


@pytest.fixture
def faults(gateway: Gateway) -> Iterator[FaultProxy]:
    with fault_proxy(gateway.url) as proxy:
        yield proxy
