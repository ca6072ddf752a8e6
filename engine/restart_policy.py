"""What the engine does with a container that crashed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docker.models.containers import Container

UNLESS_STOPPED = "unless-stopped"
NO = "no"


def change(container: Container, policy: str) -> None:
    """Give a container another policy, while it runs."""
    value: Any = {"Name": policy}  # docker-py's types know two of the four
    container.update(restart_policy=value)
