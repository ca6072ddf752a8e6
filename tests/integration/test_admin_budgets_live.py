from __future__ import annotations

from typing import Any

import pytest

from litellm_admin.api.errors import AdminError
from litellm_admin.provider import BudgetProvider, CustomerProvider, VirtualKeyProvider
from tests.integration.inputs_of_tests import Login, MakeKey, Props
from tests.integration.running_gateway import Gateway

BUDGETS = BudgetProvider()
CUSTOMERS = CustomerProvider()
KEYS = VirtualKeyProvider()

BUDGET_FIELDS: dict[str, tuple[Any, Any]] = {
    "budget_duration": ("30d", "2m"),
    "max_budget": (0.5, 0.0),
    "max_parallel_requests": (1.0, 2.0),
    "rpm_limit": (1.0, 2.0),
    "soft_budget": (0.1, 0.2),
    "tpd_limit": (1.0, 2.0),
    "tpm_limit": (1.0, 2.0),
}
CUSTOMER_FIELDS: dict[str, tuple[Any, Any]] = {
    "alias": ("one", "two"),
    "allowed_model_region": ("eu", "us"),
    "default_model": ("chat", "embeddings"),
    "models": (["chat"], ["embeddings"]),
}
Provider = BudgetProvider | CustomerProvider


def create(provider: Provider, inputs: Props) -> Props:
    result = provider.create(inputs)
    assert result.id == inputs[provider.identity]
    return settled(provider, inputs, result.outs or {})


def update(provider: Provider, outs: Props, inputs: Props) -> Props:
    return settled(provider, inputs, provider.update(inputs[provider.identity], outs, inputs).outs or {})


def settled(provider: Provider, inputs: Props, outs: Props) -> Props:
    id_ = inputs[provider.identity]
    read = provider.read(id_, outs)
    assert (read.id, read.inputs, read.outs) == (id_, inputs, outs)
    assert not provider.diff(id_, outs, inputs).changes
    return outs


def delete(provider: Provider, outs: Props) -> None:
    provider.delete(outs[provider.identity], outs)
    assert provider.read(outs[provider.identity], outs).id is None
    provider.delete(outs[provider.identity], outs)


@pytest.fixture
def budget(login: Login, name: str) -> Props:
    return {**login, "budget_id": name}


@pytest.fixture
def customer(login: Login, name: str) -> Props:
    return {**login, "user_id": name}


@pytest.mark.parametrize("field", BUDGET_FIELDS)
def test_every_field_of_a_budget_is_set_changed_and_cleared_in_place(budget: Props, field: str) -> None:
    first, second = BUDGET_FIELDS[field]
    outs = create(BUDGETS, {**budget, field: first})
    outs = update(BUDGETS, outs, {**budget, field: second})
    outs = update(BUDGETS, outs, budget)
    outs = update(BUDGETS, outs, {**budget, field: first})
    delete(BUDGETS, outs)


def test_a_second_create_finds_its_own_budget_and_brings_it_in_line(budget: Props, gateway: Gateway) -> None:
    create(BUDGETS, {**budget, "max_budget": 1.0, "rpm_limit": 5.0})
    create(BUDGETS, {**budget, "max_budget": 2.0})
    (row,) = gateway.admin("POST", "/budget/info", json={"budgets": [budget["budget_id"]]})
    assert (row["max_budget"], row["rpm_limit"]) == (2.0, None)


def test_somebody_elses_budget_is_taken_over_on_demand_only(budget: Props, gateway: Gateway) -> None:
    gateway.admin("POST", "/budget/new", json={"budget_id": budget["budget_id"], "max_budget": 9, "rpm_limit": 5})
    with pytest.raises(AdminError, match=f"budget '{budget['budget_id']}'.*not this stack's own.*adopt: true"):
        BUDGETS.create({**budget, "max_budget": 1.0})
    (row,) = gateway.admin("POST", "/budget/info", json={"budgets": [budget["budget_id"]]})
    assert row["max_budget"] == 9
    create(BUDGETS, {**budget, "max_budget": 1.0, "adopt": True})


def test_a_refresh_shows_what_happened_to_a_budget(budget: Props, gateway: Gateway) -> None:
    declared = {**budget, "max_budget": 1.0, "rpm_limit": 5.0}
    outs = create(BUDGETS, declared)
    body = {"budget_id": budget["budget_id"], "max_budget": 9, "rpm_limit": None, "tpm_limit": 1}
    gateway.admin("POST", "/budget/update", json=body)
    read = BUDGETS.read(budget["budget_id"], outs)
    assert read.inputs == {**budget, "max_budget": 9.0}
    update(BUDGETS, read.outs or {}, declared)
    gateway.admin("POST", "/budget/delete", json={"id": budget["budget_id"]})
    assert BUDGETS.read(budget["budget_id"], outs).id is None
    update(BUDGETS, outs, {**budget, "max_budget": 2.0})


def test_a_budget_is_not_deleted_under_its_users(budget: Props, customer: Props, make_key: MakeKey, name: str) -> None:
    outs = create(BUDGETS, {**budget, "max_budget": 1.0})
    key = KEYS.create(make_key(budget_id=name))
    user = create(CUSTOMERS, {**customer, "budget_id": name})
    with pytest.raises(AdminError, match=f"virtual key '{name}', customer '{name}' would lose the limit"):
        BUDGETS.delete(name, outs)
    KEYS.delete(key.id, key.outs or {})
    delete(CUSTOMERS, user)
    delete(BUDGETS, outs)


