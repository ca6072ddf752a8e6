from __future__ import annotations

from typing import Any

import pytest

from litellm_admin.api.errors import AdminError
from litellm_admin.keys import derive_key, key_hash
from litellm_admin.provider import TeamMemberProvider, TeamProvider, UserProvider, VirtualKeyProvider
from tests.integration.inputs_of_tests import Login, MakeKey, Props
from tests.integration.live_object import LiveObject
from tests.integration.running_gateway import Gateway

TEAM = TeamProvider()
MEMBER = TeamMemberProvider()
SPAN = {"anchor": "created_at", "seconds": 3600.0}

FIELDS: dict[str, tuple[Any, Any]] = {
    "access_group_ids": (["one"], ["one", "two"]),
    "allowed_vector_store_indexes": (
        [{"index_name": "a", "index_permissions": ["read"]}],
        [{"index_name": "b", "index_permissions": ["read", "write"]}],
    ),
    "blocked": (True, False),
    "budget_duration": ("30d", "2m"),
    "budget_limits": (
        [{"max_budget": 1.0, "budget_duration": "1d"}],
        [{"max_budget": 1.0, "budget_duration": "1d"}, {"max_budget": 5.0, "budget_duration": "30d"}],
    ),
    "default_estimated_output_tokens": (10.0, 20.0),
    "default_estimated_output_tokens_per_model": ({"chat": 10.0}, {"chat": 20.0}),
    "default_team_member_models": (["chat"], ["chat", "embeddings"]),
    "enforced_batch_output_expires_after": (SPAN, {**SPAN, "seconds": 7200.0}),
    "enforced_file_expires_after": (SPAN, {**SPAN, "seconds": 7200.0}),
    "max_budget": (0.001, 20.0),
    "mcp_rpm_limit": ({"server": 1.0}, {"server": 2.0}),
    "metadata": ({"cost": "a", "n": 1.0}, {"other": {"x": [True]}}),
    "model_aliases": ({"gpt": "chat"}, {"gpt": "embeddings"}),
    "model_rpm_limit": ({"chat": 5.0}, {"embeddings": 6.0}),
    "model_tpm_limit": ({"chat": 5.0}, {"embeddings": 6.0}),
    "models": (["chat"], ["chat", "embeddings"]),
    "object_permission": ({"vector_stores": ["a"], "agents": ["x"]}, {"vector_stores": ["b"]}),
    "router_settings": ({"num_retries": 2.0}, {"timeout": 3.0}),
    "rpm_limit": (60.0, 0.0),
    "rpm_limit_type": ("best_effort_throughput", "guaranteed_throughput"),
    "soft_budget": (0.5, 2.0),
    "team_alias": ("Support", "Helpdesk"),
    "team_member_budget": (1.0, 2.0),
    "team_member_budget_duration": ("1d", "30d"),
    "team_member_permissions": (["/key/generate"], ["/key/generate", "/key/update"]),
    "team_member_rpm_limit": (1.0, 2.0),
    "team_member_tpm_limit": (1.0, 2.0),
    "tpd_limit": (1000.0, 1.0),
    "tpm_limit": (1000.0, 0.0),
    "tpm_limit_type": ("best_effort_throughput", "guaranteed_throughput"),
}
MEMBER_FIELDS: dict[str, tuple[Any, Any]] = {
    "allowed_models": (["chat"], ["chat", "embeddings"]),
    "budget_duration": ("1d", "30d"),
    "max_budget_in_team": (1.0, 0.0),
    "rpm_limit": (1.0, 2.0),
    "tpm_limit": (1.0, 2.0),
}


@pytest.fixture
def team(login: Login, name: str) -> LiveObject:
    return LiveObject(TEAM, name, {**login, "team_id": name})


@pytest.fixture
def member(login: Login, team: LiveObject, name: str) -> LiveObject:
    team.create()
    UserProvider().create({**login, "user_id": name})
    return LiveObject(MEMBER, f"{name}/{name}", {**login, "team_id": name, "user_id": name})


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_a_team_is_set_changed_and_cleared_in_place(team: LiveObject, field: str) -> None:
    first, second = FIELDS[field]
    rest = {} if field == "metadata" else {"metadata": {"kept": "yes"}}
    team.create(**rest, **{field: first})
    team.update(**rest, **{field: second})
    team.update(**rest)
    team.update(**rest, **{field: first})
    team.delete()


