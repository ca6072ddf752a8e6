"""A virtual key whose value is rotated, on a real proxy: through its provider, as the engine would."""

from __future__ import annotations

import secrets
import time
from typing import Any

import pytest

from inventory.reading import read
from inventory.unmanaged import PREFIX, owned_ids, unmanaged
from litellm_admin.api.client import AdminClient
from litellm_admin.api.errors import AdminError
from litellm_admin.api.succession import retire, retired_alias
from litellm_admin.keys import derive_key, key_hash
from litellm_admin.provider import VirtualKeyProvider
from tests.integration.inputs_of_tests import Login, MakeKey, Props
from tests.integration.running_gateway import Gateway

PROVIDER = VirtualKeyProvider()
LIMITS = {"models": ["chat"], "max_budget": 5.0, "budget_duration": "30d", "rpm_limit": 60.0, "metadata": {"a": "b"}}


@pytest.fixture
def old(make_key: MakeKey) -> Props:
    """The inputs of a key that is there."""
    inputs = make_key(**LIMITS)
    PROVIDER.create(inputs)
    return inputs


def successor(inputs: Props, *, grace: str = "24h", **fields: Any) -> Props:
    value = derive_key(secrets.token_hex(), name=inputs["key_alias"], rotation=2)
    return {**inputs, "key": value, "grace": grace, **fields}


def rotate(old: Props, new: Props) -> Props:
    """Do what the engine does: look, make the new one, remove the old one."""
    result = PROVIDER.diff(key_hash(old["key"]), old, new)
    assert result.replaces == ["key"]
    assert result.delete_before_replace is False
    assert PROVIDER.check(old, new).failures == []
    outs = PROVIDER.create(new).outs or {}
    PROVIDER.delete(key_hash(old["key"]), old)
    return outs


def chat(gateway: Gateway, inputs: Props) -> int:
    body = {"model": "chat", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 5}
    return gateway.call("POST", "/v1/chat/completions", token=inputs["key"], json=body).status_code


def info(gateway: Gateway, inputs: Props) -> Any:
    return gateway.admin("GET", "/key/info", params={"key": key_hash(inputs["key"])})["info"]


def exists(gateway: Gateway, inputs: Props) -> bool:
    return bool(gateway.admin("GET", "/key/list", params={"key_hash": key_hash(inputs["key"])})["keys"])


def test_both_values_work_until_the_old_one_expires_by_itself(gateway: Gateway, old: Props) -> None:
    new = successor(old, grace="5s")
    rotate(old, new)
    assert (chat(gateway, old), chat(gateway, new)) == (200, 200)
    time.sleep(6)
    assert (chat(gateway, old), chat(gateway, new)) == (401, 200)


def test_limits_and_spend_carry_over(gateway: Gateway, old: Props) -> None:
    gateway.admin("POST", "/key/update", json={"key": key_hash(old["key"]), "spend": 1.25})
    new = successor(old)
    outs = rotate(old, new)
    row = info(gateway, new)
    assert {name: row[name] for name in LIMITS} == LIMITS
    assert (row["spend"], row["key_alias"]) == (1.25, old["key_alias"])
    assert row["budget_reset_at"] == info(gateway, old)["budget_reset_at"]
    read = PROVIDER.read(key_hash(new["key"]), outs)
    assert read.inputs == new
    assert not PROVIDER.diff(key_hash(new["key"]), outs, new).changes


def test_the_preview_says_what_becomes_of_the_old_value(old: Props, capsys: pytest.CaptureFixture[str]) -> None:
    PROVIDER.diff(key_hash(old["key"]), old, successor(old, grace="12h"))
    PROVIDER.diff(key_hash(old["key"]), old, {**successor(old, grace="0s"), "key_alias": old["key_alias"]})
    shown = capsys.readouterr().out
    assert f"virtual key '{old['key_alias']}': a new value is made, and the old one stays valid for 12h" in shown
    assert "the old one is refused at once; budget, limits and spend carry over" in shown
    assert old["key"] not in shown


def test_without_grace_the_old_value_is_refused_at_once(gateway: Gateway, old: Props) -> None:
    new = successor(old, grace="0s")
    rotate(old, new)
    assert (chat(gateway, old), chat(gateway, new)) == (401, 200)


def test_a_value_that_would_expire_earlier_is_not_prolonged(gateway: Gateway, make_key: MakeKey) -> None:
    old = make_key(duration="1h")
    PROVIDER.create(old)
    expires = info(gateway, old)["expires"]
    rotate(old, {**successor(old), "duration": "30d"})
    assert info(gateway, old)["expires"] == expires


