"""The passphrases of backups that outlive their stack: kept on the host when `make down` takes the stack's state away.

They are in a folder next to the backups and not among them: a copy of the backups takes no passphrase along.
"""

from __future__ import annotations

import json
from pathlib import Path

from supply.folders import Folders
from supply.private_file import private_folder, write_private

FOLDER = "backup-passphrases"
SUFFIX = ".backup.tar"
"""The end of a backup's name (backup/take.py)."""


def file_of(folders: Folders, stack: str) -> Path:
    """Return the file with the passphrases of a stack's backups: a JSON list, the newest first."""
    return folders.data / FOLDER / stack


def backups_of(folders: Folders, stack: str) -> list[Path]:
    """Return the backups of a stack that are on this host."""
    return sorted((folders.data / "backups" / stack).glob(f"*{SUFFIX}"))


def kept(folders: Folders, stack: str) -> list[str]:
    """Return the passphrases that were kept, the newest first."""
    file = file_of(folders, stack)
    passphrases: list[str] = json.loads(file.read_text()) if file.exists() else []
    return passphrases


def keep(folders: Folders, stack: str, passphrase: str) -> Path:
    """Keep a passphrase for the owner alone to read (mode 0600, folder 0700) and return the file."""
    file = file_of(folders, stack)
    private_folder(file.parent)
    passphrases = dict.fromkeys([passphrase, *kept(folders, stack)])
    write_private(file, json.dumps(list(passphrases), indent=1) + "\n")
    return file
