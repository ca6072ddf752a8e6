"""The stack that a command is about: declared in the checkout, known to the backend, and free."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supply.backend import BACKEND
from supply.errors import SupplyError
from supply.process import run
from supply.pulumi import Pulumi

STACK_FILE = re.compile(r"^Pulumi\.(.+)\.ya?ml$")
PROJECT_NAME = re.compile(r"^name:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)
LOCAL = "file://"


def project_name(checkout: Path) -> str:
    """Return the project's name in Pulumi.yaml."""
    match = PROJECT_NAME.search((checkout / "Pulumi.yaml").read_text())
    if not match:
        raise SupplyError("Pulumi.yaml has no line `name: ...`")
    return match[1]


def check_declared(checkout: Path, stack: str) -> None:
    """Refuse a stack that has no config file, naming those that have one."""
    files = {match[1]: file for file in checkout.iterdir() if (match := STACK_FILE.match(file.name))}
    if stack not in files:
        raise SupplyError(
            f"There is no Pulumi.{stack}.yaml: stack {stack!r} is not declared",
            mend=f"Declared are: {', '.join(sorted(files)) or 'none'}. Choose one (make up STACK=...), or copy "
            f"its file to Pulumi.{stack}.yaml and edit it.",
        )


def select(pulumi: Pulumi, *, pulumi_home: Path) -> str:
    """Have the stack in the backend, and selected for commands typed by hand; return what was done, in words."""
    state = local_state(pulumi)
    project = project_name(pulumi.checkout)
    if state and state_files(state, project, pulumi.stack) and _is_selected(pulumi_home, pulumi.checkout, pulumi.stack):
        return "selected before"
    command = ["pulumi", "stack", "select", "--create", "--stack", pulumi.stack, "--non-interactive"]
    run(command, what=f"Selecting stack {pulumi.stack}", env=pulumi.environment, cwd=pulumi.checkout)
    return "selected"


def state_files(state: Path, project: str, stack: str) -> list[Path]:
    """Return the files of a stack in a local backend; none if it does not know the stack."""
    return list((state / ".pulumi" / "stacks" / project).glob(f"{stack}.json*"))


def _is_selected(pulumi_home: Path, checkout: Path, stack: str) -> bool:
    """Read what `pulumi stack select` wrote for this checkout (facts: pulumi/pkg/workspace/workspace.go)."""
    place = hashlib.sha1(str(checkout / "Pulumi.yaml").encode(), usedforsecurity=False).hexdigest()
    file = pulumi_home / "workspaces" / f"{project_name(checkout)}-{place}-workspace.json"
    try:
        selected = str(json.loads(file.read_text()).get("stack", ""))
    except (OSError, ValueError, AttributeError):
        return False
    return selected.rpartition("/")[2] == stack


def local_state(pulumi: Pulumi) -> Path | None:
    """Return the folder of a local backend; None for any other."""
    url = pulumi.environment.get(BACKEND, "")
    if not url.startswith(LOCAL):
        return None
    path = url.removeprefix(LOCAL)
    return Path.home() / path.removeprefix("~/") if path.startswith("~") else Path(path)


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A lock of a local backend: who took it, and when."""

    user: str
    host: str
    pid: int
    since: str

    @property
    def is_stale(self) -> bool:
        """Whether its process ran on this host and is gone."""
        return self.host == socket.gethostname() and not _alive(self.pid)

    def __str__(self) -> str:
        return f"{self.user} on {self.host}, process {self.pid}, since {self.since}"


def locks(state: Path, *, project: str, stack: str) -> list[Lock]:
    """Return the locks on a stack of a local backend (facts: pulumi/pkg/backend/diy/lock.go)."""
    folder = state / ".pulumi" / "locks" / "organization" / project / stack
    found: list[Lock] = []
    for file in folder.glob("*.json"):
        try:
            content: dict[str, Any] = json.loads(file.read_text())
        except (OSError, ValueError):
            # Released while we look, or half written.
            continue
        found.append(
            Lock(
                user=str(content.get("username")),
                host=str(content.get("hostname")),
                pid=int(content.get("pid", 0)),
                since=str(content.get("timestamp")),
            )
        )
    return found


def release_stale_lock(pulumi: Pulumi) -> str:
    """Release the lock that a killed run on this host left; a message where one was. Refuse where somebody holds it."""
    state = local_state(pulumi)
    if state is None:
        return ""
    project = project_name(pulumi.checkout)
    held = locks(state, project=project, stack=pulumi.stack)
    living = [lock for lock in held if not lock.is_stale]
    if living:
        raise SupplyError(
            f"Stack {pulumi.stack} is being changed by {'; '.join(map(str, living))}",
            mend='Wait for it to end. If it cannot be running any more: eval "$(make -s shell)" && '
            f"pulumi cancel --stack {pulumi.stack}",
        )
    if not held:
        return ""
    mended = mend_cut_state(state, project=project, stack=pulumi.stack)
    pulumi.ask("cancel", "--yes", what=f"Releasing the lock of stack {pulumi.stack}")
    return " ".join(
        filter(None, [f"Released the lock of a run that was killed ({'; '.join(map(str, held))}).", mended])
    )


def mend_cut_state(state: Path, *, project: str, stack: str) -> str:
    """Mend the state that a killed run was writing, which Pulumi cannot read; a message where there was one.

    The file backend replaces the state in one step, after it has written <name>.attrs beside it, which it does not
    replace (gocloud.dev/blob/fileblob, attrs.go): a kill in between leaves attributes that are cut off, and the state
    of a step before. Without attributes it is read. What a host that lost its power leaves of the state itself may be
    cut off too: Pulumi's backup of a step before takes its place.
    """
    file = state / ".pulumi" / "stacks" / project / f"{stack}.json"
    attributes, backup = file.with_name(f"{file.name}.attrs"), file.with_name(f"{file.name}.bak")
    said = []
    if attributes.exists() and not _is_json(attributes):
        attributes.unlink()
        said.append("It was writing the state when it was killed; the state of a step before is in its place.")
    if file.exists() and not _is_json(file) and _is_json(backup):
        shutil.copyfile(backup, file)
        said.append("The state was cut off; Pulumi's backup of a step before is in its place.")
    for unfinished in file.parent.glob(f"{file.name}.*.tmp"):
        unfinished.unlink()
    return " ".join(said)


def _is_json(file: Path) -> bool:
    try:
        json.loads(file.read_bytes())
    except (OSError, ValueError):
        return False
    return True


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
