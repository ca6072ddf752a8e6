"""The end of a stack on a Swarm: its network can go once no node has a container on it any more.

A service is removed at once, its containers end later, on their nodes, and a Swarm refuses to remove a network that
they are on.
"""

from __future__ import annotations

import time
from typing import Any

import pulumi
from docker.errors import NotFound
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider

from engine.api import EngineError, connect
from engine.swarm.tasks import is_over

POLL_SECONDS = 0.5


class VacatedProvider(ResourceProvider):
    """Waits for the last task on a network. Stateless, so that Pulumi stores it by reference."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Another network has an end of its own."""
        replaces = ["network_id"] if _olds["network_id"] != _news["network_id"] else []
        return DiffResult(changes=bool(replaces), replaces=replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Begin."""
        return CreateResult(id_=props["network_id"], outs=props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Wait until no task is on the network."""
        client = connect()
        deadline = time.monotonic() + _props["timeout"]
        try:
            while _is_used(client, _props["network_id"]):
                if time.monotonic() > deadline:
                    raise EngineError(
                        f"containers of removed services have not ended within {_props['timeout']:.0f} s, and the"
                        " network cannot go before them; run it again"
                    )
                time.sleep(POLL_SECONDS)
        except NotFound:
            return
        finally:
            client.close()


class Vacated(Resource, module="engine", name="Vacated"):
    """What services depend on that are on a network: it goes after them, and waits up to `timeout` seconds."""

    network_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        network_id: pulumi.Input[str],
        timeout: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(VacatedProvider(), name, {"network_id": network_id, "timeout": timeout}, opts)


def _is_used(client: Any, network_id: str) -> bool:
    return any(
        attachment["Network"]["ID"] == network_id
        for task in client.api.tasks()
        if not is_over(task)
        for attachment in task.get("NetworksAttachments") or ()
    )
