"""A group of virtual keys on a real proxy, driven by the Pulumi CLI and killed while it is made."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from inventory.declarations import declare
from inventory.reading import read
from inventory.unmanaged import owned_ids, unmanaged
from litellm_admin.api.client import AdminClient
from litellm_admin.key_group_provider import KeyGroupProvider
from litellm_admin.keys import key_hash
from tests.integration.inputs_of_tests import Login
from tests.integration.pulumi_program import KEY_GROUP, PulumiProgram
from tests.integration.running_gateway import Gateway
from tests.processes import kill

UP = ("up", "--yes", "--skip-preview")
MANY = 60


@pytest.fixture
def stack(gateway: Gateway, name: str, tmp_path: Path) -> PulumiProgram:
    hidden = {"master_key": gateway.master_key, "seed": secrets.token_hex(16)}
    return PulumiProgram(tmp_path, KEY_GROUP, {"url": gateway.url, "name": name, "keys": "3"}, hidden)


def values(stack: PulumiProgram) -> dict[str, str]:
    shown: dict[str, str] = json.loads(stack.run("stack", "output", "values", "--show-secrets"))
    return shown


def held(gateway: Gateway, name: str) -> dict[str, dict[str, Any]]:
    """The keys whose alias starts with the name, but the login, by alias."""
    filters = {"substring_matching": "true", "key_alias": f"{name}-", "size": 100, "return_full_object": "true"}
    return {row["key_alias"]: row for row in gateway.admin("GET", "/key/list", params=filters)["keys"]}


def test_a_group_from_up_to_destroy(stack: PulumiProgram, gateway: Gateway, name: str) -> None:
    shown = stack.run("preview", "--diff") + stack.run("up", "--yes") + stack.state()
    first = values(stack)
    assert [value for value in first.values() if value in shown] == []
    assert sorted(held(gateway, name)) == sorted(first) == [f"{name}-{number}" for number in range(3)]
    for value in first.values():
        assert gateway.call("GET", "/v1/models", token=value).json()["data"][0]["id"] == "chat"
    assert stack.changes("--refresh") == {}

    owned = owned_ids(json.loads(stack.state())["deployment"]["resources"])
    everything = read(AdminClient(gateway.url, token=gateway.master_key))
    assert [found for found in unmanaged(everything, owned) if name in found] == []
    carried = declare(everything, licensed=False)
    assert not [alias for alias in carried.access.get("keys", {}) if alias.startswith(f"{name}-")]
    assert f"key {name}-0: belongs to the key group {name} of a stack, in access.keyGroups" in carried.notes

    stack.run("config", "set", "--path", f'special["{name}-1"].max_budget', "20")
    stack.run("config", "set", "--path", f'special["{name}-9"].rpm_limit', "5")
    assert f"~ {name}-1" in stack.run("preview", "--diff")
    stack.run(*UP)
    assert {alias: row["max_budget"] for alias, row in held(gateway, name).items()} == {
        f"{name}-0": 10,
        f"{name}-1": 20,
        f"{name}-2": 10,
        f"{name}-9": 10,
    }
    assert stack.changes("--refresh") == {}

    stack.run("config", "set", "keys", "2")
    assert f"- {name}-2" in stack.run("preview", "--diff")
    stack.run(*UP)
    assert f"{name}-2" not in held(gateway, name)
    stack.run("destroy", "--yes", "--skip-preview")
    assert held(gateway, name) == {}


@pytest.mark.parametrize("change", [{"max_budget": None}, {"max_budget": 77}, {"models": []}])
def test_what_somebody_changed_shows_and_is_mended(
    stack: PulumiProgram, gateway: Gateway, name: str, change: dict[str, Any]
) -> None:
    stack.run(*UP)
    before = held(gateway, name)
    value = values(stack)
    gateway.admin("POST", "/key/update", json={"key": key_hash(value[f"{name}-0"]), **change})
    gateway.admin("POST", "/key/delete", json={"keys": [key_hash(value[f"{name}-2"])]})
    shown = stack.run("preview", "--refresh", "--diff")
    assert f"~ {name}-0" in shown
    assert f"- {name}-2" in shown
    stack.run(*UP, "--refresh")
    compared = ("token", "models", "max_budget", "rpm_limit", "budget_duration")
    after = held(gateway, name)
    assert {alias: [row[field] for field in compared] for alias, row in after.items()} == {
        alias: [row[field] for field in compared] for alias, row in before.items()
    }
    assert stack.changes("--refresh") == {}
    stack.run("destroy", "--yes", "--skip-preview")


def test_a_rotated_member_has_a_new_value_and_its_spend(stack: PulumiProgram, gateway: Gateway, name: str) -> None:
    stack.run(*UP)
    old = values(stack)[f"{name}-0"]
    gateway.admin("POST", "/key/update", json={"key": key_hash(old), "spend": 1.5})
    stack.run("config", "set", "--path", f'special["{name}-0"].rotation', "2")
    stack.run("config", "set", "--path", f'special["{name}-0"].grace', "1h")
    stack.run(*UP)
    new = values(stack)[f"{name}-0"]
    assert new != old
    assert [gateway.call("GET", "/v1/models", token=value).status_code for value in (old, new)] == [200, 200]
    assert held(gateway, name)[f"{name}-0"]["spend"] == 1.5
    assert stack.changes("--refresh") == {}
    stack.run("destroy", "--yes", "--skip-preview")
    assert [gateway.call("GET", "/v1/models", token=value).status_code for value in (old, new)] == [401, 401]


def test_a_kill_loses_no_key_and_leaves_none_behind(stack: PulumiProgram, gateway: Gateway, name: str) -> None:
    stack.run("config", "set", "keys", "0")
    stack.run(*UP)

    def killed_at(made: int) -> None:
        with stack.start(*UP, environment={}) as running:
            while len(held(gateway, name)) < made:
                assert running.poll() is None, "it ended before it was killed"
            kill(running)
        stack.recover()

    stack.run("config", "set", "keys", str(MANY))
    killed_at(MANY // 3)
    killed_at(MANY * 2 // 3)
    # Somebody thinks better of it: what the killed runs made is on no record but the proxy's.
    stack.run("config", "set", "keys", "5")
    stack.run(*UP)
    assert sorted(held(gateway, name)) == [f"{name}-{number}" for number in range(5)]
    assert stack.changes("--refresh") == {}

    stack.run("config", "set", "keys", str(MANY))
    killed_at(MANY // 2)
    stack.run("config", "set", "keys", "6")
    stack.run(*UP, "--refresh")
    assert sorted(held(gateway, name)) == [f"{name}-{number}" for number in range(6)]
    assert stack.changes("--refresh") == {}

    stack.run("destroy", "--yes", "--skip-preview")
    assert held(gateway, name) == {}


def test_another_stacks_group_of_the_same_name_is_left_alone(login: Login, name: str) -> None:
    provider = KeyGroupProvider()
    mine, theirs = (
        {**login, "group": name, "seed": secrets.token_hex(), "fields": {}, "keys": {f"{name}-{who}": {}}}
        for who in ("mine", "theirs")
    )
    provider.create(theirs)
    provider.create(mine)
    assert [(provider.read(name, group).inputs or {})["keys"] for group in (mine, theirs)] == [
        mine["keys"],
        theirs["keys"],
    ]
    provider.delete(name, mine)
    assert (provider.read(name, theirs).inputs or {})["keys"] == theirs["keys"]
    provider.delete(name, theirs)
    assert (provider.read(name, theirs).inputs or {})["keys"] == {}
