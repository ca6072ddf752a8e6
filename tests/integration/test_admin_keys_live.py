from __future__ import annotations

from typing import Any

import pytest

from litellm_admin.api.errors import AdminError
from litellm_admin.keys import derive_key, key_hash
from litellm_admin.provider import VirtualKeyProvider
from tests.integration.inputs_of_tests import Login, MakeKey, Props
from tests.integration.running_gateway import Gateway

PROVIDER = VirtualKeyProvider()

FIELDS: dict[str, tuple[Any, Any]] = {
    "access_group_ids": (["one"], ["one", "two"]),
    "agent_id": ("an-agent", "another"),
    "allowed_vector_store_indexes": (
        [{"index_name": "a", "index_permissions": ["read"]}],
        [{"index_name": "b", "index_permissions": ["read", "write"]}],
    ),
    "object_permission": (
        {"vector_stores": ["a"], "agents": ["x"]},
        {"vector_stores": ["b"], "skills": ["c"]},
    ),
    "aliases": ({"gpt": "chat"}, {"gpt": "embeddings"}),
    "allowed_cache_controls": (["no-cache"], ["no-cache", "no-store"]),
    "allowed_routes": (["/chat/completions"], ["llm_api_routes"]),
    "blocked": (True, False),
    "budget_duration": ("30d", "2m"),
    "budget_fallbacks": ({"chat": ["embeddings"]}, {"embeddings": ["chat"]}),
    "budget_limits": (
        [{"max_budget": 1.0, "budget_duration": "1d"}],
        [{"max_budget": 1.0, "budget_duration": "1d"}, {"max_budget": 5.0, "budget_duration": "30d"}],
    ),
    "config": ({"a": 1.0}, {"a": {"b": [1.0]}}),
    "default_estimated_output_tokens": (10.0, 20.0),
    "default_estimated_output_tokens_per_model": ({"chat": 10.0}, {"chat": 20.0}),
    "duration": ("30d", "60d"),
    "enable_prompt_caching": (True, False),
    "enforced_params": (["user"], ["user", "metadata"]),
    "max_budget": (0.001, 20.0),
    "max_parallel_requests": (3.0, 0.0),
    "mcp_rpm_limit": ({"server": 1.0}, {"server": 2.0}),
    "metadata": ({"team": "a", "n": 1.0}, {"other": {"x": [True]}}),
    "model_rpm_limit": ({"chat": 5.0}, {"embeddings": 6.0}),
    "model_tpm_limit": ({"chat": 5.0}, {"embeddings": 6.0}),
    "models": (["chat"], ["chat", "embeddings"]),
    "permissions": ({"a": True}, {"b": True}),
    "router_settings": ({"num_retries": 2.0}, {"timeout": 3.0}),
    "rpm_limit": (60.0, 0.0),
    "rpm_limit_type": ("best_effort_throughput", "dynamic"),
    "tag_rpm_limit": ({"t": 1.0}, {"t": 2.0}),
    "throttle_on_budget_exceeded": (True, False),
    "tpd_limit": (1000.0, 1.0),
    "tpm_limit": (1000.0, 0.0),
    "tpm_limit_type": ("dynamic", "best_effort_throughput"),
    "user_id": ("somebody", "somebody-else"),
}


def create(inputs: Props) -> Props:
    """Create, and see that a refresh and a second preview find nothing to do."""
    result = PROVIDER.create(inputs)
    assert result.id == key_hash(inputs["key"])
    return settled(inputs, result.outs or {})


def update(outs: Props, inputs: Props) -> Props:
    return settled(inputs, PROVIDER.update(key_hash(inputs["key"]), outs, inputs).outs or {})


def settled(inputs: Props, outs: Props) -> Props:
    id_ = key_hash(inputs["key"])
    read = PROVIDER.read(id_, outs)
    assert (read.id, read.inputs, read.outs) == (id_, inputs, outs)
    assert not PROVIDER.diff(id_, outs, inputs).changes
    return outs


