from __future__ import annotations

from typing import Any

import pytest

from litellm_admin.api.errors import AdminError
from litellm_admin.keys import key_hash
from litellm_admin.provider import UserProvider, VirtualKeyProvider
from tests.integration.inputs_of_tests import Login, MakeKey
from tests.integration.live_object import LiveObject
from tests.integration.running_gateway import Gateway

USER = UserProvider()
FIELDS: dict[str, tuple[Any, Any]] = {
    "budget_duration": ("30d", "2m"),
    "max_budget": (0.001, 20.0),
    "metadata": ({"cost": "a", "n": 1.0}, {"other": {"x": [True]}}),
    "object_permission": ({"vector_stores": ["a"], "agents": ["x"]}, {"vector_stores": ["b"]}),
    "rpm_limit": (60.0, 0.0),
    "tpm_limit": (1000.0, 0.0),
}
KEPT: dict[str, tuple[Any, Any]] = {
    "models": (["chat"], ["all-proxy-models"]),
    "user_alias": ("Alice", "Alicia"),
    "user_email": ("alice@example.com", "alicia@example.com"),
    "user_role": ("internal_user", "internal_user_viewer"),
}


@pytest.fixture
def user(login: Login, name: str) -> LiveObject:
    return LiveObject(USER, name, {**login, "user_id": name})


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_set_changed_and_cleared_in_place(user: LiveObject, field: str) -> None:
    first, second = FIELDS[field]
    rest = {} if field == "metadata" else {"metadata": {"kept": "yes"}}
    user.create(**rest, **{field: first})
    user.update(**rest, **{field: second})
    user.update(**rest)
    user.update(**rest, **{field: first})
    user.delete()


@pytest.mark.parametrize("field", KEPT)
def test_a_field_that_the_proxy_keeps_is_changed_and_its_removal_refused_at_preview(
    user: LiveObject, login: Login, name: str, field: str
) -> None:
    first, second = KEPT[field]
    user.create(**{field: first})
    user.update(**{field: second})
    (failure,) = USER.check(user.recorded, {**login, "user_id": name}).failures
    assert (failure.property, "cannot be emptied on the proxy: write" in failure.reason) == (field, True)
    with pytest.raises(AdminError, match=rf"cannot change user '{name}': the proxy cannot empty {field} \(write"):
        USER.update(name, user.recorded, {**login, "user_id": name})
    user.delete()


def test_a_user_comes_without_a_key(user: LiveObject, gateway: Gateway, name: str) -> None:
    user.create()
    assert gateway.admin("GET", "/key/list", params={"user_id": name})["keys"] == []


def test_an_update_makes_no_user_out_of_nothing(user: LiveObject, gateway: Gateway, name: str) -> None:
    user.create(max_budget=1.0, user_alias="Alice")
    gateway.admin("POST", "/user/delete", json={"user_ids": [name]})
    assert USER.read(name, user.recorded).id is None
    # The proxy would make a user of the changed field alone.
    user.update(max_budget=2.0, user_alias="Alice")
    assert gateway.admin("GET", "/v2/user/info", params={"user_id": name})["user_alias"] == "Alice"


def test_a_user_with_keys_stays(user: LiveObject, make_key: MakeKey, name: str) -> None:
    user.create()
    key = make_key(user_id=name)
    VirtualKeyProvider().create(key)
    with pytest.raises(AdminError, match=f"cannot delete user '{name}': virtual key '{name}' would be deleted"):
        user.delete()
    VirtualKeyProvider().delete(key_hash(key["key"]), key)
    user.delete()
    user.delete()


def test_somebody_elses_user_is_taken_over_only_on_word(user: LiveObject, gateway: Gateway, name: str) -> None:
    by_hand = {"user_id": name, "user_alias": "By hand", "max_budget": 9.0, "auto_create_key": False}
    gateway.admin("POST", "/user/new", json=by_hand)
    with pytest.raises(AdminError, match=f"cannot create user '{name}': it exists already.*adopt: true"):
        user.create()
    user.create(adopt=True, user_alias="Ours")
    row = gateway.admin("GET", "/v2/user/info", params={"user_id": name})
    assert (row["max_budget"], row["user_alias"], row["metadata"]) == (None, "Ours", {"managed_by": "provisioner"})
    user.create(user_alias="Ours")


def test_an_email_that_another_user_has_is_a_clear_error(user: LiveObject, login: Login, name: str) -> None:
    user.create(user_email=f"{name}@example.com")
    with pytest.raises(AdminError, match=f"cannot create user '{name}-2': .*{name}@example.com"):
        USER.create({**login, "user_id": f"{name}-2", "user_email": f"{name}@example.com"})


def test_a_refresh_shows_drift_and_the_next_update_mends_it(user: LiveObject, gateway: Gateway, name: str) -> None:
    declared = {"max_budget": 1.0, "models": ["chat"], "metadata": {"a": "b"}}
    user.create(**declared)
    drift = {"max_budget": 9.0, "models": ["embeddings"], "metadata": {"a": "c"}}
    gateway.admin("POST", "/user/update", json={"user_id": name, **drift})
    assert user.drifted(declared) == drift
    user.update(**declared)