def test_a_rotation_that_was_cut_off_after_any_step_is_finished_by_the_next(
    gateway: Gateway, old: Props, login: Login
) -> None:
    gateway.admin("POST", "/key/update", json={"key": key_hash(old["key"]), "spend": 0.5})
    new = successor(old)
    keys = AdminClient(login["url"], token=login["token"]).keys
    # The old one gave its alias away, and the new one was not made.
    retire(
        keys, old["key_alias"], successor=key_hash(new["key"]), grace="24h", adopt=False, subject="the key of this test"
    )
    assert not exists(gateway, new)
    # Made, and the record of it was lost: twice.
    for _ in range(3):
        PROVIDER.create(new)
    assert info(gateway, new)["spend"] == 0.5
    assert info(gateway, old)["key_alias"] == retired_alias(old["key_alias"], successor=key_hash(new["key"]))
    PROVIDER.delete(key_hash(old["key"]), old)
    PROVIDER.delete(key_hash(old["key"]), old)
    assert (chat(gateway, old), chat(gateway, new)) == (200, 200)


def test_rotations_in_a_row_leave_every_value_its_own_end(gateway: Gateway, old: Props) -> None:
    second = successor(old, grace="1h")
    third = successor(old, grace="2h")
    rotate(old, second)
    rotate(second, third)
    assert [chat(gateway, inputs) for inputs in (old, second, third)] == [200, 200, 200]
    assert info(gateway, old)["expires"] < info(gateway, second)["expires"]
    assert info(gateway, third)["expires"] is None


def test_a_key_that_is_removed_takes_its_earlier_values_along_and_nobody_elses(
    gateway: Gateway, old: Props, make_key: MakeKey
) -> None:
    neighbour = {**successor(make_key()), "key_alias": f"{old['key_alias']}~beta"}
    del neighbour["grace"]
    PROVIDER.create(neighbour)
    new = successor(old)
    outs = rotate(old, new)
    PROVIDER.delete(key_hash(new["key"]), outs)
    assert not exists(gateway, old)
    assert not exists(gateway, new)
    assert exists(gateway, neighbour)


def test_going_back_to_an_earlier_value_makes_it_valid_for_good(gateway: Gateway, old: Props) -> None:
    new = successor(old)
    rotate(old, new)
    again = {**old, "grace": "24h"}
    outs = rotate(new, again)
    assert info(gateway, again)["expires"] is None
    assert info(gateway, again)["key_alias"] == old["key_alias"]
    assert info(gateway, new)["expires"] is not None
    assert not PROVIDER.diff(key_hash(again["key"]), outs, again).changes
    assert (chat(gateway, again), chat(gateway, new)) == (200, 200)


def test_somebody_elses_key_of_this_alias_is_not_rotated_away(gateway: Gateway, make_key: MakeKey) -> None:
    new = make_key(grace="24h")
    foreign = f"sk-{secrets.token_urlsafe(24)}"
    gateway.admin("POST", "/key/generate", json={"key": foreign, "key_alias": new["key_alias"]})
    with pytest.raises(AdminError, match="not this stack's own") as caught:
        PROVIDER.create(new)
    assert foreign not in str(caught.value)
    assert chat(gateway, {"key": foreign}) == 200


class Adopted:
    """A key of this alias that another owner created, and what the engine does with the resource that adopts it."""

    def __init__(self, gateway: Gateway, login: Login, alias: str) -> None:
        self.gateway, self.seed = gateway, secrets.token_hex()
        self.users = f"sk-{secrets.token_urlsafe(24)}"
        self.login: Props = {**login, "key_alias": alias, "adopt": True}
        gateway.admin("POST", "/key/generate", json={"key": self.users, "key_alias": alias, "spend": 0.75})
        self.id, self.inputs, self.outs = "", Props(), Props()

    def value(self, number: int) -> str:
        return derive_key(self.seed, name=self.login["key_alias"], rotation=number)

    def declared(self, number: int, *, grace: str = "24h", **fields: Any) -> Props:
        position = {"own_key": self.value(number), "rotation": f"{number}.1", "grace": grace}
        return {**self.login, **position, **fields}

    def up(self, number: int, **given: Any) -> str:
        """Refresh, check, compare and apply, as `pulumi up` does; return what was done."""
        if self.outs:
            read = PROVIDER.read(self.id, self.outs)
            self.id, self.outs, self.inputs = read.id or "", read.outs or {}, read.inputs or {}
            assert "key" not in self.inputs, "the engine would keep it in clear"
        declared = self.declared(number, **given)
        result = PROVIDER.check(self.inputs if self.id else {}, declared)
        assert result.failures == []
        self.inputs = result.inputs
        if not self.id:
            created = PROVIDER.create(self.inputs)
            self.id, self.outs = created.id, created.outs or {}
            return "create"
        diff = PROVIDER.diff(self.id, self.outs, self.inputs)
        assert diff.replaces == []
        if not diff.changes:
            return "same"
        self.outs = PROVIDER.update(self.id, self.outs, self.inputs).outs or {}
        return "update"

    def answers(self, *values: str) -> list[int]:
        return [chat(self.gateway, {"key": value}) for value in values]

    def expires(self, value: str) -> str | None:
        expires: str | None = info(self.gateway, {"key": value})["expires"]
        return expires