def test_a_budgets_users_are_found_though_one_row_breaks_the_list(
    budget: Props, make_key: MakeKey, name: str, gateway: Gateway
) -> None:
    outs = create(BUDGETS, {**budget, "max_budget": 1.0})
    key = KEYS.create(make_key(budget_id=name, aliases={"a": "chat"}))
    gateway.admin("POST", "/key/update", json={"key": key.id, "aliases": None})
    assert gateway.call("GET", "/key/list", params={"return_full_object": "true", "size": 100}).status_code == 500
    with pytest.raises(AdminError, match=f"virtual key '{name}' would lose the limit"):
        BUDGETS.delete(name, outs)
    gateway.admin("POST", "/key/update", json={"key": key.id, "aliases": {}})
    KEYS.delete(key.id, key.outs or {})
    delete(BUDGETS, outs)


def test_a_key_on_a_budget_shows_no_drift_from_the_budgets_limits(budget: Props, make_key: MakeKey, name: str) -> None:
    create(BUDGETS, {**budget, "max_budget": 1.0, "rpm_limit": 5.0, "budget_duration": "1d"})
    inputs = make_key(budget_id=name)
    key = KEYS.create(inputs)
    assert KEYS.read(key.id, key.outs or {}).inputs == inputs


@pytest.mark.parametrize("field", CUSTOMER_FIELDS)
def test_every_field_of_a_customer_is_set_and_changed_in_place(customer: Props, field: str) -> None:
    first, second = CUSTOMER_FIELDS[field]
    outs = create(CUSTOMERS, {**customer, field: first})
    outs = update(CUSTOMERS, outs, {**customer, field: second})
    replaces = CUSTOMERS.diff(customer["user_id"], outs, customer).replaces
    assert replaces == ([] if field == "models" else [field])
    if replaces:  # the engine deletes first and creates then, because the id stays
        assert CUSTOMERS.diff(customer["user_id"], outs, customer).delete_before_replace
        CUSTOMERS.delete(customer["user_id"], outs)
        outs = create(CUSTOMERS, customer)
    else:
        outs = update(CUSTOMERS, outs, customer)
    delete(CUSTOMERS, outs)


def test_a_customer_moves_between_budgets_and_leaves_both_as_they_are(
    budget: Props, customer: Props, gateway: Gateway, name: str
) -> None:
    for suffix, dollars in (("a", 1.0), ("b", 2.0)):
        create(BUDGETS, {**budget, "budget_id": f"{name}-{suffix}", "max_budget": dollars})
    outs = create(CUSTOMERS, {**customer, "budget_id": f"{name}-a"})
    outs = update(CUSTOMERS, outs, {**customer, "budget_id": f"{name}-b"})
    rows = gateway.admin("POST", "/budget/info", json={"budgets": [f"{name}-a", f"{name}-b"]})
    assert sorted(row["max_budget"] for row in rows) == [1.0, 2.0]
    delete(CUSTOMERS, outs)


def test_a_customer_whom_the_proxy_met_before_is_taken_over(customer: Props, budget: Props, gateway: Gateway) -> None:
    gateway.admin("POST", "/customer/new", json={"user_id": customer["user_id"], "alias": "left over"})
    create(BUDGETS, {**budget, "max_budget": 1.0})
    create(CUSTOMERS, {**customer, "budget_id": budget["budget_id"]})
    row = gateway.admin("GET", "/customer/info", params={"end_user_id": customer["user_id"]})
    assert (row["budget_id"], row["alias"]) == (budget["budget_id"], None)


def test_a_budget_that_is_not_there_is_named(customer: Props, name: str) -> None:
    with pytest.raises(AdminError, match=f"customer '{name}': HTTP 500: budget_id: the proxy has no budget 'nope'"):
        CUSTOMERS.create({**customer, "budget_id": "nope"})


def test_a_refresh_shows_what_happened_to_a_customer(customer: Props, gateway: Gateway) -> None:
    outs = create(CUSTOMERS, {**customer, "alias": "one"})
    gateway.admin("POST", "/customer/update", json={"user_id": customer["user_id"], "alias": "two"})
    read = CUSTOMERS.read(customer["user_id"], outs)
    assert read.inputs == {**customer, "alias": "two"}
    update(CUSTOMERS, read.outs or {}, {**customer, "alias": "one"})
    gateway.admin("POST", "/customer/delete", json={"user_ids": [customer["user_id"]]})
    assert CUSTOMERS.read(customer["user_id"], outs).id is None


def test_a_customer_is_shut_out_by_a_budget_of_zero_and_not_by_blocked(
    login: Login, make_key: MakeKey, gateway: Gateway, name: str
) -> None:
    key = make_key()
    KEYS.create(key)

    def ask() -> int:
        message = {"model": "chat", "messages": [{"role": "user", "content": "Hello"}], "user": name}
        return gateway.call("POST", "/chat/completions", token=key["key"], json=message).status_code

    gateway.admin("POST", "/customer/new", json={"user_id": name, "blocked": True})
    assert ask() == 200
    refused = CUSTOMERS.check({}, {**login, "user_id": name, "blocked": True}).failures
    assert [(failure.property, "max_budget 0" in failure.reason) for failure in refused] == [("blocked", True)]
    BUDGETS.create({**login, "budget_id": name, "max_budget": 0.0})
    CUSTOMERS.create({**login, "user_id": name, "budget_id": name})
    assert ask() == 422
