from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.output import UNKNOWN

from litellm_admin.api.objects import is_empty, same
from litellm_admin.keys import derive_key, key_hash
from litellm_admin.object_provider import ObjectProvider
from litellm_admin.provider import BudgetProvider, CustomerProvider, VirtualKeyProvider
from litellm_admin.provisioner import ALLOWED_ROUTES, ProvisionerProvider

LOGIN = {"url": "http://127.0.0.1:4000", "token": "sk-CANARY-0123456789"}
KEY = {**LOGIN, "key": derive_key("seed", name="app", rotation=1), "key_alias": "app"}

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "models": st.lists(st.sampled_from(["chat", "embeddings"]), max_size=3),
    "max_budget": st.floats(0, 1e6),
    "budget_duration": st.sampled_from(["1d", "2m", "30d"]),
    "rpm_limit": st.integers(0, 10**9),
    # A double holds no whole number beyond these, so none of them reaches a provider.
    "metadata": st.dictionaries(
        st.text(max_size=3), st.integers(-(2**53), 2**53) | st.text() | st.lists(st.booleans())
    ),
    "blocked": st.booleans(),
    "model_rpm_limit": st.dictionaries(st.sampled_from(["chat", "embeddings"]), st.integers(0, 100)),
    "duration": st.sampled_from(["1d", "90d"]),
}
FIELDS = st.fixed_dictionaries({}, optional=VALUES)