def info(gateway: Gateway, inputs: Props) -> Any:
    return gateway.admin("GET", "/key/info", params={"key": key_hash(inputs["key"])})["info"]


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_set_changed_and_cleared_in_place(make_key: MakeKey, gateway: Gateway, field: str) -> None:
    first, second = FIELDS[field]
    outs = create(
        make_key(metadata={"kept": "yes"}, **{field: first}) if field != "metadata" else make_key(metadata=first)
    )
    rest = {} if field == "metadata" else {"metadata": {"kept": "yes"}}
    outs = update(outs, make_key(**rest, **{field: second}))
    outs = update(outs, make_key(**rest))
    outs = update(outs, make_key(**rest, **{field: first}))
    assert info(gateway, outs)["metadata"].get("kept") == rest.get("metadata", {}).get("kept")
    PROVIDER.delete(key_hash(outs["key"]), outs)


def test_a_key_can_be_everything_at_once_and_nothing_again(make_key: MakeKey, gateway: Gateway) -> None:
    outs = create(make_key(**{field: first for field, (first, _) in FIELDS.items()}))
    outs = update(outs, make_key())
    row = info(gateway, outs)
    assert row["metadata"] == {}
    # A null in one of these breaks the list of all keys and the deletion of this one.
    assert gateway.admin("GET", "/key/list", params={"return_full_object": "true", "size": 100})["keys"]
    PROVIDER.delete(key_hash(outs["key"]), outs)
    assert PROVIDER.read(key_hash(outs["key"]), outs).id is None


def test_the_key_works_and_the_models_hold(make_key: MakeKey, gateway: Gateway) -> None:
    inputs = make_key(models=["chat"])
    create(inputs)
    message = {"messages": [{"role": "user", "content": "Hello"}]}
    chat = gateway.call("POST", "/chat/completions", token=inputs["key"], json={"model": "chat", **message})
    assert chat.json()["choices"][0]["message"]["content"] == "Hello."
    refused = gateway.call("POST", "/embeddings", token=inputs["key"], json={"model": "embeddings", "input": "x"})
    assert refused.status_code == 403


def test_an_update_keeps_the_spend(make_key: MakeKey, gateway: Gateway) -> None:
    outs = create(make_key(max_budget=1.0))
    gateway.admin("POST", "/key/update", json={"key": key_hash(outs["key"]), "spend": 0.25})
    outs = update(outs, make_key(max_budget=2.0))
    assert info(gateway, outs)["spend"] == 0.25


def test_changing_another_field_does_not_move_the_expiry(make_key: MakeKey) -> None:
    outs = create(make_key(duration="30d"))
    assert update(outs, make_key(duration="30d", models=["chat"]))["expires"] == outs["expires"]


def test_a_second_create_finds_its_own_key_and_brings_it_in_line(make_key: MakeKey, gateway: Gateway) -> None:
    create(make_key(models=["chat"], max_budget=1.0, model_rpm_limit={"chat": 1.0}, metadata={"a": "b"}, blocked=True))
    create(make_key(key_alias=make_key()["key_alias"] + "-renamed", models=["embeddings"], duration="30d"))
    row = info(gateway, make_key())
    assert (row["max_budget"], row["metadata"], row["blocked"]) == (None, {}, False)
    create(make_key())
    row = info(gateway, make_key())
    assert (row["models"], row["expires"], row["key_alias"]) == ([], None, make_key()["key_alias"])


def test_an_alias_that_another_key_has_is_a_clear_error(make_key: MakeKey, name: str) -> None:
    create(make_key())
    other = make_key(key=derive_key("another", name=name, rotation=1))
    with pytest.raises(AdminError, match=f"cannot create virtual key '{name}'.*taken by another key") as caught:
        PROVIDER.create(other)
    assert key_hash(make_key()["key"])[:12] in str(caught.value)
    assert other["key"] not in str(caught.value)


def test_a_key_that_was_there_is_taken_over_with_the_value_that_its_users_have(
    login: Login, gateway: Gateway, name: str
) -> None:
    made = gateway.admin("POST", "/key/generate", json={"key_alias": name, "max_budget": 9.0, "metadata": {"a": "b"}})
    inputs = {**login, "key_alias": name, "adopt": True, "models": ["chat"]}
    assert PROVIDER.check({}, inputs).failures == []
    created = PROVIDER.create(inputs)
    assert created.id == made["token_id"]
    row = gateway.admin("GET", "/key/info", params={"key": made["key"]})["info"]
    assert (row["max_budget"], row["models"], row["metadata"]) == (None, ["chat"], {})
    assert "key" not in (created.outs or {})

    changed = {**inputs, "rpm_limit": 5.0}
    outs = PROVIDER.update(created.id, created.outs or {}, changed).outs or {}
    assert PROVIDER.read(created.id, outs).inputs == changed
    # Without `adopt` another key would take its place, and its users would be refused.
    owned = {**login, "key_alias": name, "key": derive_key("seed", name=name, rotation=1)}
    assert [failure.property for failure in PROVIDER.check(outs, owned).failures] == ["adopt"]
    PROVIDER.delete(created.id, outs)
    assert PROVIDER.read(created.id, outs).id is None


