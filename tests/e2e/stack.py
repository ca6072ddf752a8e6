"""A stack of its own for the tests: names, ports, state and passphrase that no other stack on this host has."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from supply.stack import mend_cut_state
from tests.processes import kill

ROOT = Path(__file__).parents[2]
PROGRAM = (
    "__main__.py",
    "Pulumi.yaml",
    "backup",
    "ciphertext",
    "components",
    "config",
    "dashboards",
    "engine",
    "litellm_admin",
    "policy",
    "postgres_admin",
    "redis_admin",
    "verification",
)
PREFIX = "e2e-"

_RESERVED: list[socket.socket] = []


@dataclass
class Stack:
    """A copy of the program in `folder`, and the Pulumi CLI on it."""

    folder: Path
    config: dict[str, Any]
    name: str = field(default_factory=lambda: f"{PREFIX}{secrets.token_hex(3)}")

    def __post_init__(self) -> None:
        for part in PROGRAM:
            source = ROOT / part
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, self.folder / part)
        (self.folder / "state").mkdir()
        self.environment = {
            **os.environ,
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": secrets.token_hex(8),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "XDG_DATA_HOME": str(self.folder / "data"),
        }
        self.pulumi("stack", "init", self.name)
        self.configure(self.config)

    def encrypt(self, path: str, value: str) -> None:
        """Set a secret as a user does; it stays in `config` encrypted."""
        self.pulumi("config", "set", "--secret", "--path", path, value)
        section = path.partition(".")[0]
        self.config[section] = self.written()[section]

    def written(self) -> dict[str, Any]:
        """Return the stack config as its file has it, after commands that write there."""
        file = self.folder / f"Pulumi.{self.name}.yaml"
        content = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
        return {name.removeprefix("litellm-stack:"): value for name, value in content.items()}

    @property
    def prefix(self) -> str:
        """Start of the names of everything that the stack has on the engine."""
        return f"litellm-stack-{self.name}-"

    @property
    def offline_answer(self) -> str:
        """What the chat model answers, as configured now: other tests change it."""
        return str(self.config["proxy"]["model_list"][0]["litellm_params"]["mock_response"])

    def configure(self, config: Mapping[str, Any]) -> None:
        """Write the stack config, as a user edits the file."""
        self.config = dict(config)
        path = self.folder / f"Pulumi.{self.name}.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        content["config"] = {f"litellm-stack:{name}": value for name, value in config.items()}
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run the CLI and return what it said, whatever came of it."""
        return subprocess.run(
            ["pulumi", *arguments],
            cwd=self.folder,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )

    def pulumi(self, *arguments: str) -> str:
        """Run the CLI and return what it said; a failure fails the test with its last words."""
        result = self.run(*arguments)
        assert result.returncode == 0, f"pulumi {arguments[0]} failed:\n{result.stdout[-6000:]}"
        return result.stdout

    def up(self, *arguments: str) -> str:
        """Run `pulumi up`."""
        return self.pulumi("up", "--yes", "--skip-preview", *arguments)

    def kill_up_when(self, condition: Callable[[], bool]) -> None:
        """Start `pulumi up` and kill it with all its plugins once `condition` holds, as a crash of the host would."""
        update = subprocess.Popen(
            ["pulumi", "up", "--yes", "--skip-preview"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            while not condition():
                assert update.poll() is None, "the update ended before it could be killed"
                time.sleep(0.05)
        finally:
            kill(update)
            update.wait()

    def recover(self) -> None:
        """Do what `make up` does after a run that was killed."""
        mend_cut_state(self.folder / "state", project="litellm-stack", stack=self.name)
        self.pulumi("cancel", "--yes")

    def checkpoint(self) -> dict[str, Any]:
        """Return what the backend's file has of the stack, also during an update; ValueError where it is cut off."""
        file = self.folder / "state" / ".pulumi" / "stacks" / "litellm-stack" / f"{self.name}.json"
        latest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["checkpoint"]["latest"]
        return latest

    def outputs(self) -> dict[str, Any]:
        """Return the outputs, secrets in clear."""
        outputs: dict[str, Any] = json.loads(self.pulumi("stack", "output", "--json", "--show-secrets"))
        return outputs


def free_port(address: str = "127.0.0.1") -> int:
    """Return a port that nobody has there; no outgoing connection is given one below 32768 meanwhile (ip(7)).

    Nobody else gets it from here until this process ends, because what publishes it comes later, and goes for a while.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((address, port))
            _reserve(port)
            return port


def _reserve(port: int) -> None:
    """Take a name that ends with this process (unix(7), abstract). Raises OSError where another process has it."""
    reserved = socket.socket(socket.AF_UNIX)
    try:
        reserved.bind(f"\0litellm-stack-test-port-{port}")
    except OSError:
        reserved.close()
        raise
    _RESERVED.append(reserved)
