"""The README's commands on a checkout of its own: up, env, logs, import, down with a protected database, up again."""

from __future__ import annotations

import json
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
import yaml
from dotenv import dotenv_values

from tests.e2e.checkout import Checkout, checked_out
from tests.e2e.conftest import stack_config
from tests.e2e.leftovers import owned


@pytest.fixture
def checkout(engine: docker.DockerClient, tmp_path: Path) -> Iterator[Checkout]:
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
        "keyGroups": {},
    }
    with checked_out(engine, tmp_path, config) as checkout:
        yield checkout


def settled_spend(checkout: Checkout, key: str) -> float:
    """Return what was spent, once the proxy has written the last of it: it writes every ten seconds."""
    deadline, spent = time.monotonic() + 120, 0.0
    while True:
        before, spent = spent, checkout.spend(key)
        if spent and spent == before:
            return spent
        assert time.monotonic() < deadline, "the spend was not written within two minutes"
        time.sleep(12)


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

    spent = settled_spend(checkout, key)

    shown = checkout.make("status")
    assert f"Stack {checkout.stack} is healthy" in shown
    # The value of before the rotation, which has twelve hours left.
    assert "chat-app~" in shown.partition("Keys about to expire")[2]
    assert f"Wrote {checkout.folder / 'report.html'}" in checkout.make("report")
    page = (checkout.folder / "report.html").read_text()
    assert f"Stack {checkout.stack} is healthy" in page
    assert key not in shown + page

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

    passphrase = checkout.make("backup-passphrase")
    said = checkout.make("down", f"DELETE_DATABASE={checkout.stack}")
    assert owned(engine, label) == []
    # u05: the backups that remain can be opened, and what remains is listed.
    assert checkout.make("backup-passphrase") == passphrase
    assert passphrase.strip() not in said
    assert f"rm -r {Path(backup).parent}" in said
    assert f"pulumi stack rm --preserve-config --stack {checkout.stack}" in said
