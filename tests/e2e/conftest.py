"""One real stack for all end-to-end tests: up before the first, gone after the last, whatever happens."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
import httpx
import pytest

from tests.e2e import routed as routing
from tests.e2e import salted as salt
from tests.e2e.fleet import Host, fleet
from tests.e2e.gateway import Gateway
from tests.e2e.leftovers import no_leftovers, remove
from tests.e2e.stack import PREFIX, Stack, free_port

CANARY = "sk-canary-e2e-0123456789abcdef"
"""A provider's key that must not show up anywhere in clear."""

ONE_CALL = 0.00002
"""US dollars: more than one answer of the offline chat model costs, and less than two."""

MOST_CONNECTIONS = 120
"""What Postgres takes: not what it takes by itself."""


def stack_config() -> dict[str, Any]:
    """Return a config like Pulumi.dev.yaml's, with a budget of each kind that can be spent in a few calls."""
    return {
        "proxy": {
            "model_list": [
                {
                    "model_name": "chat",
                    "litellm_params": {"model": "openai/gpt-4o-mini", "mock_response": "first answer"},
                },
                {
                    "model_name": "slow",
                    "litellm_params": {"model": "openai/gpt-4o-mini", "mock_response": "slow answer", "mock_delay": 2},
                },
                {
                    "model_name": "embeddings",
                    "litellm_params": {"model": "openai/text-embedding-3-small", "mock_response": [0.1, 0.2, 0.3]},
                    "model_info": {"mode": "embedding"},
                },
                {
                    "model_name": "provider",
                    "litellm_params": {"model": "openai/gpt-4o", "api_key": "os.environ/OPENAI_API_KEY"},
                },
            ],
            "litellm_settings": {
                "max_budget": 5,
                "max_end_user_budget": ONE_CALL,
                "budget_duration": "1d",
                "cache": True,
                "cache_params": {"type": "local", "ttl": 60, "mode": "default_off"},
            },
        },
        "access": {
            "budgets": {
                "HyperBudget": {"max_budget": 0.5, "budget_duration": "1d"},
                "tiny": {"max_budget": ONE_CALL, "budget_duration": "1d"},
            },
            "customers": {"HyperUser": {"budget": "HyperBudget"}, "TinyUser": {"budget": "tiny"}},
            "keys": {
                "chat-app": {"models": ["chat", "embeddings"], "max_budget": 1, "budget_duration": "1d"},
                "chat-only": {"models": ["chat"]},
                "loader": {"models": ["chat", "slow"]},
                "spender": {"models": ["chat"], "max_budget": ONE_CALL, "budget_duration": "1d"},
            },
            "keyGroups": {
                "class": {
                    "fields": {"models": ["chat"], "max_budget": 1, "budget_duration": "1d"},
                    "keys": {"pupil-1": {}, "pupil-2": {"models": ["embeddings"]}},
                }
            },
        },
        "database": {"maxConnections": MOST_CONNECTIONS},
        # Once a minute instead of every five: what /metrics/ says of those who ask nothing is read from the database.
        "environment": {"PROMETHEUS_BUDGET_METRICS_REFRESH_INTERVAL_MINUTES": "1"},
        "ports": {"gateway": free_port(), "prometheus": free_port()},
        "protect": False,
    }


@pytest.fixture(scope="session")
def engine() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


@contextmanager
def running_stack(engine: docker.DockerClient, folder: Path) -> Iterator[Stack]:
    """Bring up a stack of that config, and remove it at the end."""
    with no_leftovers(engine, PREFIX):
        stack = Stack(folder=folder, config=stack_config())
        try:
            stack.encrypt("secrets.OPENAI_API_KEY", CANARY)
            stack.up()
            yield stack
        finally:
            stack.run("destroy", "--yes", "--skip-preview")
            remove(engine, f"litellm-stack/{stack.name}")


@pytest.fixture(scope="session")
def stack(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack that most of the tests share (tests/conftest.py)."""
    with running_stack(engine, tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def routed(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[routing.Routed]:
    with no_leftovers(engine, routing.PREFIX):
        folder = tmp_path_factory.mktemp("routed")
        stack = Stack(folder=folder, config=routing.config(), name=f"{routing.PREFIX}{secrets.token_hex(3)}")
        try:
            with routing.running(engine, stack) as running:
                yield running
        finally:
            stack.run("destroy", "--yes", "--skip-preview")
            remove(engine, f"litellm-stack/{stack.name}")


@pytest.fixture(scope="module")
def salted(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose database holds a model, a credential and a key with a secret of its own."""
    with salt.running(engine, tmp_path_factory.mktemp("salt")) as running:
        yield running


@pytest.fixture(scope="module")
def hosts() -> Iterator[list[Host]]:
    """Two nodes of a Swarm, the first one the manager: a fresh one for each file that asks for it."""
    with fleet(2) as hosts:
        yield hosts


@pytest.fixture
def gateway(stack: Stack) -> Iterator[Gateway]:
    outputs = stack.outputs()
    with httpx.Client(base_url=outputs["gatewayUrl"], timeout=60) as client:
        yield Gateway(client=client, keys=outputs["virtualKeys"], master_key=outputs["masterKey"])
