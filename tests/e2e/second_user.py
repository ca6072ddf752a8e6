"""A second user: a stack with the name of another one, and a state and a passphrase of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.stack import Stack, free_port


def second(stack: Stack, folder: Path, **config: Any) -> Stack:
    """Return a stack of the same name in a state of its own, on other ports; it declares nothing secret."""
    ports = {"gateway": free_port(), "prometheus": free_port()}
    given = {name: value for name, value in stack.config.items() if name != "secrets"}
    other = Stack(folder=folder, config={**given, "ports": ports, **config}, name=stack.name)
    if "DOCKER_HOST" in stack.environment:
        other.environment["DOCKER_HOST"] = stack.environment["DOCKER_HOST"]
    return other


def created(stack: Stack) -> list[str]:
    """Return what the state records beside the stack itself and the engine's own provider."""
    resources = stack.checkpoint().get("resources") or []
    return [
        resource["urn"]
        for resource in resources
        if resource["type"] not in ("pulumi:pulumi:Stack", "pulumi:providers:pulumi")
    ]
