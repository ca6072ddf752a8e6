from __future__ import annotations

import secrets
from typing import Any

import pytest

from litellm_admin.keys import derive_key, key_hash
from litellm_admin.provider import BudgetProvider, CustomerProvider, VirtualKeyProvider
from litellm_admin.provisioner import ALLOWED_ROUTES, ProvisionerProvider
from tests.integration.inputs_of_tests import MakeKey, Props
from tests.integration.running_gateway import Gateway

PROVIDER = ProvisionerProvider()


@pytest.fixture
def inputs(gateway: Gateway, name: str) -> Props:
    return {
        "url": gateway.url,
        "master_key": gateway.master_key,
        "key": derive_key(secrets.token_hex(), name=name, rotation=1),
        "user_id": name,
        "key_alias": name,
    }


def keys_of(gateway: Gateway, user_id: str) -> Any:
    return gateway.admin("GET", "/key/list", params={"user_id": user_id})["keys"]


def test_the_credential_manages_objects_and_nothing_else(inputs: Props, gateway: Gateway) -> None:
    created = PROVIDER.create(inputs)
    token = created.outs["token"] if created.outs else ""
    assert token == inputs["key"]
    row = gateway.admin("GET", "/key/info", params={"key": created.id})["info"]
    assert (row["allowed_routes"], row["user_id"]) == (list(ALLOWED_ROUTES), inputs["user_id"])
    message = {"model": "chat", "messages": [{"role": "user", "content": "x"}]}
    refused = [
        gateway.call("POST", "/chat/completions", token=token, json=message),
        gateway.call("GET", "/user/list", token=token),
        gateway.call("POST", "/team/block", token=token, json={"team_id": "x"}),
        gateway.call("POST", "/model/update", token=token, json={}),
        gateway.call("GET", "/v1/models", token=token),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)


def test_a_second_create_goes_on_with_the_first(inputs: Props, gateway: Gateway) -> None:
    first, second = PROVIDER.create(inputs), PROVIDER.create(inputs)
    assert (first.id, first.outs) == (second.id, second.outs)
    assert keys_of(gateway, inputs["user_id"]) == [first.id]


def test_a_user_without_the_role_gets_it(inputs: Props, gateway: Gateway) -> None:
    body = {"user_id": inputs["user_id"], "user_role": "internal_user", "auto_create_key": False}
    gateway.admin("POST", "/user/new", json=body)
    PROVIDER.create(inputs)
    user = gateway.admin("GET", "/user/info", params={"user_id": inputs["user_id"]})
    assert user["user_info"]["user_role"] == "proxy_admin"


def test_nothing_changes_by_a_refresh_and_drift_is_mended(inputs: Props, gateway: Gateway) -> None:
    created = PROVIDER.create(inputs)
    outs = created.outs or {}
    read = PROVIDER.read(created.id, outs)
    assert (read.id, read.inputs, read.outs) == (created.id, {**inputs, "token": inputs["key"]}, outs)
    gateway.admin("POST", "/key/update", json={"key": created.id, "allowed_routes": ["/key/info", "/key/list"]})
    read = PROVIDER.read(created.id, outs)
    assert PROVIDER.diff(created.id, read.outs or {}, inputs).changes
    PROVIDER.update(created.id, read.outs or {}, inputs)
    assert PROVIDER.read(created.id, outs).outs == outs


def test_a_new_key_stands_beside_the_old_one_until_that_goes(inputs: Props, gateway: Gateway) -> None:
    old = PROVIDER.create(inputs)
    new_inputs = {**inputs, "key": derive_key(secrets.token_hex(), name="rotated", rotation=2)}
    new = PROVIDER.create(new_inputs)
    assert set(keys_of(gateway, inputs["user_id"])) == {old.id, new.id}
    PROVIDER.delete(old.id, old.outs or {})
    assert keys_of(gateway, inputs["user_id"]) == [new.id]
    assert PROVIDER.read(new.id, new.outs or {}).id == new.id
    PROVIDER.delete(new.id, new.outs or {})
    PROVIDER.delete(new.id, new.outs or {})
    assert gateway.call("GET", "/user/info", params={"user_id": inputs["user_id"]}).status_code == 404