def test_a_team_can_be_everything_at_once_and_nothing_again(team: LiveObject) -> None:
    team.create(**{field: first for field, (first, _) in FIELDS.items() if field != "soft_budget"})
    team.update()
    team.delete()


@pytest.mark.parametrize("field", MEMBER_FIELDS)
def test_every_field_of_a_member_is_set_changed_and_cleared_in_place(member: LiveObject, field: str) -> None:
    first, second = MEMBER_FIELDS[field]
    member.create(**{field: first})
    member.update(**{field: second})
    member.update()
    member.update(**{field: first})
    member.delete()


def test_a_member_can_be_everything_at_once_and_nothing_again(member: LiveObject) -> None:
    member.create(**{field: first for field, (first, _) in MEMBER_FIELDS.items()})
    member.update()
    member.delete()
    member.create()


def test_an_own_limit_of_a_member_leaves_the_teams_default_to_the_others(
    team: LiveObject, login: Login, name: str, gateway: Gateway
) -> None:
    team.create(team_member_budget=1.0)
    members = {}
    for user in (f"{name}-a", f"{name}-b"):
        UserProvider().create({**login, "user_id": user})
        members[user] = LiveObject(MEMBER, f"{name}/{user}", {**login, "team_id": name, "user_id": user})
        members[user].create()
    members[f"{name}-a"].update(max_budget_in_team=5.0)
    info = gateway.admin("GET", "/team/info", params={"team_id": name})
    assert info["team_info"]["team_member_budget_table"]["max_budget"] == 1.0
    limits = {row["user_id"]: row["litellm_budget_table"]["max_budget"] for row in info["team_memberships"]}
    assert (limits[f"{name}-a"], limits[f"{name}-b"]) == (5.0, 1.0)


def test_a_team_and_its_members_leave_no_budget_behind(member: LiveObject, team: LiveObject, gateway: Gateway) -> None:
    def hidden() -> set[str]:
        return {row["budget_id"] for row in gateway.admin("GET", "/budget/list")}

    before = hidden()
    team.update(team_member_budget=1.0)
    member.create(max_budget_in_team=1.0)
    member.update()
    member.update(max_budget_in_team=2.0)
    member.delete()
    team.delete()
    assert hidden() == before


def test_a_key_in_the_team_is_bound_by_it(team: LiveObject, make_key: MakeKey, gateway: Gateway, name: str) -> None:
    team.create(models=["chat"])
    inputs = make_key(team_id=name)
    VirtualKeyProvider().create(inputs)
    message = {"messages": [{"role": "user", "content": "Hello"}]}
    chat = gateway.call("POST", "/chat/completions", token=inputs["key"], json={"model": "chat", **message})
    assert chat.json()["choices"][0]["message"]["content"] == "Hello."
    refused = gateway.call("POST", "/embeddings", token=inputs["key"], json={"model": "embeddings", "input": "x"})
    assert refused.status_code == 403


def test_a_team_is_not_deleted_with_keys_in_it(team: LiveObject, make_key: MakeKey, name: str) -> None:
    team.create()
    key = make_key(team_id=name)
    VirtualKeyProvider().create(key)
    with pytest.raises(AdminError, match=f"cannot delete team '{name}': virtual key '{name}' would be deleted"):
        team.delete()
    VirtualKeyProvider().delete(key_hash(key["key"]), key)
    team.delete()
    team.delete()


def test_a_member_with_keys_in_the_team_stays(member: LiveObject, make_key: MakeKey, name: str) -> None:
    member.create()
    key = make_key(team_id=name, user_id=name)
    VirtualKeyProvider().create(key)
    with pytest.raises(AdminError, match=f"member '{name}' of team '{name}': virtual key '{name}' would be deleted"):
        member.delete()
    VirtualKeyProvider().delete(key_hash(key["key"]), key)
    member.delete()
    member.delete()


