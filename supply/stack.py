"""The Pulumi command line on one stack of this checkout."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from supply.errors import SupplyError
from supply.process import KEPT_LINES, capture, run, succeeds
from supply.workplace import Workplace

HINTS = {
    "incorrect passphrase": (
        "The passphrase is not the one that this stack's secrets were encrypted with: see\n"
        "PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE, or {passphrase}."
    ),
    "is currently locked by": (
        "Another update of this stack is at work. If it is not (its computer was switched off, say), end it with\n"
        '`eval "$(make -s shell)" && pulumi cancel --stack {stack}`, then try again.'
    ),
}
"""Pulumi's words, and ours for what to do about them."""

LOCK_HOLDER = re.compile(r"created by \S+@(?P<host>\S+) \(pid (?P<pid>\d+)\)")


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack that exists on the backend."""

    place: Workplace
    name: str

    def stream(self, *arguments: str) -> None:
        """Run a command that the user watches; raises SupplyError where it fails."""
        output = self._run(arguments)
        if output is None:
            return
        text = "\n".join(output)
        if "is currently locked by" in text and self._ended(text):
            self.place.console.say("The lock is of an update that was killed on this host; it is removed.")
            run(["pulumi", "cancel", "--yes", "--stack", self.name], what="Removing the lock", **self._where())
            output = self._run(arguments)
            if output is None:
                return
            text = "\n".join(output)
        names = {"passphrase": self.place.folders.passphrase, "stack": self.name}
        mend = next((hint.format(**names) for words, hint in HINTS.items() if words in text), "")
        raise SupplyError(f"pulumi {arguments[0]} of stack {self.name} failed", mend=mend)

    def outputs(self) -> dict[str, Any]:
        """Return the outputs, secrets in clear: for use in this process, never to be printed."""
        argv = ["pulumi", "stack", "output", "--json", "--show-secrets", "--stack", self.name]
        outputs: dict[str, Any] = json.loads(capture(argv, what="Reading the stack's outputs", **self._where()))
        return outputs

    def resources(self) -> list[dict[str, Any]]:
        """Return the resources in the state, secrets encrypted."""
        argv = ["pulumi", "stack", "export", "--stack", self.name]
        exported = json.loads(capture(argv, what="Reading the stack's state", **self._where()))
        found: list[dict[str, Any]] = exported["deployment"].get("resources") or []
        return found

    def unprotect(self) -> None:
        """Take the protection from every resource."""
        argv = ["pulumi", "state", "unprotect", "--all", "--yes", "--stack", self.name]
        run(argv, what="Removing the protection", **self._where())

    def _where(self) -> dict[str, Any]:
        return {"env": self.place.environment, "cwd": self.place.root}

    def _run(self, arguments: Sequence[str]) -> deque[str] | None:
        """Run in front of the user; return the last lines of its errors where the command failed."""
        kept: deque[str] = deque(maxlen=KEPT_LINES)
        with subprocess.Popen(
            ["pulumi", *arguments, "--stack", self.name],
            env=dict(self.place.environment),
            cwd=self.place.root,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        ) as process:
            for line in process.stderr or ():
                sys.stderr.write(line)
                kept.append(line)
        return kept if process.returncode else None

    def _ended(self, text: str) -> bool:
        """Tell whether the lock's holder was a process of this host that is gone."""
        holder = LOCK_HOLDER.search(text)
        if not holder or holder["host"] != socket.gethostname():
            return False
        return not succeeds(["kill", "-0", holder["pid"]])


def ensure_stack(place: Workplace, name: str) -> Stack:
    """Have a stack on the backend, and selected, for `pulumi` by hand."""
    if not (place.root / f"Pulumi.{name}.yaml").exists():
        known = sorted(path.name.split(".")[1] for path in place.root.glob("Pulumi.*.yaml"))
        raise SupplyError(
            f"there is no Pulumi.{name}.yaml, so no stack {name!r}",
            mend=f"Stacks here: {', '.join(known)}. For a new one, copy one of their files.",
        )
    with place.console.step(f"Stack {name}") as step:
        if succeeds(["pulumi", "stack", "select", name, "--cwd", str(place.root)], env=place.environment):
            step.outcome = "there"
        else:
            argv = ["pulumi", "stack", "init", name]
            run(argv, what=f"Making the stack {name}", env=place.environment, cwd=place.root)
            step.outcome = "made"
    return Stack(place=place, name=name)
