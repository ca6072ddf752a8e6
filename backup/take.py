"""Taking a backup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from backup import archive, database
from backup.errors import BackupError
from backup.manifest import Manifest
from engine.api import connect
from engine.folders import data_folder
from postgres_admin.beside import Beside

SUFFIX = ".backup.tar"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is backed up: the database in a container, and the secrets that its content is useless without.

    `salt_keys` are those that rows may be encrypted with, newest first. `place` is from where to reach the database,
    unless that is inside its container. None of the secrets shows in its repr.
    """

    stack: str
    container: str
    litellm_image: str
    salt_keys: Sequence[str]
    seed: str
    place: Beside | None = None

    def __repr__(self) -> str:
        return f"Subject({self.stack!r})"


def take(subject: Subject, *, passphrase: str) -> Path | None:
    """Write a backup into the user's data folder and return its file; None where there is nothing to save.

    Raises BackupError, or EngineError where no engine answers.
    """
    client = connect()
    try:
        with (
            database.engine_errors(f"the backup of stack {subject.stack}"),
            database.opened(client, subject.container, place=subject.place) as found,
        ):
            if found is None or found.is_empty:
                return None
            now = datetime.now(UTC)
            file = _folder(subject.stack) / f"{subject.stack}-{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
            manifest = Manifest(
                stack=subject.stack,
                taken=now.isoformat(timespec="seconds"),
                postgres_major=found.major,
                litellm_image=subject.litellm_image,
                salt_keys=list(subject.salt_keys),
                seed=subject.seed,
            )
            archive.write(file, manifest=manifest, dump=found.dump(), passphrase=passphrase)
            return file
    finally:
        client.close()


def existing(stack: str) -> list[Path]:
    """Return the backups of a stack that this host has, the newest first."""
    return sorted(_place(stack).glob(f"*{SUFFIX}"), reverse=True)


def _place(stack: str) -> Path:
    return data_folder() / "backups" / stack


def _folder(stack: str) -> Path:
    folder = _place(stack)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BackupError(f"the folder {folder} for backups cannot be made: {error}") from None
    return folder
