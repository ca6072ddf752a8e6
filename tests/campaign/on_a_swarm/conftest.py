"""The fixtures of the tests on one host, with a Swarm below: asked at a node that the program does not talk to."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.e2e import routed as routing
from tests.e2e.conftest import CANARY, stack_config
from tests.e2e.fleet import Host, fleet
from tests.e2e.gateway import Gateway
from tests.e2e.stack import Stack
from tests.e2e.swarm_stack import declared, there, url

COVERS = ("components", "config", "engine", "litellm_admin", "policy", "verification")
ROUTED_PORTS = {"gateway": 4004, "prometheus": 9094}
"""The defaults are the other stack's, on every node."""


@pytest.fixture(scope="package")
def hosts() -> Iterator[list[Host]]:
    """Two nodes; the first is the manager."""
    with fleet(2) as hosts:
        yield hosts


@pytest.fixture(scope="package")
def stack(hosts: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The stack of the tests on one host. It goes with the hosts, whatever happens."""
    manager, worker = hosts
    stack = declared(manager, data=worker, folder=tmp_path_factory.mktemp("on-a-swarm"))
    stack.configure({**stack_config(), "ports": {}, **there(stack)})
    stack.encrypt("secrets.OPENAI_API_KEY", CANARY)
    stack.up()
    return stack


@pytest.fixture(scope="package")
def routed(hosts: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Iterator[routing.Routed]:
    """The stack whose models are deployments of the tests' own provider, which runs on the manager."""
    manager, worker = hosts
    stack = declared(manager, data=worker, folder=tmp_path_factory.mktemp("routed"))
    stack.configure({**routing.config(), "ports": ROUTED_PORTS, **there(stack)})
    with routing.running(manager.engine, stack, at=manager.address) as running:
        yield running


@pytest.fixture
def gateway(stack: Stack, hosts: list[Host]) -> Iterator[Gateway]:
    """The edge of the worker."""
    outputs = stack.outputs()
    with httpx.Client(base_url=url(hosts[1]), timeout=60) as client:
        yield Gateway(client=client, keys=outputs["virtualKeys"], master_key=outputs["masterKey"])