def crossed(value: Any) -> Any:
    """What the engine makes of a value: every number a double."""
    if isinstance(value, dict):
        return {name: crossed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [crossed(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def diff(olds: dict[str, Any], news: dict[str, Any], provider: ObjectProvider | None = None) -> tuple[bool, list[str]]:
    result = (provider or VirtualKeyProvider()).diff("id", olds, news)
    assert result.changes is not None
    return result.changes, list(result.replaces or [])


@given(FIELDS)
def test_nothing_changes_where_nothing_changed(fields: dict[str, Any]) -> None:
    recorded = {**KEY, **fields, "expires": "2026-01-01", "__provider": "x"}
    assert diff(recorded, {**KEY, **crossed(fields), "__provider": "x"}) == (False, [])


@given(FIELDS, st.sampled_from(sorted(VALUES)), st.data())
def test_every_change_of_a_field_is_an_update_in_place(fields: dict[str, Any], name: str, data: st.DataObject) -> None:
    value = data.draw(st.none() | VALUES[name])
    other = {k: v for k, v in {**fields, name: value}.items() if v is not None}
    expected = not same(fields.get(name), value)
    assert diff({**KEY, **fields}, {**KEY, **crossed(other)}) == (expected, [])


@pytest.mark.parametrize("name", ["url", "token"])
def test_a_new_login_is_an_update(name: str) -> None:
    assert diff(KEY, {**KEY, name: "http://sk-other-0000000000"}) == (True, [])


def test_a_new_login_calls_nothing() -> None:
    # Nothing listens on port 1: a call would fail.
    news = {**KEY, "url": "http://127.0.0.1:1", "token": "sk-other-0000000000"}
    result = VirtualKeyProvider().update(
        "id", {**KEY, "expires": "soon", "__provider": "x"}, {**news, "__provider": "x"}
    )
    assert result.outs == {**news, "expires": "soon"}


@pytest.mark.parametrize(("alias", "first_out"), [("app", True), ("app-2", False)])
def test_another_value_is_another_key_and_makes_room_where_the_alias_clashes(alias: str, *, first_out: bool) -> None:
    news = {**KEY, "key": derive_key("seed", name="app", rotation=2), "key_alias": alias}
    result = VirtualKeyProvider().diff("id", KEY, news)
    assert (result.changes, result.replaces, result.delete_before_replace) == (True, ["key"], first_out)


def test_another_team_is_another_key() -> None:
    assert diff({**KEY, "team_id": "a"}, {**KEY, "team_id": "b"}) == (True, ["team_id"])


def test_what_a_customer_cannot_lose_in_place_replaces_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    customer = {**LOGIN, "user_id": "u", "alias": "a", "budget_id": "b", "models": ["chat"]}
    assert diff(customer, {**customer, "alias": "b"}, CustomerProvider()) == (True, [])
    assert diff(customer, {**LOGIN, "user_id": "u", "alias": "a", "budget_id": "b"}, CustomerProvider()) == (True, [])
    assert diff(customer, {**LOGIN, "user_id": "u", "models": ["chat"]}, CustomerProvider()) == (
        True,
        ["alias", "budget_id"],
    )
    assert "customer 'u': the proxy cannot change alias, budget_id in place" in capsys.readouterr().out


def test_another_id_is_another_budget() -> None:
    budget = {**LOGIN, "budget_id": "a", "max_budget": 1}
    assert diff(budget, {**budget, "budget_id": "b"}, BudgetProvider()) == (True, ["budget_id"])
    assert diff(budget, {**LOGIN, "budget_id": "a"}, BudgetProvider()) == (True, [])


def test_what_is_not_known_yet_may_change() -> None:
    assert diff(KEY, {**KEY, "models": UNKNOWN}) == (True, [])
    assert diff({**KEY, "models": ["chat"]}, {**KEY, "models": ["chat", UNKNOWN]}) == (True, [])
    assert diff(KEY, {**KEY, "token": UNKNOWN}) == (True, [])
    assert diff(KEY, {**KEY, "key": UNKNOWN}) == (True, ["key"])


def failures(provider: ObjectProvider, news: dict[str, Any]) -> dict[str, str]:
    return {failure.property: failure.reason for failure in provider.check({}, news).failures}


def test_every_mistake_is_reported_at_its_field_without_its_value() -> None:
    news = {**KEY, "key": "CANARY", "max_budget": -1.0, "budget_duration": "1hr", "tags": ["a"], "max_bugdet": 1.0}
    found = failures(VirtualKeyProvider(), news)
    assert set(found) == {"key", "max_budget", "budget_duration", "tags", "max_bugdet"}
    assert "CANARY" not in str(found)


def test_what_is_not_known_yet_is_not_a_mistake() -> None:
    unknown = {
        "url": UNKNOWN,
        "token": UNKNOWN,
        "key": UNKNOWN,
        "models": ["chat", UNKNOWN],
        "metadata": {"a": UNKNOWN},
    }
    assert failures(VirtualKeyProvider(), {"key_alias": "app", "__provider": "x", **unknown}) == {}
    assert set(failures(VirtualKeyProvider(), {"key_alias": "app", **unknown, "rpm_limit": 1.5})) == {"rpm_limit"}


def test_a_licence_opens_the_enterprise_fields() -> None:
    assert failures(VirtualKeyProvider(), {**KEY, "tags": ["a"], "licensed": True}) == {}


def test_check_hands_on_the_very_inputs() -> None:
    news = {**KEY, "models": ["chat", UNKNOWN]}
    assert VirtualKeyProvider().check({}, news).inputs == news


def test_a_stateless_provider_costs_a_reference() -> None:
    for provider in (VirtualKeyProvider(), BudgetProvider(), CustomerProvider(), ProvisionerProvider()):
        assert vars(provider) == {}


def test_the_types_reach_the_proxy_as_it_wants_them() -> None:
    declared = VirtualKeyProvider().declared(
        {**KEY, "rpm_limit": 5.0, "models": [], "__provider": "x", "expires": None}
    )
    assert declared == {"key": KEY["key"], "key_alias": "app", "rpm_limit": 5, "models": []}
    assert isinstance(declared["rpm_limit"], int)
    assert VirtualKeyProvider().object_id(KEY) == key_hash(KEY["key"])


PROVISIONER = {
    "url": LOGIN["url"],
    "master_key": "sk-master-0123456789",
    "key": KEY["key"],
    "user_id": "u",
    "key_alias": "a",
}


def test_the_provisioner_only_records_a_new_master_key() -> None:
    recorded = {**PROVISIONER, "token": KEY["key"], "allowed_routes": list(ALLOWED_ROUTES)}
    news = {**PROVISIONER, "master_key": "sk-master-2-0123456789", "url": "http://127.0.0.1:1"}
    result = ProvisionerProvider().diff("id", recorded, news)
    assert (result.changes, result.replaces) == (True, [])
    assert ProvisionerProvider().update("id", recorded, news).outs == {**recorded, **news}
    assert ProvisionerProvider().diff("id", recorded, PROVISIONER).changes is False


def test_a_new_provisioner_key_is_registered_before_the_old_one_goes() -> None:
    recorded = {**PROVISIONER, "token": KEY["key"], "allowed_routes": list(ALLOWED_ROUTES)}
    news = {**PROVISIONER, "key": derive_key("seed", name="p", rotation=2)}
    result = ProvisionerProvider().diff("id", recorded, news)
    assert (result.changes, result.replaces, result.delete_before_replace) == (True, ["key"], False)


@pytest.mark.parametrize("value", [None, [], {}, False, ()])
def test_what_means_nothing_is_the_same_as_nothing(value: object) -> None:
    assert is_empty(value)
    assert same(value, None)


def test_zero_means_something() -> None:
    assert not is_empty(0)
    assert not same(0, None)
    assert not same(0, False)
    assert same(1, 1.0)


@pytest.mark.parametrize(
    "url", ["127.0.0.1:4000", "ftp://host", "http://", "http://user:CANARY@host", "http://host/?a=b"]
)
def test_an_address_is_one_that_a_message_may_show(url: str) -> None:
    found = failures(VirtualKeyProvider(), {**KEY, "url": url})
    assert set(found) == {"url"}
    assert "CANARY" not in str(found)


@pytest.mark.parametrize("url", ["http://127.0.0.1:4000", "https://llm.example.com", "https://example.com/gateway/"])
def test_an_address_may_have_a_path(url: str) -> None:
    assert failures(VirtualKeyProvider(), {**KEY, "url": url}) == {}


def test_whole_numbers_are_sent_as_such_at_any_depth() -> None:
    inputs = {**KEY, "rpm_limit": 60.0, "metadata": {"deep": [{"n": 2.0, "half": 0.5}], "yes": True}}
    sent = VirtualKeyProvider().declared(inputs)
    assert repr(sent["metadata"]) == "{'deep': [{'n': 2, 'half': 0.5}], 'yes': True}"
    assert repr(sent["rpm_limit"]) == "60"
