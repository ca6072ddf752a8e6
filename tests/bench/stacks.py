"""Stacks to be measured: of their own name, ports and state, and gone in the end."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from engine.identity import COMPONENT_LABEL, STACK_LABEL
from tests.e2e.leftovers import no_leftovers, remove
from tests.e2e.stack import Stack, free_port

PREFIX = "bench-"
KEY = "chat-app"


def config(*, replicas: int = 1, **more: Any) -> dict[str, Any]:
    """Return a stack config whose model answers by itself, at once."""
    model = {"model": "openai/gpt-4o-mini", "mock_response": "Hello."}
    return {
        "proxy": {"model_list": [{"model_name": "chat", "litellm_params": model}]},
        "access": {"keys": {KEY: {"models": ["chat"]}}},
        "ports": {"gateway": free_port(), "prometheus": free_port()},
        "protect": False,
        "replicas": replicas,
        **more,
    }


@contextmanager
def stack(engine: docker.DockerClient, settings: Mapping[str, Any]) -> Iterator[Stack]:
    """Make a stack that is not up yet; what it runs is removed in the end."""
    with no_leftovers(engine, PREFIX), tempfile.TemporaryDirectory(prefix="litellm-stack-bench.") as folder:
        made = Stack(folder=Path(folder), config=dict(settings), name=f"{PREFIX}{secrets.token_hex(3)}")
        try:
            yield made
        finally:
            try:
                made.run("destroy", "--yes", "--skip-preview")
            finally:
                remove(engine, label(made))  # where it fails, or is interrupted


def label(made: Stack) -> str:
    """Return the value of the label that all of a stack's containers have."""
    return f"litellm-stack/{made.name}"


def containers(engine: docker.DockerClient, made: Stack, component: str) -> list[Container]:
    """Return a component's running containers."""
    wanted = [f"{STACK_LABEL}={label(made)}", f"{COMPONENT_LABEL}={component}"]
    return list(engine.containers.list(filters={"label": wanted}))


def address(container: Container) -> str:
    """Return a container's address in the stack's network."""
    [network] = container.attrs["NetworkSettings"]["Networks"].values()
    return str(network["IPAddress"])


def cpu_seconds(container: Container) -> float:
    """Return the processor time that a container has used."""
    stats: Any = container.stats(stream=False, one_shot=True)  # an iterator only where they are streamed
    return float(stats["cpu_stats"]["cpu_usage"]["total_usage"]) / 1e9
