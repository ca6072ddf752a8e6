"""The provider that the tests' proxies ask: a container on a stack's network, told what to do from here."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
import httpx

from config.settings import default_images
from engine.identity import STACK_LABEL
from tests.e2e.stack import Stack, free_port
from tests.e2e.upstream_server import PORT

HOST = "upstream"
SERVER = Path(__file__).with_name("upstream_server.py")
START_SECONDS = 30


def address(name: str) -> str:
    """Return the base URL of a deployment as the proxy sees it."""
    return f"http://{HOST}:{PORT}/{name}/v1"


class Upstream:
    """What the tests tell the provider, and what it has seen."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def tell(self, name: str, **behaviour: Any) -> None:
        """Have a deployment answer with `status`, after `delay` seconds, with `error` as OpenAI words it."""
        self._client.put(f"/control/{name}", json=behaviour).raise_for_status()

    def reset(self) -> None:
        """Have every deployment answer well, and forget what was seen."""
        self._client.delete("/control").raise_for_status()

    @property
    def calls(self) -> Mapping[str, int]:
        """How often each deployment was asked."""
        seen: dict[str, int] = self._seen()["calls"]
        return seen

    @property
    def kept(self) -> list[dict[str, str]]:
        """What was sent that is no chat: `path`, `authorization`, `body`."""
        seen: list[dict[str, str]] = self._seen()["kept"]
        return seen

    def _seen(self) -> dict[str, Any]:
        seen: dict[str, Any] = self._client.get("/control").raise_for_status().json()
        return seen


@contextmanager
def upstream(engine: docker.DockerClient, stack: Stack, *, at: str = "127.0.0.1") -> Iterator[Upstream]:
    """Run the provider on the network of a stack that is up, and reach it `at` an address of the engine's host."""
    port = free_port()
    container = engine.containers.run(
        default_images()["litellm"],
        detach=True,
        entrypoint=["python3", "-c", SERVER.read_text(encoding="utf-8")],
        name=f"{stack.prefix}{HOST}",
        labels={STACK_LABEL: f"litellm-stack/{stack.name}"},
        network=f"{stack.prefix}network",
        networking_config={f"{stack.prefix}network": docker.types.EndpointConfig("1.43", aliases=[HOST])},
        ports={f"{PORT}/tcp": (at, port)},
    )
    try:
        with httpx.Client(base_url=f"http://{at}:{port}", timeout=10, trust_env=False) as client:
            _wait(client)
            yield Upstream(client)
    finally:
        container.remove(v=True, force=True)


def _wait(client: httpx.Client) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            client.get("/control").raise_for_status()
        except httpx.HTTPError:
            assert time.monotonic() < deadline, "the provider did not start"
            time.sleep(0.2)
        else:
            return
