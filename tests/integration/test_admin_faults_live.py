from __future__ import annotations

import pytest

from litellm_admin import provider
from litellm_admin.client import AdminClient
from litellm_admin.errors import AdminError
from litellm_admin.key_api import KeyApi
from litellm_admin.keys import key_hash
from litellm_admin.provider import BudgetProvider, CustomerProvider, ObjectProvider, VirtualKeyProvider
from tests.integration.fault_proxy import Fault, FaultProxy
from tests.integration.inputs_of_tests import Login, MakeKey, Props
from tests.integration.running_gateway import Gateway

RAN = (Fault.LOST_ANSWER, Fault.GATEWAY_TIMEOUT)
KINDS = ("key", "budget", "customer")
CREATE = {"key": "/key/generate", "budget": "/budget/new", "customer": "/customer/new"}
UPDATE = {"key": "/key/update", "budget": "/budget/update", "customer": "/customer/update"}
READ = {"key": "/key/info", "budget": "/budget/info", "customer": "/customer/info"}
DELETE = {"key": "/key/delete", "budget": "/budget/delete", "customer": "/customer/delete"}
CHANGE: dict[str, Props] = {"key": {"max_budget": 2.0}, "budget": {"max_budget": 2.0}, "customer": {"alias": "two"}}


class Subject:
    """One object of each kind, reached through the fault proxy."""

    def __init__(self, kind: str, provider_: ObjectProvider, inputs: Props, gateway: Gateway) -> None:
        self.kind, self.provider, self.inputs, self.gateway = kind, provider_, inputs, gateway
        self.changed = {**inputs, **CHANGE[kind]}

    def count(self) -> int:
        """How many of it the proxy has."""
        if self.kind == "key":
            query = {"key_alias": self.inputs["key_alias"]}
            return len(self.gateway.admin("GET", "/key/list", params=query)["keys"])
        if self.kind == "budget":
            return len(self.gateway.admin("POST", "/budget/info", json={"budgets": [self.inputs["budget_id"]]}))
        rows = self.gateway.admin("GET", "/customer/list")
        return sum(row["user_id"] == self.inputs["user_id"] for row in rows)


@pytest.fixture(params=KINDS)
def subject(
    request: pytest.FixtureRequest, faults: FaultProxy, gateway: Gateway, login: Login, make_key: MakeKey, name: str
) -> Subject:
    through = {**login, "url": faults.url}
    if request.param == "key":
        return Subject("key", VirtualKeyProvider(), make_key(**through, max_budget=1.0), gateway)
    if request.param == "budget":
        return Subject("budget", BudgetProvider(), {**through, "budget_id": name, "max_budget": 1.0}, gateway)
    return Subject("customer", CustomerProvider(), {**through, "user_id": name, "alias": "one"}, gateway)


@pytest.mark.parametrize("fault", Fault)
def test_a_create_outlives_a_fault_and_makes_one(subject: Subject, faults: FaultProxy, fault: Fault) -> None:
    faults.plan(CREATE[subject.kind], fault)
    created = subject.provider.create(subject.inputs)
    assert subject.count() == 1
    assert subject.provider.read(created.id, created.outs or {}).inputs == subject.inputs


@pytest.mark.parametrize("fault", Fault)
def test_a_create_that_fails_for_good_is_found_by_the_next_one(
    subject: Subject, faults: FaultProxy, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "PATIENCE", 0)
    faults.plan(CREATE[subject.kind], fault)
    faults.planned.append((READ[subject.kind], Fault.LOST_REQUEST))
    with pytest.raises(AdminError, match=f"cannot (create|read) {subject.provider.api.noun}"):
        subject.provider.create(subject.inputs)
    assert subject.count() == (1 if fault in RAN else 0)
    created = subject.provider.create(subject.changed)
    assert subject.count() == 1
    assert subject.provider.read(created.id, created.outs or {}).inputs == subject.changed


def test_a_create_that_was_killed_before_its_record_is_found_again(subject: Subject) -> None:
    subject.provider.create(subject.inputs)
    again = subject.provider.create(subject.changed)
    assert subject.count() == 1
    assert subject.provider.read(again.id, again.outs or {}).inputs == subject.changed


def test_an_object_that_is_made_anew_outlives_a_fault(
    login: Login, faults: FaultProxy, gateway: Gateway, name: str
) -> None:
    gateway.admin("POST", "/customer/new", json={"user_id": name, "alias": "left over"})
    faults.plan("/customer/new", None, Fault.LOST_ANSWER)
    CustomerProvider().create({**login, "url": faults.url, "user_id": name, "models": ["chat"]})
    assert faults.seen.count("/customer/new") == 3
    row = gateway.admin("GET", "/customer/info", params={"end_user_id": name})
    assert (row["alias"], row["models"]) == (None, ["chat"])


@pytest.mark.parametrize("fault", Fault)
def test_reads_updates_and_deletes_outlive_a_fault(subject: Subject, faults: FaultProxy, fault: Fault) -> None:
    created = subject.provider.create(subject.inputs)
    faults.plan(UPDATE[subject.kind], fault)
    faults.planned.append((READ[subject.kind], fault))
    updated = subject.provider.update(created.id, created.outs or {}, subject.changed).outs or {}
    assert subject.provider.read(created.id, updated).inputs == subject.changed
    faults.plan(DELETE[subject.kind], fault)
    subject.provider.delete(created.id, updated)
    assert subject.count() == 0


@pytest.mark.parametrize("fault", Fault)
def test_a_refresh_during_a_fault_keeps_the_record(subject: Subject, faults: FaultProxy, fault: Fault) -> None:
    outs = subject.provider.create(subject.inputs).outs or {}
    faults.plan(READ[subject.kind], fault)
    read = subject.provider.read("id", outs)
    assert (read.id, read.outs, read.inputs) == ("id", outs, None)
    assert faults.seen == [READ[subject.kind]]


def test_a_write_that_the_proxy_drops_fails_the_update(
    make_key: MakeKey, monkeypatch: pytest.MonkeyPatch, gateway: Gateway
) -> None:
    created = VirtualKeyProvider().create(make_key(max_budget=1.0))

    class Dropping(KeyApi):
        # What LiteLLM does with a field that it does not know: 200, and nothing happens.
        def _body(self, changes: Props, live: object) -> Props:  # type: ignore[override]  # noqa: ARG002
            return {f"{field}_unknown": value for field, value in changes.items()}

    monkeypatch.setattr(AdminClient, "keys", property(lambda client: Dropping(client._transport)))
    with pytest.raises(AdminError, match="still holds something else in: max_budget"):
        VirtualKeyProvider().update(created.id, created.outs or {}, make_key(max_budget=2.0))
    assert gateway.admin("GET", "/key/info", params={"key": key_hash(make_key()["key"])})["info"]["max_budget"] == 1.0
