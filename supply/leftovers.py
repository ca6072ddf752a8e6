"""What `make down` leaves on a host, and how to remove it: only what really exists."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence

from supply import dotenv, kept_passphrase
from supply.errors import SupplyError
from supply.folders import Folders
from supply.images import LIST
from supply.process import capture
from supply.pulumi import Pulumi
from supply.stack import local_state, project_name, state_files
from supply.summary import ENV_FILE

SHELL = 'eval "$(make -s shell)"'


def described(pulumi: Pulumi, *, folders: Folders, volumes: Sequence[str]) -> str:
    """Return what remains of a stack with the command that removes each; empty if nothing does.

    volumes: those with the data of a stack whose database was kept.
    """
    found = [
        f"  {what}\n      {how}"
        for what, how in (
            *_data(pulumi, volumes),
            *_backups(folders, pulumi.stack),
            # The data that was kept needs both.
            *(() if volumes else _config(pulumi)),
            *_shared(pulumi, folders),
        )
    ]
    return "\n".join([f"What remains of stack {pulumi.stack}, and how to remove it:", *found]) if found else ""


def _data(pulumi: Pulumi, volumes: Sequence[str]) -> Iterator[tuple[str, str]]:
    if volumes:
        yield (
            f"the data, in {', '.join(volumes)}, and the secrets that it needs, in the state",
            f"make down STACK={pulumi.stack} DELETE_DATABASE={pulumi.stack}",
        )


def _backups(folders: Folders, stack: str) -> Iterator[tuple[str, str]]:
    backups, passphrase = kept_passphrase.backups_of(folders, stack), kept_passphrase.file_of(folders, stack)
    both = [str(backups[0].parent)] if backups else []
    if passphrase.exists():
        both.append(str(passphrase))
    if backups:
        opened = f", and the passphrase that opens them in {passphrase}" if passphrase.exists() else ""
        yield f"{len(backups)} backup(s) in {backups[0].parent}{opened}", f"rm -r {shlex.join(both)}"
    elif both:
        yield f"the passphrase of backups that are elsewhere, in {passphrase}", f"rm {shlex.join(both)}"


def _config(pulumi: Pulumi) -> Iterator[tuple[str, str]]:
    file = pulumi.checkout / f"Pulumi.{pulumi.stack}.yaml"
    state = local_state(pulumi)
    if state is None or state_files(state, project_name(pulumi.checkout), pulumi.stack):
        yield (
            "the stack's entry in the state. `pulumi stack rm` without --preserve-config, which Pulumi suggests,"
            f" deletes {file.name} as well",
            f"{SHELL} && pulumi stack rm --preserve-config --stack {shlex.quote(pulumi.stack)}",
        )
    if file.exists():
        yield f"the stack config {file.name}; commit it if the stack may come back", f"rm {shlex.quote(str(file))}"
    env = pulumi.checkout / ENV_FILE
    if (owner := dotenv.owner(env)) and owner[0] == pulumi.stack:
        yield f"the .env of an application with a key of the stack: {env}", f"rm {shlex.quote(str(env))}"


def _shared(pulumi: Pulumi, folders: Folders) -> Iterator[tuple[str, str]]:
    wanted = set(json.loads((pulumi.checkout / LIST).read_text()).values())
    images = sorted(wanted & set(_images(pulumi)))
    if images:
        yield "images, which other stacks on this host use as well", f"docker image rm {shlex.join(images)}"
    if folders.cache.exists():
        yield "tools and packages, which other stacks use as well", f"rm -r {shlex.quote(str(folders.cache))}"


def _images(pulumi: Pulumi) -> list[str]:
    command = ["docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]
    try:
        return capture(command, what="Listing images", env=pulumi.environment).split()
    except SupplyError:
        # The list is a help; what was to be removed has been removed.
        return []
