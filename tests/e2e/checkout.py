"""A checkout of its own for the tests of what `make` does."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import httpx
import yaml

from tests.e2e.leftovers import no_leftovers, remove
from tests.e2e.stack import ROOT

PREFIX = "make-"
IGNORED = shutil.ignore_patterns(".git", ".venv*", ".env", "__pycache__", ".*_cache", ".hypothesis")


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A checkout, and a user without any state: caches are shared, or the test would take an hour."""

    folder: Path
    stack: str
    gateway: str

    @property
    def environment(self) -> dict[str, str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
        return environment | {"XDG_DATA_HOME": f"{self.folder}.data", "XDG_CONFIG_HOME": f"{self.folder}.config"}

    def make(self, *arguments: str) -> str:
        result = subprocess.run(
            ["make", "-s", *arguments, f"STACK={self.stack}"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert result.returncode == 0, f"make {arguments[0]}:\n{result.stdout[-3000:]}\n{result.stderr[-3000:]}"
        return result.stdout

    def configure(self, config: Mapping[str, Any]) -> None:
        """Write the stack config; what Pulumi keeps in the file stays."""
        file = self.folder / f"Pulumi.{self.stack}.yaml"
        content = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
        content["config"] = {f"litellm-stack:{section}": value for section, value in config.items()}
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def admin(self, method: str, path: str, **request: Any) -> Any:
        login = {"Authorization": f"Bearer {self.make('master-key').strip()}"}
        return httpx.request(method, f"{self.gateway}{path}", headers=login, **request).raise_for_status().json()

    def chat(self, key: str, *, model: str) -> Any:
        request = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
        login = {"Authorization": f"Bearer {key}"}
        answer = httpx.post(f"{self.gateway}/v1/chat/completions", json=request, headers=login, timeout=60)
        return answer.raise_for_status().json()["choices"][0]["message"]["content"]

    def spend(self, key: str) -> float:
        return float(self.admin("GET", "/key/info", params={"key": key})["info"]["spend"])


@contextmanager
def checked_out(engine: docker.DockerClient, folder: Path, config: Mapping[str, Any]) -> Iterator[Checkout]:
    """Copy the checkout into `folder`, with a stack of this config; what it leaves on the engine is removed."""
    name, gateway = f"{PREFIX}{secrets.token_hex(3)}", f"http://127.0.0.1:{config['ports']['gateway']}"
    shutil.copytree(ROOT, folder / "checkout", ignore=IGNORED)
    checkout = Checkout(folder=folder / "checkout", stack=name, gateway=gateway)
    checkout.configure(config)
    with no_leftovers(engine, PREFIX):
        try:
            yield checkout
        finally:
            remove(engine, f"litellm-stack/{name}")
