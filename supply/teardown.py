"""`make down`: everything goes, but a protected database only where the user says so."""

from __future__ import annotations

import sys

from supply.process import run
from supply.stack import Stack

VOLUME = "docker:index/volume:Volume"


def tear_down(stack: Stack) -> None:
    """Destroy the stack; ask before a protected database, and keep it with its secrets unless the answer is yes."""
    resources = stack.resources()
    protected = [resource for resource in resources if resource.get("protect")]
    if not protected:
        stack.stream("destroy", "--yes", "--skip-preview")
        return
    volumes = [str(resource["id"]) for resource in protected if resource["type"] == VOLUME]
    if not _agreed(stack, volumes):
        stack.place.console.say("The database and its secrets stay; `make up` brings the stack back with them.")
        stack.stream("destroy", "--yes", "--skip-preview", "--exclude-protected")
        return
    stack.unprotect()
    stack.stream("destroy", "--yes", "--skip-preview")
    # Pulumi was told to retain protected volumes; they go now, by the same word.
    for volume in volumes:
        run(["docker", "volume", "rm", "--force", volume], what=f"Removing {volume}", env=stack.place.environment)


def _agreed(stack: Stack, volumes: list[str]) -> bool:
    """Tell whether the user wants the database gone: by DELETE_DATABASE, or by typing the stack's name."""
    if "DELETE_DATABASE" in stack.place.environment:
        return stack.place.environment["DELETE_DATABASE"] == stack.name
    if not sys.stdin.isatty():
        return False
    stack.place.console.say(
        f"Stack {stack.name} protects its database (volume {', '.join(volumes)}): every virtual key and all spend.\n"
        "To delete it too, type the stack's name; anything else keeps it."
    )
    return input("> ").strip() == stack.name
