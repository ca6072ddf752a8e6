from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from config import settings
from inventory import __main__ as command
from inventory.declarations import declare
from inventory.reading import read
from inventory.unmanaged import PREFIX, owned_ids
from litellm_admin.api.client import AdminClient
from litellm_admin.keys import key_hash
from litellm_admin.provider import BudgetProvider, TeamMemberProvider, TeamProvider, UserProvider, VirtualKeyProvider
from tests.integration.inputs_of_tests import Login, Props
from tests.integration.running_gateway import Gateway

PROXY = {"model_list": [{"model_name": name, "litellm_params": {"model": "x/y"}} for name in ("chat", "embeddings")]}
Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], gateway: Gateway) -> Run:
    def run(name: str, *, status: int = 0, **given: object) -> str:
        reading = {"url": gateway.url, "token": gateway.master_key, "project": "p", **given}
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(reading)))
        assert command.main([name]) == status
        printed = capsys.readouterr()
        return printed.out + printed.err

    return run


@pytest.fixture
def by_hand(gateway: Gateway, name: str) -> Props:
    """A proxy's objects as somebody made them in the admin UI: the answers to the calls."""
    made = {
        "budget": {"budget_id": f"{name}-budget", "max_budget": 5.0, "budget_duration": "1d"},
        "user": {
            "user_id": f"{name}-user",
            "user_email": f"{name}@example.com",
            "models": ["chat"],
            "auto_create_key": False,
        },
        "team": {
            "team_id": f"{name}-team",
            "team_alias": f"{name} people",
            "max_budget": 20.0,
            "metadata": {"cost": "a"},
            "team_member_budget": 3.0,
        },
    }
    gateway.admin("POST", "/budget/new", json=made["budget"])
    gateway.admin("POST", "/user/new", json=made["user"])
    gateway.admin("POST", "/team/new", json=made["team"])
    member = {"team_id": f"{name}-team", "member": {"role": "user", "user_id": f"{name}-user"}}
    gateway.admin("POST", "/team/member_add", json={**member, "max_budget_in_team": 7.0})
    gateway.admin("POST", "/customer/new", json={"user_id": f"{name}-customer", "budget_id": f"{name}-budget"})
    of_user = {"key_alias": f"{name}-key", "team_id": f"{name}-team", "user_id": f"{name}-user", "duration": "30d"}
    made["key"] = gateway.admin("POST", "/key/generate", json={**of_user, "model_rpm_limit": {"chat": 5}})
    made["other"] = gateway.admin(
        "POST", "/key/generate", json={"key_alias": f"{name}-other", "budget_id": f"{name}-budget"}
    )
    made["nameless"] = gateway.admin("POST", "/key/generate", json={"models": ["chat"]})
    return made


def ours(section: Props, name: str) -> Props:
    return {key: value for key, value in section.items() if str(key).startswith(name)}


def rows(gateway: Gateway, name: str, made: Props) -> list[Any]:
    """What the proxy holds of the objects, without what each change moves."""
    found = [
        gateway.admin("GET", "/key/info", params={"key": made["key"]["token_id"]})["info"],
        gateway.admin("GET", "/key/info", params={"key": made["other"]["token_id"]})["info"],
        gateway.admin("GET", "/team/info", params={"team_id": f"{name}-team"}),
        gateway.admin("GET", "/v2/user/info", params={"user_id": f"{name}-user"}),
        gateway.admin("POST", "/budget/info", json={"budgets": [f"{name}-budget"]}),
    ]
    text = json.dumps(found)
    for row in json.loads(text):
        assert row
    return [_without(json.loads(text), {"updated_at", "updated_by", "settings_updated_at", "managed_by", "keys"})]


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(item, names) for name, item in value.items() if name not in names}
    return [_without(item, names) for item in value] if isinstance(value, list) else value


