"""Take and restore backups by hand: `python -m backup take|restore`, with what to do as JSON on standard input.

The input holds `backup`, what the state records of the stack's Backup resource, `salt_key`, that of its encrypted rows,
and for `restore` also `migration` (the stack's migration job), `label`, `file`, `passphrases`, `confirmed`, `declared`
(what the config declares in `section`) and `seeds` (all that the stack has had). It comes on standard input, because
arguments and environment can be read by others.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backup import restore
from backup.archive import Archive, OtherPassphraseError
from backup.collisions import Declared
from backup.errors import BackupError
from backup.take import Subject, take
from engine.api import EngineError
from postgres_admin import beside


def main(arguments: Sequence[str]) -> int:
    """Do what is asked for; return the exit status."""
    given: dict[str, Any] = json.load(sys.stdin)
    try:
        if arguments[0] == "take":
            _take(given["backup"], salt_key=str(given["salt_key"]))
        else:
            _restore(given)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _take(recorded: Mapping[str, Any], *, salt_key: str) -> None:
    subject = Subject(
        stack=str(recorded["stack"]),
        container=str(recorded["container"]),
        litellm_image=str(recorded["litellm_reference"]),
        salt_keys=list(dict.fromkeys([salt_key, *recorded["salt_keys"]])),
        seed=str(recorded["seed"]),
        place=beside.recorded(recorded),
    )
    file = take(subject, passphrase=str(recorded["passphrase"]))
    if file is None:
        raise BackupError(f"stack {subject.stack} has no database to save; bring it up: make up STACK={subject.stack}")
    print(file)


def _restore(given: Mapping[str, Any]) -> None:
    recorded = given["backup"]
    target = restore.Target(
        stack=str(recorded["stack"]),
        label=str(given["label"]),
        container=str(recorded["container"]),
        litellm_image=str(recorded["litellm_reference"]),
        salt_key=str(given["salt_key"]),
        migration=given["migration"],
        declared=[Declared(**each) for each in given["declared"]],
        section=str(given["section"]),
        seeds=given["seeds"],
        place=beside.recorded(recorded),
    )
    backup = _opened(Path(given["file"]), given["passphrases"])
    print(f"  backup of stack {backup.manifest.stack}, taken {backup.manifest.taken}", flush=True)
    restore.restore(backup, target, confirmed=bool(given["confirmed"]), say=lambda text: print(f"  {text}", flush=True))


def _opened(file: Path, passphrases: Sequence[str]) -> Archive:
    """Open a backup with the first passphrase that fits; the error about the last one if none does."""
    for passphrase in passphrases[:-1]:
        try:
            return Archive(file, passphrase=passphrase)
        except OtherPassphraseError:
            continue
    return Archive(file, passphrase=passphrases[-1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