def test_a_key_that_is_not_there_cannot_be_taken_over(login: Login, name: str, make_key: MakeKey) -> None:
    adopted = {**login, "key_alias": name, "adopt": True}
    with pytest.raises(AdminError, match=f"cannot take over virtual key '{name}': the proxy has no key of this alias"):
        PROVIDER.create(adopted)
    create(make_key())
    created = PROVIDER.create(adopted)
    PROVIDER.delete(created.id, created.outs or {})
    # No value would be known of a key that is made without one.
    with pytest.raises(AdminError, match="without its value it cannot be made again: leave `adopt` out"):
        PROVIDER.update(created.id, created.outs or {}, {**adopted, "rpm_limit": 5.0})


def test_a_permission_for_a_server_that_the_proxy_does_not_have_fails(make_key: MakeKey) -> None:
    # The proxy takes it, answers 200 and drops it.
    with pytest.raises(AdminError, match="still holds something else in: object_permission"):
        PROVIDER.create(make_key(object_permission={"mcp_servers": ["nowhere"]}))


def test_a_key_that_is_adopted_is_never_deleted_for_a_change(login: Login, gateway: Gateway, name: str) -> None:
    made = gateway.admin("POST", "/key/generate", json={"key_alias": name})
    inputs = {**login, "key_alias": name, "adopt": True}
    with pytest.raises(
        AdminError, match="cannot change team_id in place, and without its value it cannot be made anew"
    ):
        PROVIDER.create({**inputs, "team_id": "another"})
    outs = PROVIDER.create(inputs).outs or {}
    (failure,) = PROVIDER.check(outs, {**inputs, "team_id": "another"}).failures
    assert failure.property == "team_id"
    assert gateway.call("GET", "/v1/models", token=made["key"]).is_success


@pytest.mark.parametrize("given", [{}, {"adopt": True, "key": "sk-0123456789abcdef"}])
def test_a_key_has_a_value_or_is_adopted(login: Login, name: str, given: Props) -> None:
    failures = PROVIDER.check({}, {**login, "key_alias": name, **given}).failures
    assert [failure.property for failure in failures] == ["key"]


DRIFT: dict[str, tuple[Props, Props, Props]] = {
    "changed": ({"max_budget": 1.0}, {"max_budget": 9.0}, {"max_budget": 9.0}),
    "removed": ({"max_budget": 1.0, "models": ["chat"]}, {"max_budget": None, "models": []}, {}),
    "blocked": ({"blocked": False}, {"blocked": True}, {"blocked": True}),
    "in metadata": ({"metadata": {"a": "b"}}, {"metadata": {"a": "c"}}, {"metadata": {"a": "c"}}),
    "field inside metadata": (
        {"model_rpm_limit": {"chat": 1.0}},
        {"model_rpm_limit": {"chat": 2}},
        {"model_rpm_limit": {"chat": 2}},
    ),
    "expiry": ({"duration": "30d"}, {"duration": "1d"}, {}),
    "expiry removed": ({"duration": "30d"}, {"duration": None}, {}),
    "limit that is not declared": ({"max_budget": 1.0}, {"rpm_limit": 7}, {"max_budget": 1.0, "rpm_limit": 7}),
    "not managed": ({"max_budget": 1.0}, {"metadata": {"x": "y"}}, {"max_budget": 1.0}),
}


@pytest.mark.parametrize("case", DRIFT)
def test_a_refresh_shows_drift_and_the_next_update_mends_it(make_key: MakeKey, gateway: Gateway, case: str) -> None:
    declared, drift, shown = DRIFT[case]
    inputs = make_key(**declared)
    outs = create(inputs)
    gateway.admin("POST", "/key/update", json={"key": key_hash(outs["key"]), **drift})
    read = PROVIDER.read(key_hash(outs["key"]), outs)
    assert read.inputs == make_key(**shown)
    changes = PROVIDER.diff(read.id or "", read.outs or {}, inputs)
    assert changes.changes is (case != "not managed")
    assert not changes.replaces
    if changes.changes:
        update(read.outs or {}, inputs)


