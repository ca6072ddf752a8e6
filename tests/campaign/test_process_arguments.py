"""No secret is among the arguments of a process in any container: every execve is recorded, however short (h05).

The image of the mirror line runs `prisma migrate diff` as the published one does, by a program that fails at once: its
arguments are recorded nevertheless.
"""

from __future__ import annotations

import ast
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import docker
import psutil
import pytest

from components import litellm_runtime
from components.encryption import REPLICAS
from config.settings import default_images
from engine.identity import COMPONENT_LABEL, STACK_LABEL
from supply import backups
from tests.campaign.exec_trace import ATTACHED
from tests.e2e.backed_up import PYTHON, command_line, declared
from tests.e2e.conftest import stack_config
from tests.e2e.leftovers import no_leftovers, remove
from tests.e2e.stack import ROOT, Stack
from tests.waiting import until

COVERS = ("backup", "ciphertext", "components", "config/images.json", "config/startup", "engine", "postgres_admin")
PREFIX = "arguments-"
SECRET = re.compile(r"KEY|TOKEN|PASS|AUTH|SECRET|URL")
"""In the name of a variable, or of a property in the state."""
SHORTEST = 8
GIVEN = ("masterKey", "saltKey", "databasePassword")
"""Secrets that are rotated to generated ones."""


def canary() -> str:
    return f"sk-canary-{secrets.token_hex(8)}"


@contextmanager
def traced(file: Path) -> Iterator[None]:
    """Record what the containers of this machine's engine start."""
    processes = [str(process.pid) for process in psutil.process_iter(["name"]) if process.info["name"] == "containerd"]
    if os.geteuid() or not processes:
        pytest.fail("this test follows containerd by ptrace(2): run it as root on the engine's own host")
    follower = subprocess.Popen([sys.executable, "-m", "tests.campaign.exec_trace", str(file), *processes], cwd=ROOT)
    try:
        until(lambda: file.exists() and file.read_text().startswith(ATTACHED))
        yield
        assert follower.poll() is None, "it was cut off"
    finally:
        follower.kill()
        follower.wait()


def config() -> dict[str, Any]:
    """Return a config with each kind of container that the stack runs on one host, and something that is encrypted."""
    given = stack_config()
    given["access"] |= {name: declared()[name] for name in ("credentials", "models")}
    given["database"]["pooler"] = {"connections": 20}
    return given | {"replicas": 2, "cache": {"enabled": True}, "monitoring": {"exporters": True}}


@pytest.fixture
def stack(engine: docker.DockerClient, tmp_path: Path) -> Iterator[Stack]:
    with no_leftovers(engine, PREFIX):
        folder = tmp_path / "stack"
        folder.mkdir()
        stack = Stack(folder=folder, config=config(), name=f"{PREFIX}{secrets.token_hex(3)}")
        try:
            yield stack
        finally:
            stack.run("destroy", "--yes", "--skip-preview")
            remove(engine, f"litellm-stack/{stack.name}")


def planted(stack: Stack) -> dict[str, str]:
    """Give the stack a secret of each kind that its config takes, and return them."""
    values = {path: canary() for path in (*GIVEN, "backupPassphrase")}
    values |= {"secrets.OPENAI_API_KEY": canary(), "monitoring.webhook": f"http://127.0.0.1:9/{canary()}"}
    for path, value in values.items():
        stack.encrypt(path, value)
    return values


def held(engine: docker.DockerClient, stack: Stack) -> dict[str, str]:
    """Return the secrets that containers have in their environment, the state has, and the outputs show."""
    found = {}
    label = f"{STACK_LABEL}=litellm-stack/{stack.name}"
    for container in engine.containers.list(filters={"label": label}, ignore_removed=True):
        for entry in container.attrs["Config"]["Env"]:
            name, _, value = entry.partition("=")
            if SECRET.search(name):
                found[f"{container.name} {name}"] = password(value)
    for resource in json.loads(stack.pulumi("stack", "export", "--show-secrets"))["deployment"]["resources"]:
        for name, value in {**resource.get("inputs", {}), **resource.get("outputs", {})}.items():
            if isinstance(value, dict) and isinstance(text := json.loads(value.get("plaintext", "0")), str):
                found[f"{resource['urn'].rpartition('::')[2]} {name}"] = password(text)
    outputs = stack.outputs()
    return {**found, "master key": outputs["masterKey"], **outputs["virtualKeys"]}


def replica_logs(engine: docker.DockerClient, stack: Stack) -> list[str]:
    labels = [f"{STACK_LABEL}=litellm-stack/{stack.name}", f"{COMPONENT_LABEL}={REPLICAS}"]
    replicas = engine.containers.list(filters={"label": labels}, ignore_removed=True)
    return [line for replica in replicas for line in replica.logs().decode(errors="replace").splitlines()]


def password(value: str) -> str:
    """Return what is secret of a value: of a URL, the password."""
    try:
        return unquote(urlsplit(value).password or value)
    except ValueError:
        return value


def started(trace: Path) -> list[list[str]]:
    """Return the arguments of each program that was started."""
    _, *lines = trace.read_text(encoding="utf-8").splitlines()
    return [ast.literal_eval(line) for line in lines]


def test_what_litellm_does_without_the_stacks_hooks_is_recorded_h05(
    engine: docker.DockerClient, tmp_path: Path
) -> None:
    url, trace = f"postgresql://user:{canary()}@127.0.0.1:9/litellm", tmp_path / "trace"
    with traced(trace):
        container = engine.containers.run(
            default_images()["litellm"],
            ["--port", "4000"],
            environment={**litellm_runtime.ENVIRONMENT, "DATABASE_URL": url, "DISABLE_SCHEMA_UPDATE": "true"},
            detach=True,
        )
        try:
            until(lambda: b"migration diff" in container.logs(), within=120)
        finally:
            container.remove(force=True, v=True)
    compared = [arguments for arguments in started(trace) if "--from-url" in arguments]
    assert compared
    assert password(url) in str(compared)


def test_no_secret_is_an_argument_of_any_process_in_a_container_h05(
    engine: docker.DockerClient, stack: Stack, tmp_path: Path
) -> None:
    found, trace = planted(stack), tmp_path / "trace"
    with traced(trace):
        stack.up()
        found |= held(engine, stack)
        assert not [line for line in replica_logs(engine, stack) if "litellm-stack:" in line], (
            "a hook is off, or gave up"
        )
        changed = {**stack.config, "environment": {"ADDED": "variable"}}
        stack.configure(changed)
        stack.up()
        backups.take(command_line(stack), python=PYTHON)
        found |= {f"changed {name}": value for name, value in held(engine, stack).items()}
        generated = {name: value for name, value in changed.items() if name not in GIVEN}
        stack.configure({**generated, "rotation": {"everything": 2, "grace": "1h"}})
        stack.up()
        found |= {f"rotated {name}": value for name, value in held(engine, stack).items()}
    recorded = started(trace)
    # A script's name comes after that of its interpreter.
    programs = {Path(argument).name for arguments in recorded for argument in arguments[:2]}
    assert programs >= {"litellm", "postgres", "psql", "pg_dump", "haproxy", "redis-server", "pgbouncer", "prometheus"}
    assert len(set(found.values())) > 30
    secret = {name: value for name, value in found.items() if len(value) >= SHORTEST}
    leaked = {
        (name, *arguments[:2])
        for arguments in recorded
        for name, value in secret.items()
        if any(value in argument for argument in arguments)
    }
    assert leaked == set()
