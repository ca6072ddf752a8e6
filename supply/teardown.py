"""`make down`: remove what the stack made, and ask before a protected database goes with it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from supply import kept_passphrase, leftovers
from supply.backups import passphrases_in
from supply.console import Console
from supply.errors import SupplyError
from supply.folders import Folders
from supply.process import capture, run, succeeds
from supply.pulumi import Pulumi

ASSENT = "DELETE_DATABASE"
VOLUME = "pulumi-python:dynamic/engine:Volume"
OF_PULUMI_DOCKER = "docker:index/volume:Volume"
"""In the state of a stack that was last updated by an earlier version (engine/volume.py)."""
OWNER_LABEL = "io.litellm-stack.owner"
NODE_VOLUME = "pulumi-python:dynamic/engine:NodeVolume"
"""On a Swarm (engine/swarm/volume.py)."""


def protected_names(resources: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of the protected resources, as the program names them."""
    return [str(resource["urn"]).rpartition("::")[2] for resource in resources if resource.get("protect")]


def retained_volumes(resources: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the Docker volumes that outlive `pulumi destroy`, and the owner that the state records of each."""
    return {
        str(resource["outputs"]["name"]): _recorded_owner(resource["outputs"])
        for resource in resources
        if resource.get("type") in (VOLUME, OF_PULUMI_DOCKER)
        and resource.get("retainOnDelete")
        and resource.get("outputs")
    }


def _recorded_owner(outputs: Mapping[str, Any]) -> str:
    labels = outputs.get("labels") or ()
    listed = [str(label["value"]) for label in labels if isinstance(label, dict) and label.get("label") == OWNER_LABEL]
    return str(outputs.get("owner") or (listed[0] if listed else ""))


def remove(
    pulumi: Pulumi,
    *,
    console: Console,
    environment: Mapping[str, str],
    folders: Folders,
    ask: Callable[[str], str] = input,
) -> None:
    """Destroy the stack; of a protected one everything but its database and secrets, unless the user says otherwise.

    Print what remains on the host.
    """
    resources = pulumi.resources()
    volumes = _destroy(pulumi, resources, console=console, environment=environment, folders=folders, ask=ask)
    if remains := leftovers.described(pulumi, folders=folders, volumes=volumes):
        console.say(f"\n{remains}")


def _destroy(
    pulumi: Pulumi,
    resources: Sequence[Mapping[str, Any]],
    *,
    console: Console,
    environment: Mapping[str, str],
    folders: Folders,
    ask: Callable[[str], str],
) -> list[str]:
    """Destroy what is to go, and return the volumes that stay."""
    protected, volumes = protected_names(resources), retained_volumes(resources)
    if not protected:
        _keep_passphrase(pulumi, console=console, folders=folders)
        pulumi.run("destroy", "--yes", "--skip-preview")
        return [*volumes]
    console.say(f"Stack {pulumi.stack} protects {', '.join(protected)}.")
    if not _may_delete(pulumi.stack, environment=environment, ask=ask):
        console.say("They stay, and the next `make up` goes on with the same data; everything else is removed.")
        console.say(f"(To delete them too: make down STACK={pulumi.stack} {ASSENT}={pulumi.stack})")
        pulumi.run("destroy", "--exclude-protected", "--yes", "--skip-preview")
        return [*volumes] or protected
    console.say("They are deleted too.")
    _keep_passphrase(pulumi, console=console, folders=folders)
    pulumi.run("state", "unprotect", "--all", "--yes")
    pulumi.run("destroy", "--yes", "--skip-preview")
    for volume, owner in volumes.items():
        _remove_volume(volume, owner=owner, console=console)
    return []


def _keep_passphrase(pulumi: Pulumi, *, console: Console, folders: Folders) -> None:
    """Keep the passphrase that opens the stack's backups on this host: it goes with the state."""
    if not kept_passphrase.backups_of(folders, pulumi.stack):
        return
    for passphrase in reversed(passphrases_in(pulumi.resources_in_clear())):
        kept_passphrase.keep(folders, pulumi.stack, passphrase)
    file = kept_passphrase.file_of(folders, pulumi.stack)
    if file.exists():
        console.say(
            f"The stack's backups stay. The passphrase that opens them is kept in {file}, for you alone to read."
        )


def _remove_volume(volume: str, *, owner: str, console: Console) -> None:
    """Remove a volume, unless it has another owner than the state recorded."""
    if not succeeds(["docker", "volume", "inspect", volume]):
        return
    read = ["docker", "volume", "inspect", "--format", f'{{{{index .Labels "{OWNER_LABEL}"}}}}', volume]
    found = capture(read, what=f"Reading the labels of the volume {volume}").strip()
    if found != owner:
        console.say(f"  volume {volume} stays: it belongs to another Pulumi state (owner {found or 'unknown'})")
        return
    run(["docker", "volume", "rm", "--force", volume], what=f"Removing the volume {volume}")
    console.say(f"  removed volume {volume}")


def _may_delete(stack: str, *, environment: Mapping[str, str], ask: Callable[[str], str]) -> bool:
    given = environment.get(ASSENT)
    if given:
        if given != stack:
            raise SupplyError(
                f"{ASSENT} is {given!r}, and the stack is {stack!r}",
                mend=f"To delete the database of this stack: make down STACK={stack} {ASSENT}={stack}",
            )
        return True
    if not sys.stdin.isatty():
        return False
    return ask("Type the stack's name to delete the database for good, or press Enter to keep it: ").strip() == stack
