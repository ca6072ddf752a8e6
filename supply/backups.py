"""`make backup` and `make restore`: what the state knows, handed to `python -m backup`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from getpass import getpass
from pathlib import Path
from typing import Any

from supply import declared, kept_passphrase, tool
from supply.errors import SupplyError
from supply.folders import user_folders
from supply.pulumi import Pulumi

PASSPHRASE = "LITELLM_BACKUP_PASSPHRASE"  # noqa: S105  # the name of a variable
ASSENT = "CONFIRM"
_GENERATED = "::secrets-backup-passphrase"
_SEED = re.compile(r"::secrets-seed(-\d+)?$")
"""The end of the URN of each seed that the stack has had (components/secrets.py)."""
BACKUP, MIGRATION, SALT_KEY = "dynamic/backup:Backup", "dynamic/engine:Job", "dynamic/ciphertext:SaltKey"


def recorded(pulumi: Pulumi) -> dict[str, Any]:
    """Return what the state records of the stack's database, secrets in clear: for this process only."""
    resources = pulumi.resources_in_clear()
    found = {str(resource["type"]).partition(":")[2]: resource for resource in resources}
    if not {BACKUP, MIGRATION, SALT_KEY} <= found.keys():
        raise SupplyError(f"Stack {pulumi.stack} is not up", mend=f"Bring it up first: make up STACK={pulumi.stack}")
    # A rotated password is no reason to run the job again: its outputs are those of its last run.
    return {
        "backup": found[BACKUP]["outputs"],
        "migration": found[MIGRATION]["inputs"],
        # The backup's own may be one that was refused after it had been recorded.
        "salt_key": found[SALT_KEY]["outputs"]["salt_key"],
        "seeds": [resource["outputs"]["result"] for resource in resources if _SEED.search(str(resource.get("urn")))],
    }


def passphrase(pulumi: Pulumi) -> str:
    """Return the passphrase that the stack's backups are encrypted with."""
    return str(recorded(pulumi)["backup"]["passphrase"])


def passphrases_in(resources: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the passphrases of backups in a state in clear: that of the last update, and the one that is generated.

    After a `make down` that kept the database only the latter is left.
    """
    found: list[object] = []
    for resource in resources:
        outputs = resource.get("outputs") or {}
        if str(resource.get("type")).endswith(BACKUP):
            found.insert(0, outputs.get("passphrase"))
        elif str(resource.get("urn")).endswith(_GENERATED):
            found.append(outputs.get("result"))
    return list(dict.fromkeys(str(passphrase) for passphrase in found if passphrase))


def take(pulumi: Pulumi, *, python: Path) -> str:
    """Take a backup and return its file."""
    return _run("take", recorded(pulumi), python=python, pulumi=pulumi, keep=True).strip()


def restore(
    pulumi: Pulumi,
    file: Path,
    *,
    project: str,
    python: Path,
    environment: Mapping[str, str],
    ask: Callable[[str], str] = getpass,
) -> None:
    """Put a backup in the place of the database's content; one that users would miss is not replaced unasked."""
    assent = environment.get(ASSENT)
    if assent and assent != pulumi.stack:
        raise SupplyError(
            f"{ASSENT} is {assent!r}, and the stack is {pulumi.stack!r}",
            mend=f"To replace what this stack's database holds: {ASSENT}={pulumi.stack}",
        )
    replace(
        pulumi,
        file,
        project=project,
        python=python,
        passphrases=_passphrases(pulumi, environment, ask),
        confirmed=bool(assent),
        objects=declared.declared(pulumi, project=project),
    )


def replace(
    pulumi: Pulumi,
    file: Path,
    *,
    project: str,
    python: Path,
    passphrases: Sequence[str] = (),
    confirmed: bool = True,
    objects: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Put a backup in the place of the database's content.

    passphrases: those to open it with, one after the other; the stack's own if none is given. objects: what the stack
    declares and the backup must not hold as another owner's (supply/declared.py).
    """
    given = recorded(pulumi)
    given |= {
        "label": f"{project}/{pulumi.stack}",
        "file": str(file.resolve()),
        "passphrases": list(passphrases) or [given["backup"]["passphrase"]],
        "confirmed": confirmed,
        "declared": list(objects),
        "section": f"{project}:access",
    }
    _run("restore", given, python=python, pulumi=pulumi)


def _passphrases(pulumi: Pulumi, environment: Mapping[str, str], ask: Callable[[str], str]) -> list[str]:
    """Return the passphrase that is given; without one, the stack's own and those of a stack of its name before it."""
    given = environment.get(PASSPHRASE, "")
    if not given and sys.stdin.isatty():
        given = ask("Passphrase of the backup (not shown; Enter for this stack's own): ")
    return [given] if given else [passphrase(pulumi), *kept_passphrase.kept(user_folders(environment), pulumi.stack)]


def _run(command: str, given: Mapping[str, Any], *, python: Path, pulumi: Pulumi, keep: bool = False) -> str:
    result = tool.run(
        "backup",
        command,
        given=given,
        python=python,
        checkout=pulumi.checkout,
        environment=pulumi.environment,
        keep_output=keep,
    )
    if result.returncode:
        raise SupplyError(f"make {'backup' if command == 'take' else command} ended with an error; it stands above")
    return result.stdout or ""
