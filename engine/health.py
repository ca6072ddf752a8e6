"""Waiting until a container is healthy. Pulumi-docker can wait too, but without a word of the log when it fails."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pulumi
from docker.errors import NotFound
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from engine.api import EngineError, connect
from engine.logs import last_lines

if TYPE_CHECKING:
    import pulumi_docker
    from docker.models.containers import Container

POLL_SECONDS = 0.2
RESTARTS_OF_A_CRASH_LOOP = 2


class HealthyProvider(ResourceProvider):
    """Waits for the health check of a container. Stateless, so that Pulumi stores it by reference."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Another container has to be waited for; another patience alone has not."""
        return DiffResult(changes=_olds.get("container_id") != _news.get("container_id"))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Wait until the container is healthy."""
        wait_until_healthy(props["container_id"], timeout=props["timeout"])
        return CreateResult(id_=props["container_name"], outs=props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Wait until the new container is healthy."""
        wait_until_healthy(_news["container_id"], timeout=_news["timeout"])
        return UpdateResult(outs=_news)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Report a container that is not healthy as gone, so that the next update waits for its repair."""
        client = connect()
        try:
            healthy = _health(client.containers.get(props["container_id"])) == "healthy"
        except NotFound:
            healthy = False
        finally:
            client.close()
        return ReadResult(id_, props) if healthy else ReadResult(None, {})


class Healthy(Resource, module="engine", name="Healthy"):
    """A container that passed its health check. What depends on this one starts after that."""

    container_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        container: pulumi_docker.Container,
        *,
        timeout: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"container_id": container.id, "container_name": container.name, "timeout": timeout}
        super().__init__(HealthyProvider(), name, inputs, opts)


def wait_until_healthy(container_id: str, *, timeout: float) -> None:
    """Return when the container is healthy.

    Raises EngineError with the last lines of its log after `timeout` seconds, or as soon as it keeps crashing.
    """
    client = connect()
    deadline = time.monotonic() + timeout
    try:
        container = client.containers.get(container_id)
        while (health := _health(container)) != "healthy":
            if health == "crashing":
                raise EngineError(
                    f"container {container.name} keeps stopping; its log ends with\n{last_lines(container)}"
                )
            if time.monotonic() > deadline:
                raise EngineError(
                    f"container {container.name} is not healthy after {timeout:.0f} s (startTimeout);"
                    f" its log ends with\n{last_lines(container)}"
                )
            time.sleep(POLL_SECONDS)
            container.reload()
    except NotFound:
        raise EngineError(
            "the container was removed while the stack waited for its health; run the update again"
        ) from None
    finally:
        client.close()


def _health(container: Container) -> str:
    """Return `healthy`, `crashing`, or what the engine calls the state in between."""
    state = container.attrs["State"]
    if container.attrs["RestartCount"] >= RESTARTS_OF_A_CRASH_LOOP or state["Status"] in ("dead", "exited"):
        return "crashing"
    health: str = state["Health"]["Status"] if state["Running"] else state["Status"]
    return health
