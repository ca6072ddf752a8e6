"""A stack whose database holds rows that the salt key encrypts, and what its tests read of them."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
import httpx

from ciphertext import job
from ciphertext.stand_ins import STAND_IN_LABEL
from ciphertext.tables import Counts
from components import litellm_runtime
from engine.identity import COMPONENT_LABEL, OWNER_LABEL, STACK_LABEL
from engine.workload import TMPFS
from tests.e2e import load
from tests.e2e.leftovers import no_leftovers, remove
from tests.e2e.stack import Stack, free_port

PREFIX = "salt-"
CANARY = "sk-canary-salt-0123456789abcdef"
ANSWERS = {"chat": "the answer of a configured model", "stored": "the answer of a stored model"}
RELOADED = 8
"""Seconds in which every replica reads the database's models anew, as `stack_config` has it."""
TABLES = ("LiteLLM_CredentialsTable", "LiteLLM_ProxyModelTable", "LiteLLM_VerificationToken")


def stack_config() -> dict[str, Any]:
    def model(name: str, **more: str) -> dict[str, Any]:
        return {
            "model_name": name,
            "litellm_params": {"model": "openai/gpt-4o-mini", "mock_response": ANSWERS[name], **more},
        }

    return {
        "proxy": {
            "model_list": [model("chat")],
            "general_settings": {"proxy_config_reload_interval_seconds": 5},
        },
        "access": {
            "credentials": {"provider": {"credential_values": {"api_key": "os.environ/PROVIDER_KEY"}}},
            "models": {"stored": model("stored", litellm_credential_name="provider")},
            "keys": {"loader": {"models": list(ANSWERS)}},
        },
        "ports": {"gateway": free_port(), "prometheus": free_port()},
        "protect": False,
    }


@contextmanager
def running(engine: docker.DockerClient, folder: Path) -> Iterator[Stack]:
    """A stack whose database holds a model, a credential and a key with a secret of its own."""
    with no_leftovers(engine, PREFIX):
        stack = Stack(folder=folder, config=stack_config(), name=f"{PREFIX}{secrets.token_hex(3)}")
        try:
            stack.encrypt("secrets.PROVIDER_KEY", CANARY)
            stack.up()
            logged = {
                "callback_name": "langfuse",
                "callback_type": "success",
                "callback_vars": {"langfuse_public_key": "pk", "langfuse_secret_key": CANARY},
            }
            outputs = stack.outputs()
            httpx.post(
                f"{outputs['gatewayUrl']}/key/generate",
                json={"key_alias": "logged", "metadata": {"logging": [logged]}},
                headers={"Authorization": f"Bearer {outputs['masterKey']}"},
                timeout=60,
            ).raise_for_status()
            yield stack
        finally:
            stack.run("destroy", "--yes", "--skip-preview")
            left = stand_ins(engine, stack)
            remove(engine, f"litellm-stack/{stack.name}")
            assert left == []


def assert_rotated(engine: docker.DockerClient, stack: Stack, *, old: str, rows: Counts) -> None:
    new = salt_key(stack)
    assert new != old
    assert counted(engine, stack, old).readable == {}
    assert counted(engine, stack, new) == rows
    assert stand_ins(engine, stack) == []
    assert len(replicas(engine, stack)) == 1
    stack.pulumi("preview", "--expect-no-changes")


def raised(stack: Stack) -> int:
    number = int(stack.config.get("rotation", {}).get("saltKey", 1)) + 1
    stack.configure({**stack.config, "rotation": {"saltKey": number}})
    return number


def lowered(stack: Stack) -> dict[str, Any]:
    return {**stack.config, "rotation": {"saltKey": stack.config["rotation"]["saltKey"] - 1}}


def recovered(stack: Stack) -> Stack:
    """Return the stack, unlocked after a kill."""
    stack.recover()
    return stack


@contextmanager
def clients(stack: Stack) -> Iterator[None]:
    """Run clients of every kind, and see that none of them failed or got another answer than its model's."""
    outputs = stack.outputs()
    key = outputs["virtualKeys"]["loader"]
    asked = [kind(key, model) for model in ANSWERS for kind in (load.chat, load.stream)]
    with load.load(url=outputs["gatewayUrl"], clients=[*asked, load.admin(outputs["masterKey"])]) as seen:
        time.sleep(2)
        yield
        time.sleep(RELOADED)
    assert seen.failures == []
    assert seen.answers.keys() == {*ANSWERS.values(), *map(load.streamed, ANSWERS.values()), "admin"}
    assert min(seen.answers.values()) > 10


def salt_key(stack: Stack) -> str:
    """Return the salt key that the state holds."""
    exported = json.loads(stack.pulumi("stack", "export", "--show-secrets"))
    [resource] = [r for r in exported["deployment"]["resources"] if r["urn"].endswith("::encryption-salt-key")]
    return str(json.loads(resource["outputs"]["salt_key"]["plaintext"]))


def replicas(engine: docker.DockerClient, stack: Stack) -> list[str]:
    labels = [f"{STACK_LABEL}=litellm-stack/{stack.name}", f"{COMPONENT_LABEL}=proxy"]
    found = engine.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
    return [str(container.name) for container in found if STAND_IN_LABEL not in container.labels]


def stand_ins(engine: docker.DockerClient, stack: Stack) -> list[str]:
    labels = [f"{STACK_LABEL}=litellm-stack/{stack.name}", STAND_IN_LABEL]
    found = engine.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
    return [str(container.name) for container in found]


def counted(engine: docker.DockerClient, stack: Stack, key: str) -> Counts:
    """Count what a salt key encrypted, as the stack does."""
    replica = engine.containers.get(replicas(engine, stack)[0])
    variables = dict(entry.split("=", 1) for entry in replica.attrs["Config"]["Env"])
    where = job.Surroundings(
        name=f"{stack.prefix}test",
        image=replica.attrs["Image"],
        network=next(iter(replica.attrs["NetworkSettings"]["Networks"])),
        user=litellm_runtime.USER,
        environment=litellm_runtime.ENVIRONMENT,
        tmpfs=dict.fromkeys(litellm_runtime.FOLDERS, TMPFS),
        labels={OWNER_LABEL: "test"},
        timeout=120,
        urls=[variables["DATABASE_URL"]],
        algorithm=None,
    )
    return job.count(engine, where, keys=[key])


def logs(engine: docker.DockerClient, stack: Stack) -> list[str]:
    label = f"{STACK_LABEL}=litellm-stack/{stack.name}"
    found = engine.containers.list(all=True, filters={"label": label}, ignore_removed=True)
    return [container.logs().decode(errors="replace") for container in found]