def test_the_master_key_on_record_may_be_an_old_one(inputs: Props, gateway: Gateway) -> None:
    created = PROVIDER.create(inputs)
    outdated = {**(created.outs or {}), "master_key": "sk-CANARY-0123456789"}
    assert PROVIDER.read(created.id, outdated).id == created.id
    assert PROVIDER.update(created.id, outdated, inputs).outs == created.outs
    new = PROVIDER.create({**inputs, "key": derive_key(secrets.token_hex(), name="rotated", rotation=2)})
    PROVIDER.delete(created.id, outdated)
    assert keys_of(gateway, inputs["user_id"]) == [new.id]
    PROVIDER.delete(new.id, {**(new.outs or {}), "master_key": "sk-CANARY-0123456789"})
    PROVIDER.delete(new.id, {**(new.outs or {}), "master_key": "sk-CANARY-0123456789"})
    assert gateway.call("GET", "/user/info", params={"user_id": inputs["user_id"]}).status_code == 404


def test_a_gateway_that_is_down_keeps_the_credential(inputs: Props, capsys: pytest.CaptureFixture[str]) -> None:
    outs = {**inputs, "url": "http://127.0.0.1:1", "token": inputs["key"], "allowed_routes": list(ALLOWED_ROUTES)}
    assert PROVIDER.read("id", outs).outs == outs
    assert "kept as recorded" in capsys.readouterr().out


def test_everything_comes_back_after_the_login_was_lost(
    inputs: Props, gateway: Gateway, make_key: MakeKey, capsys: pytest.CaptureFixture[str]
) -> None:
    provisioner = PROVIDER.create(inputs)
    login = {"url": gateway.url, "token": inputs["key"]}
    kinds = [
        (VirtualKeyProvider(), make_key(**login)),
        (BudgetProvider(), {**login, "budget_id": inputs["user_id"], "max_budget": 1.0}),
        (CustomerProvider(), {**login, "user_id": inputs["user_id"], "alias": "one"}),
    ]
    made = [(provider, props, provider.create(props)) for provider, props in kinds]
    gateway.admin("POST", "/key/delete", json={"keys": [provisioner.id]})

    assert PROVIDER.read(provisioner.id, provisioner.outs or {}).id is None
    assert [provider.read(result.id, result.outs or {}).id for provider, _, result in made] == [None] * 3
    assert "does not know the provisioner key" in capsys.readouterr().out

    assert PROVIDER.create(inputs).id == provisioner.id
    again = [provider.create(props) for provider, props, _ in made]
    assert [result.id for result in again] == [result.id for _, _, result in made]
    assert key_hash(make_key()["key"]) == again[0].id


def test_a_gateway_without_its_database_makes_nothing_disappear(
    inputs: Props, gateway: Gateway, make_key: MakeKey, capsys: pytest.CaptureFixture[str]
) -> None:
    login = {"url": gateway.url, "token": inputs["key"]}
    providers = [
        (PROVIDER, inputs),
        (VirtualKeyProvider(), make_key(**login)),
        (BudgetProvider(), {**login, "budget_id": inputs["user_id"], "max_budget": 1.0}),
        (CustomerProvider(), {**login, "user_id": inputs["user_id"], "alias": "one"}),
    ]
    made = [(provider, provider.create(props)) for provider, props in providers]
    # A login that the proxy has not seen for a minute has to be looked up in the database.
    unseen = {"key": derive_key("unseen", name="x", rotation=1)}
    with gateway.without_database():
        kept = [provider.read(result.id, result.outs or {}) for provider, result in made]
        kept.append(PROVIDER.read("unseen", {**(made[0][1].outs or {}), **unseen}))
    assert [read.id for read in kept] == [*(result.id for _, result in made), "unseen"]
    assert "kept as recorded" in capsys.readouterr().out


def test_a_login_that_was_blocked_keeps_the_record_and_says_why(
    inputs: Props, gateway: Gateway, make_key: MakeKey, capsys: pytest.CaptureFixture[str]
) -> None:
    created = PROVIDER.create(inputs)
    gateway.admin("POST", "/key/update", json={"key": created.id, "blocked": True})
    outs = {**make_key(token=inputs["key"]), "expires": None}
    assert VirtualKeyProvider().read("id", outs).outs == outs
    assert "Key is blocked" in capsys.readouterr().out
