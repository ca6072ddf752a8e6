"""No secret in clear: not in the state, not in what Pulumi says, not in logs, not in the process list, not on disk."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import docker
import psutil
import pytest

from components.encryption import REPLICAS
from engine.identity import COMPONENT_LABEL, STACK_LABEL
from tests.e2e.conftest import CANARY
from tests.e2e.gateway import Gateway
from tests.e2e.stack import Stack


@pytest.fixture
def secrets(stack: Stack, gateway: Gateway, engine: docker.DockerClient) -> dict[str, str]:
    """Return every secret of the stack by name, as the containers hold them."""
    found = {"provider": CANARY, "master key": gateway.master_key, **{f"key {k}": v for k, v in gateway.keys.items()}}
    for name in ("DATABASE_URL", "DRAIN_ENDPOINT_TOKEN", "LITELLM_SALT_KEY", "LITELLM_KEY", "POSTGRES_PASSWORD"):
        found[name] = variable(engine, stack, name)
    for group in stack.outputs()["keyGroups"].values():
        found |= {f"key {alias}": value for alias, value in group["keys"].items()}
    found["seed"] = decrypted(stack, "secrets-seed")["result"]
    assert all(len(value) >= 16 for value in found.values())
    return found


def variable(engine: docker.DockerClient, stack: Stack, name: str) -> str:
    label = f"{STACK_LABEL}=litellm-stack/{stack.name}"
    for container in engine.containers.list(filters={"label": label}, ignore_removed=True):
        for entry in container.attrs["Config"]["Env"]:
            if entry.startswith(f"{name}="):
                return str(entry.partition("=")[2])
    raise AssertionError(f"no container has {name}")


def decrypted(stack: Stack, name: str) -> dict[str, Any]:
    exported = json.loads(stack.pulumi("stack", "export", "--show-secrets"))
    for resource in exported["deployment"]["resources"]:
        if resource["urn"].endswith(f"::{name}"):
            return {
                key: json.loads(value["plaintext"]) for key, value in resource["outputs"].items() if key == "result"
            }
    raise AssertionError(f"no resource {name} in the state")


def leaked(text: str, secrets: dict[str, str]) -> list[str]:
    return [name for name, value in secrets.items() if value in text]


def test_the_state_and_the_stack_config_hold_no_secret_in_clear(stack: Stack, secrets: dict[str, str]) -> None:
    for path in (*(stack.folder / "state").rglob("*"), *stack.folder.glob("*.yaml")):
        if path.is_file():
            assert leaked(path.read_text(encoding="utf-8", errors="replace"), secrets) == [], path


def test_what_pulumi_says_holds_no_secret(stack: Stack, secrets: dict[str, str]) -> None:
    changed = {**stack.config, "replicas": 2, "environment": {"ADDED": "variable"}}
    unchanged = stack.config
    stack.configure(changed)
    said = [stack.pulumi("preview", "--diff"), stack.pulumi("preview", "--json")]
    stack.configure(unchanged)
    said += [stack.pulumi("stack", "output"), stack.pulumi("stack", "export"), stack.pulumi("up", "--yes", "--diff")]
    assert [leaked(text, secrets) for text in said] == [[]] * len(said)


def test_the_containers_logs_hold_no_secret(stack: Stack, secrets: dict[str, str], engine: docker.DockerClient) -> None:
    label = f"{STACK_LABEL}=litellm-stack/{stack.name}"
    for container in engine.containers.list(all=True, filters={"label": label}, ignore_removed=True):
        assert leaked(container.logs().decode(errors="replace"), secrets) == [], container.name


def test_every_start_up_hook_fits_the_image(stack: Stack, engine: docker.DockerClient) -> None:
    labels = [f"{STACK_LABEL}=litellm-stack/{stack.name}", f"{COMPONENT_LABEL}={REPLICAS}"]
    replicas = engine.containers.list(filters={"label": labels}, ignore_removed=True)
    logs = [container.logs().decode(errors="replace") for container in replicas]
    assert logs
    for log in logs:
        assert "litellm-stack:" not in log
        assert "migration diff" not in log, "LiteLLM passes the database's password to that as an argument"


def test_the_process_list_holds_no_secret(secrets: dict[str, str]) -> None:
    # The containers' processes show in this host's list too.
    lines = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    assert any("haproxy" in line for line in lines)
    assert leaked("\n".join(lines), secrets) == []


def test_rendered_files_hold_no_secret_and_nobody_may_write_them(stack: Stack, secrets: dict[str, str]) -> None:
    files = [path for path in Path(stack.environment["XDG_DATA_HOME"]).rglob("*") if path.is_file()]
    kinds = sorted(path.name.rpartition("-")[0] for path in files)
    hooks = [
        f"litellm_stack_{name}" for name in ("diff", "garbage", "hooks", "imports", "leave", "schema", "stop", "types")
    ]
    assert kinds == sorted(["config", "haproxy", "prometheus", "rules", "sitecustomize", *hooks])
    for path in files:
        assert leaked(path.read_text(encoding="utf-8"), secrets) == [], path
        assert stat.S_IMODE(path.stat().st_mode) & 0o222 == 0
        assert os.stat(path.parent).st_mode & 0o077 == 0  # noqa: PTH116  # the folder itself
