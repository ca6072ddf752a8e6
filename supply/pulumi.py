"""The Pulumi command line in the environment that was prepared for it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supply.errors import SupplyError
from supply.process import capture

MISFIT = """The passphrase does not fit stack {stack}: its secrets were encrypted with another one.
Set the right one in PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE; if Pulumi.{stack}.yaml has an
`encryptionsalt` of somebody else's state, remove that line."""


@dataclass(frozen=True, kw_only=True)
class Pulumi:
    """Runs `pulumi` in the checkout, always with the stack's name."""

    environment: Mapping[str, str]
    checkout: Path
    stack: str

    def stream(self, *arguments: str) -> int:
        """Run a command whose output is the user's and return its exit status; Ctrl-C reaches Pulumi, not us."""
        command = ["pulumi", *arguments, "--stack", self.stack]
        with subprocess.Popen(command, cwd=self.checkout, env=self.environment) as process:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:
                    # The terminal gave it to Pulumi too.
                    continue

    def ask(self, *arguments: str, what: str) -> str:
        """Return what a command prints."""
        return capture(
            ["pulumi", *arguments, "--stack", self.stack], what=what, env=self.environment, cwd=self.checkout
        )

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs, secrets in clear: for use inside this process only."""
        text = self.ask(
            "stack", "output", "--json", "--show-secrets", what=f"Reading the outputs of stack {self.stack}"
        )
        outputs: dict[str, Any] = json.loads(text)
        return outputs

    def resources(self) -> list[dict[str, Any]]:
        """Return the resources in the stack's state; secrets are encrypted in it."""
        return _resources(self.ask("stack", "export", what=f"Reading the state of stack {self.stack}"))

    def resources_in_clear(self) -> list[dict[str, Any]]:
        """Return them with their secrets: for use inside this process only."""
        text = self.ask("stack", "export", "--show-secrets", what=f"Reading the state of stack {self.stack}")
        return [_unwrapped(resource) for resource in _resources(text)]

    def run(self, *arguments: str) -> None:
        """Run a command whose output is the user's and that has to succeed."""
        status = self.stream(*arguments)
        if status:
            raise SupplyError(f"pulumi {arguments[0]} ended with exit status {status}", mend=self.explain_failure())

    def explain_failure(self) -> str:
        """Return what Pulumi's own message leaves open, where something is known."""
        try:
            self.outputs()
        except SupplyError as error:
            if "incorrect passphrase" in str(error).lower():
                return MISFIT.format(stack=self.stack)
        return ""


def _resources(exported: str) -> list[dict[str, Any]]:
    resources: list[dict[str, Any]] = json.loads(exported).get("deployment", {}).get("resources") or []
    return resources


def _unwrapped(value: Any) -> Any:
    """Put each secret of an exported state in the place of the object that says that it is one."""
    if isinstance(value, dict):
        if "plaintext" in value:
            return json.loads(value["plaintext"])
        return {name: _unwrapped(content) for name, content in value.items()}
    return [_unwrapped(content) for content in value] if isinstance(value, list) else value