def test_what_is_imported_is_a_valid_section_that_changes_nothing(
    run: Run, gateway: Gateway, login: Login, name: str, by_hand: Props
) -> None:
    printed = run("import")
    assert gateway.master_key not in printed
    imported = yaml.safe_load(printed)["config"]["p:access"]
    section = {kind: ours(objects, name) for kind, objects in imported.items()}
    team = {
        "team_id": f"{name}-team",
        "max_budget": 20,
        "metadata": {"cost": "a"},
        "team_member_budget": 3,
        "adopt": True,
        "members": {f"{name}-user": {"max_budget_in_team": 7}},
        "keys": {f"{name}-key": {"user_id": f"{name}-user", "model_rpm_limit": {"chat": 5}, "adopt": True}},
    }
    assert section == {
        "budgets": {f"{name}-budget": {"max_budget": 5, "budget_duration": "1d", "adopt": True}},
        "users": {f"{name}-user": {"user_email": f"{name}@example.com", "models": ["chat"], "adopt": True}},
        "customers": {f"{name}-customer": {"budget_id": f"{name}-budget"}},
        "teams": {f"{name} people": team},
        "keys": {f"{name}-other": {"budget_id": f"{name}-budget", "adopt": True}},
    }
    assert f"key {by_hand['nameless']['key_name']}" in printed
    assert f"{name}-key: expires at " in printed

    raw = {"p:access": json.dumps(section), "p:proxy": json.dumps(PROXY)}
    access = settings.load(raw, encrypted=[], project="p").access
    before = rows(gateway, name, by_hand)
    BudgetProvider().create({**login, "budget_id": f"{name}-budget", **access.budgets[f"{name}-budget"].fields()})
    UserProvider().create({**login, "user_id": f"{name}-user", **access.users[f"{name}-user"].fields()})
    declared = access.teams[f"{name} people"]
    TeamProvider().create({**login, "team_id": declared.team_id, "team_alias": f"{name} people", **declared.fields()})
    member = {"team_id": f"{name}-team", "user_id": f"{name}-user", **declared.members[f"{name}-user"].declared()}
    TeamMemberProvider().create({**login, **member})
    key = declared.keys[f"{name}-key"].fields()
    VirtualKeyProvider().create({**login, "key_alias": f"{name}-key", "team_id": f"{name}-team", **key})
    VirtualKeyProvider().create({**login, "key_alias": f"{name}-other", **access.keys[f"{name}-other"].fields()})
    assert rows(gateway, name, by_hand) == before


def test_what_no_stack_owns_is_listed(run: Run, name: str, by_hand: Props) -> None:
    def listed(resources: list[Props]) -> list[str]:
        printed = run("unmanaged", resources=resources)
        return [line for line in printed.splitlines() if f"'{name}" in line]

    key = by_hand["key"]["token_id"]
    assert listed([]) == [
        f"budget '{name}-budget'",
        f"customer '{name}-customer'",
        f"member '{name}-user' of team '{name}-team'",
        f"team '{name}-team' ({name} people)",
        f"user '{name}-user'",
        f"virtual key '{name}-key' (hash {key[:12]}...)",
        f"virtual key '{name}-other' (hash {by_hand['other']['token_id'][:12]}...)",
    ]
    state = [
        {"type": f"{PREFIX}Budget", "id": f"{name}-budget"},
        {"type": f"{PREFIX}Customer", "id": f"{name}-customer"},
        {"type": f"{PREFIX}TeamMember", "id": f"{name}-team/{name}-user"},
        {"type": f"{PREFIX}Team", "id": f"{name}-team"},
        {"type": f"{PREFIX}VirtualKey", "id": key},
        {"type": f"{PREFIX}Provisioner", "id": by_hand["other"]["token_id"], "inputs": {"user_id": f"{name}-user"}},
    ]
    assert listed(state) == []


def test_what_the_stack_and_the_proxy_made_for_themselves_is_not_carried(
    gateway: Gateway, name: str, by_hand: Props
) -> None:
    found = read(AdminClient(gateway.url, token=gateway.master_key))
    assert "default_user_id" not in found.users
    assert any(budget.startswith(f"team-{name}") for budget in found.hidden_budgets)
    assert not any(budget.startswith(f"team-{name}") for budget in found.budgets)
    assert by_hand["budget"]["budget_id"] in found.budgets


def test_a_field_that_a_stack_cannot_declare_is_named(gateway: Gateway, name: str) -> None:
    gateway.admin("POST", "/customer/new", json={"user_id": name, "blocked": True, "alias": "One"})
    gateway.admin("POST", "/key/generate", json={"key_alias": name, "team_id": "gone"})
    made = declare(read(AdminClient(gateway.url, token=gateway.master_key)), licensed=False)
    assert made.access["customers"][name] == {"alias": "One"}
    assert made.access["keys"][name] == {"adopt": True}
    notes = [note for note in made.notes if name in note]
    assert any(note.startswith(f"customers.{name}.blocked: is stored but not enforced") for note in notes)
    assert any(note.startswith(f"keys.{name}.team_id: the proxy has no such team") for note in notes)


def test_a_proxy_that_is_not_there_is_a_clear_error(run: Run) -> None:
    printed = run("import", url="http://127.0.0.1:1", token="sk-CANARY-0123456789", status=1)
    assert "error: cannot list teams: nothing answers at the gateway's address" in printed
    assert "CANARY" not in printed


def test_a_state_without_objects_owns_nothing() -> None:
    assert not any(owned_ids([{"type": "docker:index/container:Container", "id": key_hash("x")}]).values())
