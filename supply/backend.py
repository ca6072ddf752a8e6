"""Where Pulumi keeps state and what encrypts its secrets: the user's own choice, or files of the user's here.

Both belong to the user and not to the checkout, so that a deleted or a second checkout manages the same stacks.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from supply.errors import SupplyError
from supply.workplace import Workplace

PASSPHRASE_BYTES = 32


def ensure_backend(place: Workplace) -> dict[str, str]:
    """Return the environment variables of the backend; nothing is made where the user has something already."""
    additions: dict[str, str] = {}
    with place.console.step("State and passphrase") as step:
        backend = _own_backend(place)
        if backend is None:
            place.folders.state.mkdir(parents=True, exist_ok=True)
            place.folders.state.chmod(0o700)
            additions["PULUMI_BACKEND_URL"] = f"file://{place.folders.state}"
        if not {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & place.environment.keys():
            if backend is None:
                _ensure_passphrase(place)
            if place.folders.passphrase.exists():
                additions["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(place.folders.passphrase)
        step.outcome = f"yours ({backend})" if backend else "local"
    return additions


def _own_backend(place: Workplace) -> str | None:
    """Return the backend that the user chose: by variable, or by `pulumi login`."""
    if chosen := place.environment.get("PULUMI_BACKEND_URL"):
        return chosen.partition("?")[0]
    credentials = place.folders.pulumi_home / "credentials.json"
    if not credentials.exists():
        return None
    current: str | None = json.loads(credentials.read_text(encoding="utf-8")).get("current")
    return current or None


def _ensure_passphrase(place: Workplace) -> None:
    path = place.folders.passphrase
    if path.exists():
        return
    if any((place.folders.state / ".pulumi" / "stacks").rglob("*.json")):
        raise SupplyError(
            f"the passphrase of the stacks in {place.folders.state} is gone: there is no {path}",
            mend=(
                "Without it their secrets cannot be read. Restore the file from a backup, or set\n"
                "PULUMI_CONFIG_PASSPHRASE. To start over, move the folder with the state away."
            ),
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    write_private(draft, secrets.token_urlsafe(PASSPHRASE_BYTES))
    try:
        # A link, unlike a renaming, fails where another run was first; its passphrase then holds.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def write_private(path: Path, content: str) -> None:
    """Write a file that nobody but its owner may read, whatever the umask."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(content)
