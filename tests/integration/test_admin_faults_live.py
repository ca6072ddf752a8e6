from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from litellm_admin import object_provider
from litellm_admin.api.client import AdminClient
from litellm_admin.api.errors import AdminError
from litellm_admin.api.objects import Live
from litellm_admin.api.virtual_keys import KeyApi
from litellm_admin.keys import key_hash
from litellm_admin.object_provider import ObjectProvider
from litellm_admin.provider import (
    BudgetProvider,
    CredentialProvider,
    CustomerProvider,
    TeamMemberProvider,
    TeamProvider,
    UserProvider,
    VirtualKeyProvider,
)
from tests.integration.fault_proxy import Fault, FaultProxy
from tests.integration.inputs_of_tests import Login, MakeKey, Props
from tests.integration.running_gateway import Gateway

CUT = (Fault.LOST_ANSWER, Fault.LOST_REQUEST, Fault.UNAVAILABLE, Fault.GATEWAY_TIMEOUT)
RAN = (Fault.LOST_ANSWER, Fault.GATEWAY_TIMEOUT, Fault.INTERNAL_ERROR)
KINDS = ("key", "budget", "customer", "team", "member", "user", "credential")
CREATE = {
    "key": "/key/generate",
    "budget": "/budget/new",
    "customer": "/customer/new",
    "team": "/team/new",
    "member": "/team/member_add",
    "user": "/user/new",
    "credential": "/credentials",
}
UPDATE = {
    "key": "/key/update",
    "budget": "/budget/update",
    "customer": "/customer/update",
    "team": "/team/update",
    "member": "/team/member_update",
    "user": "/user/update",
    "credential": "/credentials/{id}",
}
READ = {
    "key": "/key/info",
    "budget": "/budget/info",
    "customer": "/customer/info",
    "team": "/team/info",
    "member": "/team/info",
    "user": "/v2/user/info",
    "credential": "/credentials/by_name/{id}",
}
DELETE = {
    "key": "/key/delete",
    "budget": "/budget/delete",
    "customer": "/customer/delete",
    "team": "/team/delete",
    "member": "/team/member_delete",
    "user": "/user/delete",
    "credential": "/credentials/{id}",
}
CHANGE: dict[str, Props] = {
    "key": {"max_budget": 2.0},
    "budget": {"max_budget": 2.0},
    "customer": {"alias": "two"},
    "team": {"max_budget": 2.0},
    "member": {"max_budget_in_team": 2.0},
    "user": {"max_budget": 2.0},
    "credential": {"credential_info": {"description": "two"}},
}


class Subject:
    """One object of each kind, reached through the fault proxy."""

    def __init__(self, kind: str, provider_: ObjectProvider, inputs: Props, gateway: Gateway) -> None:
        self.kind, self.provider, self.inputs, self.gateway = kind, provider_, inputs, gateway
        self.changed = {**inputs, **CHANGE[kind]}

    def path(self, paths: dict[str, str]) -> str:
        """Where the proxy is called for it."""
        return paths[self.kind].format(id=self.inputs.get("credential_name"))

    def count(self) -> int:
        """How many of it the proxy has."""
        match self.kind:
            case "key":
                query = {"key_alias": self.inputs["key_alias"]}
                return len(self.gateway.admin("GET", "/key/list", params=query)["keys"])
            case "budget":
                return len(self.gateway.admin("POST", "/budget/info", json={"budgets": [self.inputs["budget_id"]]}))
            case "customer":
                rows = self.gateway.admin("GET", "/customer/list")
                return sum(row["user_id"] == self.inputs["user_id"] for row in rows)
            case "user":
                query = {"user_ids": self.inputs["user_id"]}
                return len(self.gateway.admin("GET", "/user/list", params=query)["users"])
            case "credential":
                rows = self.gateway.admin("GET", "/credentials")["credentials"]
                return sum(row["credential_name"] == self.inputs["credential_name"] for row in rows)
            case "team":
                rows = self.gateway.admin("GET", "/team/list")
                return sum(row["team_id"] == self.inputs["team_id"] for row in rows)
            case _:
                query = {"team_id": self.inputs["team_id"]}
                members = self.gateway.admin("GET", "/team/info", params=query)["team_info"]["members_with_roles"]
                return sum(member["user_id"] == self.inputs["user_id"] for member in members)