def test_an_alias_that_was_changed_by_hand_is_changed_back(make_key: MakeKey, gateway: Gateway) -> None:
    outs = create(make_key())
    gateway.admin("POST", "/key/update", json={"key": key_hash(outs["key"]), "key_alias": outs["key_alias"] + "-x"})
    read = PROVIDER.read(key_hash(outs["key"]), outs)
    assert read.inputs is not None
    assert read.inputs["key_alias"] == outs["key_alias"] + "-x"
    update(read.outs or {}, make_key())


def test_a_key_that_was_deleted_by_hand_is_gone_and_comes_back(make_key: MakeKey, gateway: Gateway) -> None:
    outs = create(make_key(max_budget=1.0))
    gateway.admin("POST", "/key/delete", json={"keys": [key_hash(outs["key"])]})
    assert PROVIDER.read(key_hash(outs["key"]), outs).id is None
    create(make_key(max_budget=1.0))
    gateway.admin("POST", "/key/delete", json={"keys": [key_hash(outs["key"])]})
    update(outs, make_key(max_budget=2.0))


def test_a_key_is_deleted_once_or_twice(make_key: MakeKey) -> None:
    outs = create(make_key())
    PROVIDER.delete(key_hash(outs["key"]), outs)
    PROVIDER.delete(key_hash(outs["key"]), outs)


def test_a_gateway_that_is_down_makes_nothing_disappear(make_key: MakeKey, capsys: pytest.CaptureFixture[str]) -> None:
    outs = {**make_key(models=["chat"]), "url": "http://127.0.0.1:1", "expires": None}
    id_ = key_hash(outs["key"])
    read = PROVIDER.read(id_, outs)
    assert (read.id, read.outs, read.inputs) == (id_, outs, None)
    assert "kept as recorded" in capsys.readouterr().out


def test_a_refused_value_names_the_object_and_the_proxys_words(make_key: MakeKey, name: str) -> None:
    with pytest.raises(AdminError, match=f"cannot create virtual key '{name}': HTTP 400: .*end_user_budget_id=nope"):
        PROVIDER.create(make_key(end_user_budget_id="nope"))
    with pytest.raises(AdminError, match="HTTP 401") as caught:
        PROVIDER.create(make_key(token="sk-CANARY-0123456789"))
    assert "CANARY" not in str(caught.value)


def test_a_key_without_a_user_cannot_read_another_one(gateway: Gateway, make_key: MakeKey, name: str) -> None:
    """LiteLLM 1.106.2 compared the users of both keys, and took none for the same one (fixed in 1.106.12)."""
    other = create(make_key(max_budget=4711.0, metadata={"note": "of-somebody-else"}))
    gateway.admin("POST", "/key/update", json={"key": key_hash(other["key"]), "spend": 0.8153})
    curious = gateway.admin("POST", "/key/generate", json={"key_alias": f"{name}-curious"})["key"]
    hash_ = key_hash(other["key"])
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/key/info", {"params": {"key": hash_}}),
        ("GET", "/key/info", {"params": {"key": name}}),
        ("GET", "/key/info", {"params": {"key_alias": name}}),
        ("POST", "/v2/key/info", {"json": {"keys": [hash_]}}),
        ("GET", "/key/list", {"params": {"return_full_object": "true"}}),
        ("GET", "/key/list", {"params": {"key_alias": name, "return_full_object": "true"}}),
        ("GET", "/key/list", {"params": {"key_hash": hash_, "return_full_object": "true"}}),
        ("GET", "/key/aliases", {}),
        ("GET", "/spend/keys", {}),
        ("GET", "/spend/logs", {"params": {"api_key": hash_}}),
        ("GET", "/global/spend/keys", {}),
    ]
    for method, path, request in asked:
        answer = gateway.call(method, path, token=curious, **request)
        shown = answer.text.replace(f"{name}-curious", "")
        assert [it for it in (f'"{name}"', "4711", "0.8153", "of-somebody-else") if it in shown] == [], (path, request)
    # What it may read is itself.
    own = gateway.call("GET", "/key/info", token=curious).json()
    assert own["info"]["key_alias"] == f"{name}-curious"
    refused = gateway.call("GET", "/key/info", token=curious, params={"key": hash_})
    assert refused.status_code == 403
