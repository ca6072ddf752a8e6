"""A look at something outside, from a container: before anything of a stack is made, so on Docker's own network."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from docker.errors import APIError, ImageNotFound

from engine.api import EngineError
from engine.identity import COMPONENT_LABEL, OWNER_LABEL, STACK_LABEL, engine_name

if TYPE_CHECKING:
    from docker import DockerClient

NETWORK = "bridge"
"""Docker's own network: a new stack has none yet."""


def prepare(client: DockerClient, *, label: str, component: str, image: str, setting: str) -> None:
    """Have the `image` that `setting` names, and remove what a look of the stack with `label` left that was killed.

    Raises EngineError where there is no image, or no network to look from.
    """
    if NETWORK not in [network.name for network in client.networks.list()]:
        raise EngineError(
            f"the Docker engine has no network `{NETWORK}` (it runs with `--bridge=none`), from which a preview looks"
            " at what others run; let it have one"
        )
    try:
        client.images.get(image)
    except ImageNotFound:
        try:
            client.images.pull(image)
        except APIError as error:
            raise EngineError(f"{setting}: {image} cannot be pulled: {error.explanation}") from None
    filters: Any = {
        "label": [f"{STACK_LABEL}={label}", f"{COMPONENT_LABEL}={component}"],
        # One that is created may be another preview's, about to start.
        "status": "exited",
    }
    for ended in client.containers.list(all=True, filters=filters, ignore_removed=True):
        ended.remove(v=True, force=True)


def name(label: str, component: str) -> str:
    """Return a name that no other look has: two previews may be at work."""
    return f"{engine_name(label, component)}-{secrets.token_hex(3)}"


def labels(label: str, component: str) -> dict[str, str]:
    """Return the labels of a look at `component` for the stack with `label`."""
    return {STACK_LABEL: label, COMPONENT_LABEL: component, OWNER_LABEL: component}


def refuse(what: str, reasons: Iterable[str]) -> None:
    """Raise EngineError with all `reasons` why `what` cannot be used, if there are any."""
    if listed := "\n".join(f"  - {reason}" for reason in reasons):
        raise EngineError(f"{what} cannot be used; nothing was touched:\n{listed}")
