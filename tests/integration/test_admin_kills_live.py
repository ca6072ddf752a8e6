"""The engine killed again and again while it makes one of everything."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

import pytest

from litellm_admin.keys import derive_key, key_hash
from tests.integration.fault_proxy import FaultProxy
from tests.integration.pulumi_program import PulumiProgram
from tests.integration.running_gateway import Gateway
from tests.processes import kill

ONE_OF_EVERYTHING = """
    import pulumi
    from litellm_admin import resources as admin
    from litellm_admin.keys import derive_key

    config = pulumi.Config()
    url, name, seed = config.require("url"), config.require("name"), config.require_secret("seed")
    amount = config.require_float("amount")

    def key(word):
        return seed.apply(lambda seed: derive_key(seed, name=word, rotation=1))

    at = {"url": url, "token": admin.Provisioner("login", admin.ProvisionerArgs(
        url=url, master_key=config.require_secret("master_key"), key=key("login"), user_id=name + "-login",
        key_alias=name + "-login")).token}
    credential = admin.Credential("credential", admin.CredentialArgs(
        **at, credential_name=name, credential_values={"api_base": "http://127.0.0.1:1"}))
    admin.Model("model", admin.ModelArgs(**at, model_id=name, model_name=name, litellm_params={
        "model": "openai/gpt-4o-mini", "litellm_credential_name": credential.credential_name, "rpm": amount}))
    budget = admin.Budget("budget", admin.BudgetArgs(**at, budget_id=name, max_budget=amount))
    user = admin.User("user", admin.UserArgs(**at, user_id=name, max_budget=amount))
    team = admin.Team("team", admin.TeamArgs(**at, team_id=name, max_budget=amount))
    member = admin.TeamMember("member", admin.TeamMemberArgs(
        **at, team_id=team.team_id, user_id=user.user_id, max_budget_in_team=amount))
    admin.Customer("customer", admin.CustomerArgs(**at, user_id=name, budget_id=budget.budget_id))
    admin.VirtualKey("key", admin.VirtualKeyArgs(
        **at, key=key("key"), key_alias=name, team_id=team.team_id, user_id=user.user_id, max_budget=amount),
        pulumi.ResourceOptions(depends_on=[member]))
"""
READS = ("/info", "/list")


@pytest.fixture
def seed() -> str:
    return secrets.token_hex(16)


@pytest.fixture
def stack(gateway: Gateway, faults: FaultProxy, seed: str, name: str, tmp_path: Path) -> PulumiProgram:
    given = {"url": faults.url, "name": name, "amount": "1"}
    return PulumiProgram(tmp_path, ONE_OF_EVERYTHING, given, {"master_key": gateway.master_key, "seed": seed})


def kill_after(stack: PulumiProgram, faults: FaultProxy, writes: int, *command: str) -> None:
    """Run a command until the proxy was given so many writes, and kill the engine and everything that it started."""
    faults.seen = []
    with stack.start(*command, "--yes", "--skip-preview", environment={}) as running:
        while sum(not path.endswith(READS) and "by_name" not in path for path in faults.seen) < writes:
            if running.poll() is not None:
                return
            time.sleep(0.002)
        kill(running)
    stack.recover()


def held(gateway: Gateway, name: str, seed: str) -> dict[str, Any]:
    """What the proxy has of each object: how many, or its limit."""
    models = gateway.admin("GET", "/v2/model/info", params={"size": 100})["data"]
    team = gateway.admin("GET", "/team/info", params={"team_id": name})
    roster = team["team_info"]["members_with_roles"]
    key = derive_key(seed, name="key", rotation=1)
    return {
        "models": [row["litellm_params"]["rpm"] for row in models if row["model_name"] == name],
        "credentials": [
            row["credential_name"]
            for row in gateway.admin("GET", "/credentials")["credentials"]
            if row["credential_name"] == name
        ],
        "budget": [row["max_budget"] for row in gateway.admin("POST", "/budget/info", json={"budgets": [name]})],
        "user": gateway.admin("GET", "/v2/user/info", params={"user_id": name})["max_budget"],
        "team": team["team_info"]["max_budget"],
        "members": [member["user_id"] for member in roster if member["role"] == "user"],
        "member": [row["litellm_budget_table"]["max_budget"] for row in team["team_memberships"] if row["budget_id"]],
        "customer": gateway.admin("GET", "/customer/info", params={"end_user_id": name})["budget_id"],
        "key": gateway.admin("GET", "/key/info", params={"key": key_hash(key)})["info"]["max_budget"],
        "keys": len(gateway.admin("GET", "/key/list", params={"key_alias": name})["keys"]),
    }


def everything(name: str, amount: float) -> dict[str, Any]:
    return {
        "models": [amount],
        "credentials": [name],
        "budget": [amount],
        "user": amount,
        "team": amount,
        "members": [name],
        "member": [amount],
        "customer": name,
        "key": amount,
        "keys": 1,
    }


def test_what_is_declared_exists_once_however_often_the_engine_was_killed(
    stack: PulumiProgram, faults: FaultProxy, gateway: Gateway, seed: str, name: str
) -> None:
    for writes in (1, 2, 3, 2, 4, 3):
        kill_after(stack, faults, writes, "up")
    stack.run("up", "--yes", "--skip-preview", "--refresh")
    assert held(gateway, name, seed) == everything(name, 1)
    assert stack.changes("--refresh") == {}

    stack.run("config", "set", "amount", "2")
    for writes in (1, 3, 2):
        kill_after(stack, faults, writes, "up")
    stack.run("up", "--yes", "--skip-preview", "--refresh")
    assert held(gateway, name, seed) == everything(name, 2)
    assert stack.changes("--refresh") == {}

    for writes in (1, 3):
        kill_after(stack, faults, writes, "destroy")
    stack.run("destroy", "--yes", "--skip-preview", "--refresh")
    assert gateway.admin("GET", "/key/list", params={"key_alias": name})["keys"] == []
    assert gateway.call("GET", "/team/info", params={"team_id": name}).status_code == 404
    assert gateway.call("GET", "/v2/user/info", params={"user_id": name}).status_code == 404
    assert gateway.admin("POST", "/budget/info", json={"budgets": [name]}) == []
