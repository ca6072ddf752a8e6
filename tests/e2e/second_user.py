"""A second user: a stack with the name of another one, and a state and a passphrase of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.stack import Stack, free_port


def second(stack: Stack, folder: Path, **config: Any) -> Stack:
    """Return a stack of the same name in a state of its own, on other ports and with secrets of its own."""
    ports = {"gateway": free_port(), "prometheus": free_port()}
    given = {name: value for name, value in stack.config.items() if name != "secrets"}
    other = Stack(folder=folder, config={**given, "ports": ports, **config}, name=stack.name)
    if "DOCKER_HOST" in stack.environment:
        other.environment["DOCKER_HOST"] = stack.environment["DOCKER_HOST"]
    for name in stack.config.get("secrets", {}):
        other.encrypt(f"secrets.{name}", "sk-of-the-second-user-0123456789")
    return other


def created(stack: Stack) -> list[str]:
    """Return what the state records next to the stack itself and the engine's own provider."""
    resources = stack.checkpoint().get("resources") or []
    return [
        resource["urn"]
        for resource in resources
        if resource["type"] not in ("pulumi:pulumi:Stack", "pulumi:providers:pulumi")
    ]