@pytest.fixture
def adopted(gateway: Gateway, login: Login, name: str) -> Adopted:
    return Adopted(gateway, login, name)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_u01_adopting_a_key_never_retires_its_value_whatever_the_number_is(adopted: Adopted, number: int) -> None:
    assert adopted.up(number, grace="1s") == "create"
    assert adopted.up(number, grace="1s") == "same"
    # Another run that was killed before it recorded the first one.
    PROVIDER.create(adopted.inputs)
    time.sleep(2)
    assert adopted.answers(adopted.users) == [200]
    assert adopted.expires(adopted.users) is None
    assert adopted.up(number, grace="1s", rpm_limit=7.0) == "update"
    assert adopted.answers(adopted.users, adopted.value(number)) == [200, 401]


def test_u01_a_later_increase_rotates_an_adopted_key_with_the_grace(adopted: Adopted) -> None:
    adopted.up(2)
    assert adopted.up(3, grace="1h") == "update"
    assert adopted.answers(adopted.users, adopted.value(3), adopted.value(2)) == [200, 200, 401]
    assert adopted.expires(adopted.users) is not None
    assert info(adopted.gateway, {"key": adopted.value(3)})["spend"] == 0.75
    assert adopted.up(3, grace="1h") == "same"
    assert adopted.id == key_hash(adopted.value(3)), "a refresh brings the id to the value that the key has"
    assert adopted.up(4, grace="0s") == "update"
    assert adopted.answers(adopted.users, adopted.value(3), adopted.value(4)) == [200, 401, 200]
    assert adopted.up(4, grace="0s", rpm_limit=7.0) == "update"
    assert info(adopted.gateway, {"key": adopted.value(4)})["rpm_limit"] == 7
    PROVIDER.delete(adopted.id, adopted.outs)
    assert not exists(adopted.gateway, {"key": adopted.value(4)})


def test_u01_a_key_that_an_earlier_version_adopted_is_left_alone_until_its_number_is_raised(adopted: Adopted) -> None:
    # What the state holds of it: neither a value nor a start.
    adopted.id, adopted.outs = key_hash(adopted.users), dict(adopted.login)
    assert adopted.up(1) == "same"
    assert adopted.answers(adopted.users) == [200]
    assert adopted.up(2) == "update"
    assert adopted.answers(adopted.users, adopted.value(2)) == [200, 200]


def test_u01_a_key_that_an_earlier_version_adopted_and_rotated_keeps_its_value(adopted: Adopted) -> None:
    before = {**adopted.login, "key": adopted.value(2), "grace": "24h"}
    adopted.gateway.admin("POST", "/key/delete", json={"keys": [key_hash(adopted.users)]})
    adopted.gateway.admin("POST", "/key/generate", json={"key": before["key"], "key_alias": before["key_alias"]})
    adopted.id, adopted.outs = key_hash(before["key"]), before
    assert adopted.up(2) == "same"
    assert adopted.up(3) == "update"
    assert adopted.answers(adopted.value(2), adopted.value(3)) == [200, 200]


def test_u01_a_rotation_of_an_adopted_key_that_was_cut_off_is_finished_by_the_next(adopted: Adopted) -> None:
    adopted.up(1)
    keys = AdminClient(adopted.login["url"], token=adopted.login["token"]).keys
    retire(
        keys,
        adopted.login["key_alias"],
        successor=key_hash(adopted.value(2)),
        grace="24h",
        adopt=True,
        subject="the key of this test",
    )
    assert adopted.up(2) == "update"
    assert adopted.answers(adopted.users, adopted.value(2)) == [200, 200]
    assert info(adopted.gateway, {"key": adopted.value(2)})["spend"] == 0.75
    assert adopted.up(2) == "same"


def test_u01_an_adopted_key_that_was_rotated_is_found_again_without_its_state(adopted: Adopted) -> None:
    adopted.up(1)
    adopted.up(2)
    adopted.id, adopted.outs, adopted.inputs = "", {}, {}
    assert adopted.up(2) == "create"
    assert adopted.outs["key"] == adopted.value(2)
    assert adopted.up(2) == "same"
    assert adopted.answers(adopted.users, adopted.value(2)) == [200, 200]


def test_u01_an_adopted_key_that_was_rotated_and_deleted_by_hand_is_created_again(adopted: Adopted) -> None:
    adopted.up(1)
    adopted.up(2)
    adopted.gateway.admin("POST", "/key/delete", json={"keys": [key_hash(adopted.value(2))]})
    assert adopted.up(2) == "update"
    assert adopted.answers(adopted.value(2)) == [200]
    assert adopted.up(2) == "same"


def test_a_value_of_before_a_rotation_counts_as_the_stacks_own(gateway: Gateway, old: Props) -> None:
    new = successor(old)
    rotate(old, new)
    found = read(AdminClient(gateway.url, token=gateway.master_key))
    owned = owned_ids([{"type": f"{PREFIX}VirtualKey", "id": key_hash(new["key"])}])
    assert not [line for line in unmanaged(found, owned) if old["key_alias"] in line]


def test_a_grace_without_a_value_is_refused_at_preview(login: Login, name: str) -> None:
    failures = PROVIDER.check({}, {**login, "key_alias": name, "adopt": True, "grace": "24h"}).failures
    assert [failure.property for failure in failures] == ["own_key"]