def test_a_member_who_is_no_user_is_refused(team: LiveObject, login: Login, name: str, gateway: Gateway) -> None:
    team.create()
    with pytest.raises(AdminError, match="the proxy has no user 'nobody'"):
        MEMBER.create({**login, "team_id": name, "user_id": "nobody"})
    assert gateway.call("GET", "/v2/user/info", params={"user_id": "nobody"}).status_code == 404


def test_somebody_elses_team_is_taken_over_only_on_word(team: LiveObject, gateway: Gateway, name: str) -> None:
    gateway.admin("POST", "/team/new", json={"team_id": name, "max_budget": 9.0, "metadata": {"made": "by hand"}})
    with pytest.raises(AdminError, match=f"cannot create team '{name}': it exists already.*adopt: true"):
        team.create()
    team.create(adopt=True, models=["chat"])
    row = gateway.admin("GET", "/team/info", params={"team_id": name})["team_info"]
    assert (row["max_budget"], row["models"], row["metadata"]) == (None, ["chat"], {"managed_by": "provisioner"})
    # From now on it counts as the stack's own.
    team.create(models=["chat"])


DRIFT: dict[str, tuple[Props, Props, Props]] = {
    "changed": ({"max_budget": 1.0}, {"max_budget": 9.0}, {"max_budget": 9.0}),
    "removed": ({"max_budget": 1.0, "models": ["chat"]}, {"max_budget": None, "models": []}, {}),
    "in metadata": ({"metadata": {"a": "b"}}, {"metadata": {"a": "c"}}, {"metadata": {"a": "c"}}),
    "limit of members": ({"team_member_budget": 1.0}, {"team_member_budget": 3.0}, {"team_member_budget": 3.0}),
    "not declared": ({"max_budget": 1.0}, {"rpm_limit": 7}, {"max_budget": 1.0, "rpm_limit": 7}),
}


@pytest.mark.parametrize("case", DRIFT)
def test_a_refresh_shows_drift_and_the_next_update_mends_it(
    team: LiveObject, gateway: Gateway, name: str, case: str
) -> None:
    declared, drift, shown = DRIFT[case]
    team.create(**declared)
    gateway.admin("POST", "/team/update", json={"team_id": name, **drift})
    assert team.drifted(declared) == shown
    if shown != declared:
        team.update(**declared)


def test_a_team_that_was_deleted_by_hand_comes_back(team: LiveObject, gateway: Gateway, name: str) -> None:
    team.create(max_budget=1.0)
    gateway.admin("POST", "/team/delete", json={"team_ids": [name]})
    assert TEAM.read(name, team.recorded).id is None
    team.create(max_budget=1.0)
    gateway.admin("POST", "/team/delete", json={"team_ids": [name]})
    team.update(max_budget=2.0)


def test_a_member_who_was_taken_out_by_hand_comes_back(member: LiveObject, gateway: Gateway, name: str) -> None:
    member.create(max_budget_in_team=1.0)
    gateway.admin("POST", "/team/member_delete", json={"team_id": name, "user_id": name})
    assert MEMBER.read(f"{name}/{name}", member.recorded).id is None
    member.create(max_budget_in_team=1.0)


def test_a_key_that_moves_to_another_team_is_another_key(login: Login, make_key: MakeKey, name: str) -> None:
    for team in (f"{name}-a", f"{name}-b"):
        TEAM.create({**login, "team_id": team})
    before, after = make_key(team_id=f"{name}-a"), make_key(team_id=f"{name}-b")
    outs = VirtualKeyProvider().create(before).outs or {}
    diff = VirtualKeyProvider().diff(key_hash(before["key"]), outs, after)
    assert (diff.replaces, diff.delete_before_replace) == (["team_id"], True)


def test_a_second_key_of_the_same_alias_in_another_team_is_refused(login: Login, make_key: MakeKey, name: str) -> None:
    TEAM.create({**login, "team_id": name})
    VirtualKeyProvider().create(make_key(team_id=name))
    with pytest.raises(AdminError, match="the alias is taken"):
        VirtualKeyProvider().create({**make_key(), "key": derive_key("other", name=name, rotation=1)})
