"""The resources in somebody's own program, driven by the Pulumi CLI."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import pytest

from litellm_admin.keys import derive_key, key_hash
from supply import bulk
from tests.integration.inputs_of_tests import Props
from tests.integration.pulumi_program import MANY_KEYS, PulumiProgram
from tests.integration.running_gateway import Gateway
from tests.processes import kill

PROGRAM = """
    import pulumi
    from litellm_admin import resources as admin
    from litellm_admin.keys import derive_key

    config = pulumi.Config()
    url = config.require("url")
    keys = config.require_secret("seed").apply

    def key(name):
        return keys(lambda seed: derive_key(seed, name=name, rotation=1))

    login = admin.Provisioner("login", admin.ProvisionerArgs(
        url=url, master_key=config.require_secret("master_key"), key=key("login"), user_id=config.require("name"),
        key_alias=config.require("name")))
    budget = admin.Budget("budget", admin.BudgetArgs(
        url=url, token=login.token, budget_id=config.require("name"), max_budget=config.require_float("budget")))
    app = admin.VirtualKey("app", admin.VirtualKeyArgs(
        url=url, token=login.token, key=key("app"), key_alias=config.require("name"), models=["chat"],
        budget_id=budget.budget_id, rpm_limit=config.get_int("rpm"), metadata={"team": "a"}, duration="30d"))
    admin.Customer("customer", admin.CustomerArgs(
        url=url, token=login.token, user_id=config.require("name"), budget_id=budget.budget_id))
    pulumi.export("key", app.key)
    pulumi.export("expires", app.expires)
"""


@pytest.fixture
def hidden(gateway: Gateway) -> dict[str, str]:
    return {"master_key": gateway.master_key, "seed": secrets.token_hex(16)}


@pytest.fixture
def stack(gateway: Gateway, hidden: dict[str, str], name: str, tmp_path: Path) -> PulumiProgram:
    if shutil.which("pulumi") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("the pulumi CLI is not on PATH")
    return PulumiProgram(tmp_path, PROGRAM, {"url": gateway.url, "name": name, "budget": "1"}, hidden)


def test_a_stack_from_up_to_destroy(stack: PulumiProgram, hidden: dict[str, str], gateway: Gateway, name: str) -> None:
    value = derive_key(hidden["seed"], name="app", rotation=1)
    forbidden = [value, derive_key(hidden["seed"], name="login", rotation=1), *hidden.values()]
    shown = stack.run("preview", "--diff") + stack.run("up", "--yes") + stack.run("stack", "output") + stack.state()
    assert [text for text in forbidden if text in shown] == []
    assert stack.run("stack", "output", "key", "--show-secrets").strip() == value
    assert stack.changes() == {}
    assert stack.changes("--refresh") == {}

    gateway.admin("POST", "/key/update", json={"key": key_hash(value), "models": ["embeddings"], "rpm_limit": 3})
    gateway.admin("POST", "/customer/delete", json={"user_ids": [name]})
    assert stack.changes("--refresh") == {"update": 1, "create": 1}
    stack.run("up", "--yes", "--refresh")
    assert info(gateway, value)["models"] == ["chat"]
    assert gateway.admin("GET", "/customer/info", params={"end_user_id": name})["budget_id"] == name

    stack.run("config", "set", "budget", "2")
    stack.run("config", "set", "rpm", "60")
    assert stack.changes() == {"update": 2}
    stack.run("up", "--yes")
    assert info(gateway, value)["rpm_limit"] == 60
    stack.run("config", "set", "budget", "--", "-1")
    assert "max_budget" in stack.run("preview", fails=True)

    stack.run("destroy", "--yes")
    assert gateway.call("GET", "/customer/info", params={"end_user_id": name}).status_code == 404
    assert gateway.admin("POST", "/budget/info", json={"budgets": [name]}) == []
    assert info(gateway, value)["status"] == "deleted"
    assert gateway.call("GET", "/user/info", params={"user_id": name}).status_code == 404


def info(gateway: Gateway, value: str) -> Any:
    return gateway.admin("GET", "/key/info", params={"key": key_hash(value)})["info"]


def test_a_changed_master_key_touches_the_login_alone(stack: PulumiProgram, provisioner: Props) -> None:
    stack.run("up", "--yes")
    # The proxy still has the old one: nothing may be called for this.
    stack.run("config", "set", "--secret", "master_key", stdin="sk-another-0123456789")
    assert stack.changes() == {"update": 1}
    stack.run("up", "--yes")
    stack.run("config", "set", "--secret", "master_key", stdin=provisioner["master_key"])
    stack.run("up", "--yes")
    stack.run("destroy", "--yes")


def test_a_run_that_is_killed_without_a_record_is_finished_by_the_next(
    gateway: Gateway, hidden: dict[str, str], name: str, tmp_path: Path
) -> None:
    many = 60
    stack = PulumiProgram(tmp_path, MANY_KEYS, {"url": gateway.url, "name": name, "keys": "0"}, hidden)
    stack.run("up", "--yes", "--skip-preview")
    stack.run("config", "set", "keys", str(many))

    def made() -> int:
        filters = {"substring_matching": "true", "key_alias": f"{name}-", "size": 1}
        return int(gateway.admin("GET", "/key/list", params=filters)["total_count"])

    with stack.start("up", "--yes", "--skip-preview", environment=bulk.SKIP_CHECKPOINTS) as running:
        while made() < many // 3:
            assert running.poll() is None, "it ended before it was killed"
        kill(running)
    assert 0 < made() < many
    stack.recover()
    # Nothing of what was made is on record.
    assert stack.changes() == {"create": many}
    stack.run("up", "--yes", "--skip-preview")
    assert made() == many
    assert stack.changes("--refresh") == {}
    stack.run("destroy", "--yes", "--skip-preview")
    assert made() == 0
