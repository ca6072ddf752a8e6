"""State and passphrase: the user's own where there are any, else a local backend that belongs to the user."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from supply.errors import SupplyError
from supply.folders import Folders
from supply.private_file import private_folder

BACKEND = "PULUMI_BACKEND_URL"
PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"  # noqa: S105  # a variable's name
PASSPHRASE_FILE = "PULUMI_CONFIG_PASSPHRASE_FILE"  # noqa: S105
PROJECT_BACKEND = re.compile(r"^backend:\s*(?:#.*)?$|^backend:\s*\{", re.MULTILINE)
PASSPHRASE_BYTES = 32


def prepare(environment: Mapping[str, str], *, folders: Folders, checkout: Path) -> dict[str, str]:
    """Return what Pulumi's environment needs beside the user's own; make the local backend and its passphrase once.

    Nothing is made where the user has a backend or a passphrase, each for itself; a passphrase only for our backend.
    """
    if has_backend(environment, folders=folders, checkout=checkout):
        return {}
    private_folder(folders.state)
    additions = {BACKEND: f"file://{folders.state}"}
    if PASSPHRASE not in environment and PASSPHRASE_FILE not in environment:
        additions[PASSPHRASE_FILE] = str(_passphrase(folders))
    return additions


def has_backend(environment: Mapping[str, str], *, folders: Folders, checkout: Path) -> bool:
    """Whether the user chose a backend: in the environment, by `pulumi login`, or in Pulumi.yaml."""
    if environment.get(BACKEND):
        return True
    if PROJECT_BACKEND.search((checkout / "Pulumi.yaml").read_text()):
        return True
    try:
        credentials = json.loads((folders.pulumi_home / "credentials.json").read_text())
    except (OSError, ValueError):
        return False
    return bool(isinstance(credentials, dict) and credentials.get("current"))


def stack_files(state: Path) -> list[Path]:
    """Return the stacks of a local backend."""
    return [file for file in (state / ".pulumi" / "stacks").rglob("*") if file.suffix in {".json", ".gz", ".zst"}]


def _passphrase(folders: Folders) -> Path:
    file = folders.passphrase
    if not file.exists():
        stacks = stack_files(folders.state)
        if stacks:
            raise SupplyError(
                f"The passphrase file {file} is gone, and the state in {folders.state} holds secrets encrypted with it "
                f"(stacks: {', '.join(sorted(stack.name.split('.')[0] for stack in stacks))})",
                mend=f"Restore the file from a backup, or point {PASSPHRASE_FILE} at a copy. Without it the secrets "
                f"are lost: then remove the containers by hand, and {folders.state} with them, to start anew.",
            )
        _write_once(file, secrets.token_urlsafe(PASSPHRASE_BYTES))
    if file.stat().st_mode & 0o077:
        file.chmod(0o600)
    return file


def _write_once(file: Path, content: str) -> None:
    """Write a private file whole; where another run was first, its content stays."""
    private_folder(file.parent)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()
