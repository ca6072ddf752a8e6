"""Random declarations of one object, one after the other, as the engine would carry them out."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litellm_admin.api.client import AdminClient
from litellm_admin.api.objects import is_empty
from litellm_admin.keys import derive_key, key_hash
from litellm_admin.object_provider import ObjectProvider
from litellm_admin.provider import CustomerProvider, TeamMemberProvider, TeamProvider, UserProvider, VirtualKeyProvider
from tests.integration.inputs_of_tests import Login, Props
from tests.integration.running_gateway import Gateway

KEY_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "aliases": st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["chat", "embeddings"])),
    "blocked": st.booleans(),
    "budget_duration": st.sampled_from(["1d", "2m"]),
    "duration": st.sampled_from(["1d", "90d"]),
    "enforced_params": st.lists(st.sampled_from(["user", "metadata"]), unique=True),
    "max_budget": st.sampled_from([0.0, 0.001, 20.0]),
    "metadata": st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from([1.0, "text", [True], {"n": None}])),
    "model_rpm_limit": st.dictionaries(st.sampled_from(["chat", "embeddings"]), st.sampled_from([0.0, 5.0])),
    "models": st.lists(st.sampled_from(["chat", "embeddings"]), unique=True),
    "rpm_limit": st.sampled_from([0.0, 60.0]),
    "throttle_on_budget_exceeded": st.booleans(),
}
CUSTOMER_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "alias": st.sampled_from(["one", "two"]),
    "default_model": st.sampled_from(["chat", "embeddings"]),
    "models": st.lists(st.sampled_from(["chat", "embeddings"]), unique=True),
}
TEAM_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "blocked": st.booleans(),
    "budget_duration": st.sampled_from(["1d", "2m"]),
    "max_budget": st.sampled_from([0.0, 0.001, 20.0]),
    "metadata": st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from([1.0, "text", [True], {"n": None}])),
    "model_aliases": st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["chat", "embeddings"])),
    "model_rpm_limit": st.dictionaries(st.sampled_from(["chat", "embeddings"]), st.sampled_from([0.0, 5.0])),
    "models": st.lists(st.sampled_from(["chat", "embeddings"]), unique=True),
    "team_alias": st.sampled_from(["one", "two"]),
    "team_member_budget": st.sampled_from([1.0, 2.0]),
    "team_member_permissions": st.lists(st.sampled_from(["/key/generate", "/key/update"]), unique=True),
    "team_member_rpm_limit": st.sampled_from([1.0, 2.0]),
}
MEMBER_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "allowed_models": st.lists(st.sampled_from(["chat", "embeddings"]), unique=True),
    "budget_duration": st.sampled_from(["1d", "30d"]),
    "max_budget_in_team": st.sampled_from([0.0, 5.0]),
    "rpm_limit": st.sampled_from([1.0, 2.0]),
}
USER_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "budget_duration": st.sampled_from(["1d", "2m"]),
    "max_budget": st.sampled_from([0.0, 0.001, 20.0]),
    "metadata": st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from([1.0, "text", [True], {"n": None}])),
    "tpm_limit": st.sampled_from([0.0, 60.0]),
}
FEW = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def carry_out(provider: ObjectProvider, id_: str, olds: Props | None, news: Props) -> Props:
    """Do what the engine does for a declaration, and return what it would record."""
    assert provider.check(olds or {}, news).failures == []
    if olds is None:
        return provider.create(news).outs or {}
    diff = provider.diff(id_, olds, news)
    if diff.replaces:
        assert diff.delete_before_replace
        provider.delete(id_, olds)
        return provider.create(news).outs or {}
    return (provider.update(id_, olds, news).outs or {}) if diff.changes else olds


def agree(provider: ObjectProvider, id_: str, declared: Props, recorded: Props) -> None:
    """See that the proxy holds the declaration and nothing else, and that nothing is left to do."""
    client = AdminClient(declared["url"], token=declared["token"])
    live = provider.calls(client).find(id_, subject="the object")
    assert live is not None
    held = {field for field in provider.api.managed() if not is_empty(live.fields.get(field))}
    wanted = provider.declared(declared)
    assert held == {field for field, value in wanted.items() if field in provider.api.managed() and not is_empty(value)}
    read = provider.read(id_, recorded)
    assert (read.id, read.outs) == (id_, recorded)
    assert not provider.diff(id_, read.outs or {}, declared).changes


@pytest.fixture(scope="module")
def numbers() -> Any:
    return itertools.count()


@FEW
@given(st.lists(st.fixed_dictionaries({}, optional=KEY_FIELDS), min_size=1, max_size=5))
def test_a_key_follows_every_sequence_of_declarations(
    login: Login, gateway: Gateway, numbers: Any, states: list[Props]
) -> None:
    name = f"sequence-{next(numbers)}"
    identity = {**login, "key": derive_key(gateway.master_key, name=name, rotation=1), "key_alias": name}
    follow(VirtualKeyProvider(), key_hash(identity["key"]), identity, states)


@FEW
@given(st.lists(st.fixed_dictionaries({}, optional=CUSTOMER_FIELDS), min_size=1, max_size=5))
def test_a_customer_follows_every_sequence_of_declarations(login: Login, numbers: Any, states: list[Props]) -> None:
    name = f"sequence-{next(numbers)}"
    follow(CustomerProvider(), name, {**login, "user_id": name}, states)


@FEW
@given(st.lists(st.fixed_dictionaries({}, optional=TEAM_FIELDS), min_size=1, max_size=5))
def test_a_team_follows_every_sequence_of_declarations(login: Login, numbers: Any, states: list[Props]) -> None:
    name = f"sequence-{next(numbers)}"
    follow(TeamProvider(), name, {**login, "team_id": name}, states)


@FEW
@given(st.lists(st.fixed_dictionaries({}, optional=MEMBER_FIELDS), min_size=1, max_size=5))
def test_a_member_follows_every_sequence_of_declarations(login: Login, numbers: Any, states: list[Props]) -> None:
    name = f"sequence-{next(numbers)}"
    TeamProvider().create({**login, "team_id": name})
    UserProvider().create({**login, "user_id": name})
    follow(TeamMemberProvider(), f"{name}/{name}", {**login, "team_id": name, "user_id": name}, states)


@FEW
@given(st.lists(st.fixed_dictionaries({}, optional=USER_FIELDS), min_size=1, max_size=5))
def test_a_user_follows_every_sequence_of_declarations(login: Login, numbers: Any, states: list[Props]) -> None:
    name = f"sequence-{next(numbers)}"
    follow(UserProvider(), name, {**login, "user_id": name}, states)


def follow(provider: ObjectProvider, id_: str, identity: Props, states: list[Props]) -> None:
    recorded: Props | None = None
    for state in states:
        declared = {**identity, **state}
        recorded = carry_out(provider, id_, recorded, declared)
        agree(provider, id_, declared, {**recorded})
    provider.delete(id_, recorded or {})
