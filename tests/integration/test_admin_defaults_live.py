"""c60: objects hold exactly what is declared on a proxy whose settings fill in the rest."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace

import pytest

from litellm_admin.key_group_provider import KeyGroupProvider
from litellm_admin.keys import derive_key, key_hash
from litellm_admin.provider import TeamProvider, UserProvider, VirtualKeyProvider
from litellm_admin.provisioner import FILLED, ProvisionerProvider
from tests.integration.inputs_of_tests import Login, MakeKey, Props
from tests.integration.live_object import LiveObject
from tests.integration.running_gateway import Gateway
from tests.waiting import until

SETTINGS = {
    "default_key_generate_params": {
        "max_budget": 1.5,
        "budget_duration": "1d",
        "duration": "20d",
        "max_parallel_requests": 9,
        "metadata": {"setting": "default"},
        "models": ["chat"],
        "rpm_limit": 3,
        "user_id": "somebody",
    },
    "upperbound_key_generate_params": {"max_budget": 100, "duration": "30d", "tpm_limit": 1000},
    "default_team_params": {
        "max_budget": 5,
        "budget_duration": "1d",
        "rpm_limit": 4,
        "tpm_limit": 6,
        "team_member_permissions": ["/key/info"],
    },
    "default_internal_user_params": {"max_budget": 2, "budget_duration": "30d", "rpm_limit": 8},
    "max_internal_user_budget": 3,
    "internal_user_budget_duration": "7d",
}
LIMITS = ("max_budget", "budget_duration", "expires", "rpm_limit", "tpm_limit", "max_parallel_requests", "user_id")


@pytest.fixture(scope="module")
def filling(gateway: Gateway) -> Gateway:
    """A proxy on the same database whose settings fill in what a new object leaves out."""
    return replace(gateway, url=gateway.another(SETTINGS))


@pytest.fixture
def on_it(filling: Gateway, make_key: MakeKey) -> MakeKey:
    return lambda **fields: {**make_key(**fields), "url": filling.url}


@pytest.fixture
def fill(filling: Gateway, name: str) -> Callable[..., str]:
    """Create a key as a version of the stack did that left filled fields alone, and return its value."""

    def generate(value: str, **fields: object) -> str:
        filling.admin("POST", "/key/generate", json={"key": value, "key_alias": name, **fields})
        return value

    return generate


def row(gateway: Gateway, value: str) -> Props:
    info: Props = gateway.admin("GET", "/key/info", params={"key": key_hash(value)})["info"]
    return info


def test_the_proxy_fills_in_what_a_plain_create_leaves_out(filling: Gateway, fill: Callable[..., str]) -> None:
    held = row(filling, fill(f"sk-{secrets.token_hex(12)}"))
    assert [name for name in LIMITS if not held[name]] == []
    assert (held["models"], held["metadata"]) == (["chat"], {"setting": "default"})


def test_c60_a_key_holds_what_is_declared(filling: Gateway, on_it: MakeKey) -> None:
    key = LiveObject(VirtualKeyProvider(), key_hash(on_it()["key"]), on_it())
    key.create(max_budget=50.0, metadata={"own": "yes"})
    held = row(filling, on_it()["key"])
    assert {field: held[field] for field in LIMITS} == {**dict.fromkeys(LIMITS), "max_budget": 50.0}
    key.update(max_budget=100.0, duration="30d")
    key.update()
    key.delete()
    key.create()
    assert row(filling, on_it()["key"])["metadata"] == {}
    assert key.drifted({}) == {}


def test_c60_what_an_earlier_version_left_is_drift_and_goes(
    filling: Gateway, on_it: MakeKey, fill: Callable[..., str]
) -> None:
    inputs = on_it()
    fill(inputs["key"])
    read = VirtualKeyProvider().read(key_hash(inputs["key"]), inputs)
    assert read.inputs is not None
    shown = {field: value for field, value in read.inputs.items() if field not in inputs}
    assert str(shown.pop("duration")).startswith("until 20")
    assert shown == {
        "max_budget": 1.5,
        "budget_duration": "1d",
        "max_parallel_requests": 9,
        "models": ["chat"],
        "rpm_limit": 3,
        "tpm_limit": 1000,
        "user_id": "somebody",
    }
    again = VirtualKeyProvider().read(key_hash(inputs["key"]), read.outs or {})
    assert again.inputs == read.inputs
    diff = VirtualKeyProvider().diff(read.id or "", read.outs or {}, inputs)
    assert (diff.changes, diff.replaces) == (True, [])
    VirtualKeyProvider().update(read.id or "", read.outs or {}, inputs)
    assert {field: row(filling, inputs["key"])[field] for field in LIMITS} == dict.fromkeys(LIMITS)


def test_c60_an_adopted_key_keeps_its_end(filling: Gateway, login: Login, name: str, fill: Callable[..., str]) -> None:
    value = fill(f"sk-{secrets.token_hex(12)}")
    inputs = {**login, "url": filling.url, "key_alias": name, "adopt": True}
    outs = VirtualKeyProvider().create(inputs).outs or {}
    held = row(filling, value)
    assert (held["expires"] is None, held["max_budget"]) == (False, None)
    assert VirtualKeyProvider().read(key_hash(value), outs).inputs == inputs


def test_c60_keys_of_a_group_hold_what_is_declared(filling: Gateway, login: Login, name: str) -> None:
    group, seed = KeyGroupProvider(), secrets.token_hex(16)
    inputs = {**login, "url": filling.url, "group": name, "seed": seed, "fields": {}, "keys": {f"{name}-a": {}}}
    value = derive_key(seed, name=f"{name}-a", rotation=1)
    created = group.create(inputs)
    assert {field: row(filling, value)[field] for field in LIMITS} == dict.fromkeys(LIMITS)
    assert group.read(created.id, created.outs or {}).inputs == inputs

    filling.admin("POST", "/key/update", json={"key": value, "duration": "5d", "rpm_limit": 7})
    read = group.read(created.id, created.outs or {})
    shown = (read.inputs or {})["keys"][f"{name}-a"]
    assert (shown["rpm_limit"], shown["duration"].startswith("until 20")) == (7, True)
    assert group.diff(created.id, read.outs or {}, inputs).changes
    group.update(created.id, read.outs or {}, inputs)
    assert group.read(created.id, created.outs or {}).inputs == inputs
    group.delete(created.id, inputs)


def test_c60_the_stacks_own_login_never_ends(filling: Gateway, name: str) -> None:
    inputs = {
        "url": filling.url,
        "master_key": filling.master_key,
        "key": derive_key(secrets.token_hex(), name=name, rotation=1),
        "user_id": name,
        "key_alias": name,
    }
    provider = ProvisionerProvider()
    created = provider.create(inputs)
    outs = created.outs or {}
    held = row(filling, inputs["key"])
    assert {field: held[field] for field in LIMITS} == {**dict.fromkeys(LIMITS), "user_id": name}
    read = provider.read(created.id, outs)
    assert (read.outs, provider.diff(created.id, outs, inputs).changes) == (outs, False)

    # As an earlier version left it: with an end, and after that.
    for end in ("1d", "1s"):
        filling.admin("POST", "/key/update", json={"key": created.id, "duration": end})
        until(lambda: provider.read(created.id, outs).outs != outs)
        if end == "1s":
            until(lambda: filling.call("GET", "/key/info", token=inputs["key"]).status_code == 401)
        found = provider.read(created.id, outs).outs or {}
        assert found[FILLED] == ["duration"]
        assert provider.diff(created.id, found, inputs).changes
        assert provider.update(created.id, found, inputs).outs == outs
        assert row(filling, inputs["key"])["expires"] is None
    assert provider.read(created.id, outs).outs == outs


def test_c60_a_team_holds_what_is_declared(filling: Gateway, login: Login, name: str) -> None:
    identity = {**login, "url": filling.url, "team_id": name}
    team = LiveObject(TeamProvider(), name, identity)
    team.create(max_budget=1.0)
    team.update(models=["chat"])
    filling.admin("POST", "/team/update", json={"team_id": name, "rpm_limit": 5})
    assert team.drifted({"models": ["chat"]}) == {"models": ["chat"], "rpm_limit": 5}
    team.update(models=["chat"])
    team.delete()


def test_c60_a_user_holds_what_is_declared(filling: Gateway, login: Login, name: str) -> None:
    identity = {**login, "url": filling.url, "user_id": name}
    user = LiveObject(UserProvider(), name, identity)
    user.create(user_role="internal_user_viewer", max_budget=1.0)
    # A change of the role fills in the budget of internal users.
    user.update(user_role="internal_user")
    user.delete()
    user.create(user_role="internal_user", user_alias="Ann")
    user.delete()