@pytest.fixture(params=KINDS)
def subject(
    request: pytest.FixtureRequest, faults: FaultProxy, gateway: Gateway, login: Login, make_key: MakeKey, name: str
) -> Subject:
    through = {**login, "url": faults.url}
    match request.param:
        case "key":
            return Subject("key", VirtualKeyProvider(), make_key(**through, max_budget=1.0), gateway)
        case "budget":
            return Subject("budget", BudgetProvider(), {**through, "budget_id": name, "max_budget": 1.0}, gateway)
        case "customer":
            return Subject("customer", CustomerProvider(), {**through, "user_id": name, "alias": "one"}, gateway)
        case "team":
            return Subject("team", TeamProvider(), {**through, "team_id": name, "max_budget": 1.0}, gateway)
        case "credential":
            inputs: Props = {
                **through,
                "credential_name": name,
                "credential_values": {"api_base": "http://127.0.0.1:1"},
            }
            return Subject("credential", CredentialProvider(), inputs, gateway)
        case "user":
            return Subject("user", UserProvider(), {**through, "user_id": name, "max_budget": 1.0}, gateway)
        case _:
            TeamProvider().create({**login, "team_id": name})
            UserProvider().create({**login, "user_id": name})
            inputs = {**through, "team_id": name, "user_id": name, "max_budget_in_team": 1.0}
            return Subject("member", TeamMemberProvider(), inputs, gateway)


@pytest.mark.parametrize("fault", [*CUT, Fault.RATE_LIMITED, Fault.SLOW])
def test_a_create_outlives_a_fault_and_makes_one(subject: Subject, faults: FaultProxy, fault: Fault) -> None:
    faults.plan(subject.path(CREATE), fault)
    created = subject.provider.create(subject.inputs)
    assert subject.count() == 1
    assert subject.provider.read(created.id, created.outs or {}).inputs == subject.inputs


@pytest.mark.parametrize("fault", [*CUT, Fault.INTERNAL_ERROR])
def test_a_create_that_fails_for_good_is_found_by_the_next_one(
    subject: Subject, faults: FaultProxy, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_provider, "PATIENCE", 0)
    faults.plan(subject.path(CREATE), fault)
    faults.planned.append((subject.path(READ), Fault.LOST_REQUEST))
    with pytest.raises(AdminError, match=f"cannot (create|read) {subject.provider.api.noun}"):
        subject.provider.create(subject.inputs)
    assert subject.count() == (1 if fault in RAN else 0)
    faults.plan("")
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


@pytest.mark.parametrize("fault", CUT)
def test_reads_updates_and_deletes_outlive_a_fault(subject: Subject, faults: FaultProxy, fault: Fault) -> None:
    created = subject.provider.create(subject.inputs)
    faults.plan(subject.path(UPDATE), fault)
    faults.planned.append((subject.path(READ), fault))
    updated = subject.provider.update(created.id, created.outs or {}, subject.changed).outs or {}
    assert subject.provider.read(created.id, updated).inputs == subject.changed
    faults.plan(subject.path(DELETE), fault)
    subject.provider.delete(created.id, updated)
    assert subject.count() == 0


@pytest.mark.parametrize("fault", [*CUT, Fault.INTERNAL_ERROR])
def test_a_refresh_during_a_fault_keeps_the_record(subject: Subject, faults: FaultProxy, fault: Fault) -> None:
    created = subject.provider.create(subject.inputs)
    faults.plan(subject.path(READ), fault)
    read = subject.provider.read(created.id, created.outs or {})
    assert (read.id, read.outs, read.inputs) == (created.id, created.outs, None)
    assert faults.seen == [subject.path(READ)]


def test_a_write_that_the_proxy_drops_fails_the_update(
    make_key: MakeKey, monkeypatch: pytest.MonkeyPatch, gateway: Gateway
) -> None:
    created = VirtualKeyProvider().create(make_key(max_budget=1.0))

    class Dropping(KeyApi):
        # What LiteLLM does with a field that it does not know: 200, and nothing happens.
        def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:
            unknown = {f"{field}_unknown": value for field, value in changes.items()}
            super().update(id_, unknown, live, subject=subject)

    monkeypatch.setattr(AdminClient, "keys", property(lambda client: Dropping(client._transport)))
    with pytest.raises(AdminError, match="still holds something else in: max_budget"):
        VirtualKeyProvider().update(created.id, created.outs or {}, make_key(max_budget=2.0))
    assert gateway.admin("GET", "/key/info", params={"key": key_hash(make_key()["key"])})["info"]["max_budget"] == 1.0
