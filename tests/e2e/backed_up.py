"""Stacks that are backed up and restored into, and what of them everybody on the host can see."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docker
import httpx
import psutil

from config.settings import default_images
from supply import backups
from supply.console import Console
from supply.pulumi import Pulumi
from supply.upgrade import upgrade
from tests.e2e.conftest import stack_config
from tests.e2e.gateway import Gateway
from tests.e2e.leftovers import remove
from tests.e2e.stack import Stack

PREFIX = "backup-"
PROVIDER_KEY = "sk-canary-backup-0123456789abcdef"
IN_THE_DATABASE = "From the database."
PYTHON = Path(sys.executable)


def config() -> dict[str, Any]:
    config = stack_config()
    config["proxy"] = {
        "model_list": config["proxy"]["model_list"][:1],
        # The restored stack declares no model in its database, and has to read those that a backup brings.
        "general_settings": {"store_model_in_db": True},
    }
    return {**config, "access": {}}


def declared() -> dict[str, Any]:
    return {
        "credentials": {
            "offline": {"credential_values": {"mock_response": IN_THE_DATABASE, "api_key": "os.environ/OPENAI_API_KEY"}}
        },
        "models": {
            "extra": {
                "model_name": "extra",
                "litellm_params": {"model": "openai/gpt-4o-mini", "litellm_credential_name": "offline"},
            }
        },
        "keys": {"chat-app": {"models": ["chat", "extra"], "max_budget": 1, "budget_duration": "1d"}},
    }


@contextmanager
def running(engine: docker.DockerClient, folder: Path, config: dict[str, Any]) -> Iterator[Stack]:
    stack = Stack(folder=folder, config=config, name=f"{PREFIX}{folder.name}-{time.time_ns() % 10**6}")
    try:
        stack.encrypt("secrets.OPENAI_API_KEY", PROVIDER_KEY)
        stack.up()
        yield stack
    finally:
        stack.run("destroy", "--yes", "--skip-preview")
        remove(engine, f"litellm-stack/{stack.name}")


def command_line(stack: Stack) -> Pulumi:
    return Pulumi(environment=stack.environment, checkout=stack.folder, stack=stack.name)


@contextmanager
def reached(stack: Stack) -> Iterator[Gateway]:
    outputs = stack.outputs()
    with httpx.Client(base_url=outputs["gatewayUrl"], timeout=60) as client:
        yield Gateway(client=client, keys=outputs["virtualKeys"], master_key=outputs["masterKey"])


def move_database(stack: Stack) -> None:
    """Do what `make upgrade-database` does."""
    upgrade(command_line(stack), project="litellm-stack", python=PYTHON, console=Console(), up=stack.up)


def assert_serves(stack: Stack) -> None:
    with reached(stack) as gateway:
        assert content(gateway, key=gateway.keys["chat-app"], model="extra") == IN_THE_DATABASE


def secrets(stack: Stack) -> dict[str, str]:
    recorded, outputs = backups.recorded(command_line(stack)), stack.outputs()
    found = {name: str(recorded["backup"][name]) for name in ("seed", "passphrase")}
    found |= {
        "salt_key": str(recorded["salt_key"]),
        "provider": PROVIDER_KEY,
        "database": recorded["migration"]["environment"]["DATABASE_URL"],
    }
    return {**found, **outputs["virtualKeys"], "master": outputs["masterKey"]}


def spend(gateway: Gateway, key: str) -> float:
    login = {"Authorization": f"Bearer {gateway.master_key}"}
    answer = gateway.client.get("/key/info", params={"key": key}, headers=login)
    return float(answer.raise_for_status().json()["info"]["spend"])


def written_spend(gateway: Gateway, key: str) -> float:
    deadline = time.monotonic() + 60
    while not (spent := spend(gateway, key)):
        assert time.monotonic() < deadline, "the spend was not written within a minute"
        time.sleep(1)
    return spent


def content(gateway: Gateway, *, key: str, model: str) -> str:
    answer = gateway.chat(key=key, model=model)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["choices"][0]["message"]["content"])


class Watch:
    """What everybody on the host can read of processes and containers, while something runs."""

    def __init__(self, engine: docker.DockerClient) -> None:
        self._engine, self._stop, self.seen = engine, threading.Event(), set[str]()

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.2):
            self.seen |= {" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])}
            for container in self._engine.containers.list(all=True, ignore_removed=True):
                if container.name and container.name.endswith("-reencryption"):
                    self.seen.add(json.dumps(container.attrs))


def assert_private(file: Path, stack: Stack, secrets: dict[str, str]) -> None:
    assert file.is_relative_to(Path(stack.environment["XDG_DATA_HOME"]))
    assert file.name.startswith(stack.name)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = file.read_bytes()
    assert [name for name, value in secrets.items() if value.encode() in written] == []
    state = "".join(path.read_text() for path in (stack.folder / "state").rglob("*.json*"))
    assert [name for name, value in secrets.items() if value in state] == []


def restore(stack: Stack, file: Path) -> None:
    backups.restore(command_line(stack), file, project="litellm-stack", python=PYTHON, environment=os.environ)


def files(stack: Stack) -> set[Path]:
    return set((Path(stack.environment["XDG_DATA_HOME"]) / "litellm-stack" / "backups").rglob("*.tar"))


def build(engine: docker.DockerClient, reference: str, line: str) -> None:
    engine.images.build(
        fileobj=BytesIO(f"FROM {default_images()['postgres']}\n{line}\n".encode()), tag=reference, rm=True
    )


def docker_time(text: str) -> float:
    return datetime.fromisoformat(text[:26]).replace(tzinfo=UTC).timestamp()
