"""The README's commands on a checkout of its own: up, env, logs, import, down with a protected database, up again."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import httpx
import pytest
import yaml
from dotenv import dotenv_values

from tests.e2e.conftest import no_leftovers, owned, remove, stack_config
from tests.e2e.stack import ROOT

PREFIX = "make-"
IGNORED = shutil.ignore_patterns(".git", ".venv*", ".env", "__pycache__", ".*_cache", ".hypothesis")


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A checkout, and a user without any state: caches are shared, or the test would take an hour."""

    folder: Path
    stack: str
    gateway: str

    def make(self, *arguments: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
        environment |= {"XDG_DATA_HOME": f"{self.folder}.data", "XDG_CONFIG_HOME": f"{self.folder}.config"}
        result = subprocess.run(
            ["make", "-s", *arguments, f"STACK={self.stack}"],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert result.returncode == 0, f"make {arguments[0]}:\n{result.stdout[-3000:]}\n{result.stderr[-3000:]}"
        return result.stdout

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


@pytest.fixture
def checkout(engine: docker.DockerClient, tmp_path: Path) -> Iterator[Checkout]:
    folder, name = tmp_path / "checkout", f"{PREFIX}{secrets.token_hex(3)}"
    shutil.copytree(ROOT, folder, ignore=IGNORED)
    config = {**stack_config(), "protect": True}
    config["proxy"]["model_list"] = config["proxy"]["model_list"][:1]
    config["access"] |= {
        "credentials": {"offline": {"credential_values": {"mock_response": "From the database."}}},
        "models": {
            "extra": {
                "model_name": "extra",
                "litellm_params": {"model": "openai/gpt-4o-mini", "litellm_credential_name": "offline"},
            }
        },
        "keys": {"chat-app": {"models": ["chat", "extra"], "max_budget": 1, "budget_duration": "1d"}},
        "users": {"alice": {"user_email": "alice@example.com"}},
        "teams": {"support": {"members": {"alice": {}}, "keys": {"helpdesk": {"rpm_limit": 60, "user": "alice"}}}},
    }
    content = {"config": {f"litellm-stack:{section}": value for section, value in config.items()}}
    (folder / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    with no_leftovers(engine, PREFIX):
        try:
            yield Checkout(folder=folder, stack=name, gateway=f"http://127.0.0.1:{config['ports']['gateway']}")
        finally:
            remove(engine, f"litellm-stack/{name}")


def test_a_users_day(checkout: Checkout, engine: docker.DockerClient) -> None:
    label = f"litellm-stack/{checkout.stack}"

    summary = checkout.make("up")
    assert f"Gateway      {checkout.gateway}\n" in summary
    assert f"password: make master-key STACK={checkout.stack}" in summary
    line = next(line for line in summary.splitlines() if line.startswith("  . "))
    answer = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True).stdout
    assert json.loads(answer)["choices"][0]["message"]["content"] == "first answer"

    env_file = checkout.folder / ".env"
    key = dotenv_values(env_file)["LITELLM_API_KEY"]
    assert key
    assert checkout.chat(key, model="extra") == "From the database."
    assert key not in summary
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    checkout.make("env", "KEY=chat-app", "FILE=app.env")
    assert dotenv_values(checkout.folder / "app.env")["LITELLM_API_KEY"] == key
    assert "unchanged" in checkout.make("preview")
    assert "rotation.virtualKeys is 2, rotation.grace 12h" in checkout.make("rotate", "SECRET=virtualKeys", "GRACE=12h")
    old, key = key, dotenv_values(env_file)["LITELLM_API_KEY"]
    assert key
    assert key != old
    assert checkout.chat(key, model="chat") == checkout.chat(old, model="chat") == "first answer"
    assert "edge" in checkout.make("logs", "SERVICE=edge", "FOLLOW=0")

    assert checkout.make("unmanaged").strip() == "Everything on the proxy is the stack's."
    checkout.admin("POST", "/key/generate", json={"key_alias": "by-hand", "max_budget": 2})
    assert "virtual key 'by-hand'" in checkout.make("unmanaged")
    imported = yaml.safe_load(checkout.make("import"))["config"]["litellm-stack:access"]
    assert imported["keys"]["by-hand"] == {"max_budget": 2, "adopt": True}
    assert imported["teams"]["support"]["keys"]["helpdesk"]["user_id"] == "alice"

    deadline = time.monotonic() + 60
    while not (spent := checkout.spend(key)):
        assert time.monotonic() < deadline, "the spend was not written within a minute"
        time.sleep(1)

    backup = checkout.make("backup").strip()
    assert checkout.make("backup-passphrase").strip() not in Path(backup).read_text(errors="replace")
    checkout.admin("POST", "/key/delete", json={"key_aliases": ["chat-app", "by-hand"]})
    checkout.make("restore", f"FILE={backup}", f"CONFIRM={checkout.stack}")
    assert checkout.spend(key) == spent
    assert "virtual key 'by-hand'" in checkout.make("unmanaged")

    # Nobody is there to say yes, so the database stays, with its spend, and comes back.
    assert f"DELETE_DATABASE={checkout.stack}" in checkout.make("down")
    assert [type(thing).__name__ for thing in owned(engine, label)] == ["Volume"]
    checkout.make("up")
    assert dotenv_values(env_file)["LITELLM_API_KEY"] == key
    assert checkout.spend(key) == spent

    checkout.make("down", f"DELETE_DATABASE={checkout.stack}")
    assert owned(engine, label) == []
