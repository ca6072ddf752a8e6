from typing import Any

import pytest
from pulumi.output import UNKNOWN

from litellm_admin.key_group import hash_of, is_of, member, mistakes, values_of
from litellm_admin.key_group_provider import KeyGroupProvider
from litellm_admin.keys import derive_key, key_hash

GROUP: dict[str, Any] = {
    "url": "http://127.0.0.1:4000",
    "token": "sk-CANARY-0123456789",
    "group": "class",
    "seed": "0123456789abcdef",
    "fields": {"models": ["chat"], "max_budget": 10.0},
    "keys": {"ada": {}, "bob": {"max_budget": 20.0}},
}


def diff(news: dict[str, Any], olds: dict[str, Any] | None = None) -> tuple[bool | None, list[str]]:
    result = KeyGroupProvider().diff("class", olds or GROUP, news)
    return result.changes, list(result.replaces or [])


def test_a_member_says_what_all_share_and_what_it_says_itself() -> None:
    bob = member(GROUP, "bob")
    value = derive_key("0123456789abcdef", name="bob", rotation=1)
    assert bob.fields == {"key": value, "key_alias": "bob", "models": ["chat"], "max_budget": 20}
    assert bob.hash == key_hash(value) == hash_of(GROUP, "bob")
    assert values_of(GROUP)["bob"] == value


def test_another_rotation_is_another_value_and_no_field_of_the_key() -> None:
    rotated = {**GROUP, "keys": {"ada": {"rotation": 2.0, "grace": "24h"}}}
    ada = member(rotated, "ada")
    assert ada.hash == key_hash(derive_key("0123456789abcdef", name="ada", rotation=2)) != hash_of(GROUP, "ada")
    assert ada.grace == "24h"
    assert not {"rotation", "grace"} & ada.fields.keys()
    assert diff({**GROUP, "keys": {**GROUP["keys"], **rotated["keys"]}}) == (True, [])


def test_a_key_is_of_the_group_whose_seed_its_value_comes_from() -> None:
    third = key_hash(derive_key(GROUP["seed"], name="eve", rotation=3))
    assert is_of(GROUP, "eve", third)
    assert not is_of(GROUP, "bob", third)
    assert not is_of({**GROUP, "seed": "another"}, "eve", third)


def test_what_means_the_same_is_no_change() -> None:
    moved = {**GROUP, "fields": {"models": ["chat"], "max_budget": 20}, "keys": {"ada": {"max_budget": 10}, "bob": {}}}
    assert diff(moved) == (False, [])


@pytest.mark.parametrize(
    "change",
    [
        {"fields": {"models": ["chat"], "max_budget": 11}},
        {"fields": {"models": ["chat"]}},
        {"keys": {"ada": {}}},
        {"keys": {**GROUP["keys"], "eve": {}}},
        {"keys": {"ada": {"rpm_limit": 1}, "bob": {"max_budget": 20}}},
        {"token": "sk-another-0123456789"},
        {"seed": "another"},
        {"keys": UNKNOWN},
    ],
)
def test_every_other_change_is_an_update_in_place(change: dict[str, Any]) -> None:
    assert diff({**GROUP, **change}) == (True, [])


def test_a_limit_that_the_proxy_lost_is_a_change_though_all_share_it() -> None:
    assert diff(GROUP, {**GROUP, "keys": {**GROUP["keys"], "ada": {"emptied": ["max_budget"]}}}) == (True, [])


def test_another_name_is_another_group() -> None:
    assert diff({**GROUP, "group": "course"}) == (True, ["group"])


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"keys": {"ada": {"max_budget": -1}}}, "keys.ada.max_budget"),
        ({"keys": {"ada": {"modles": ["chat"]}}}, "keys.ada.modles"),
        ({"keys": {"ada": {"rotation": 0}}}, "keys.ada.rotation"),
        ({"keys": {"ada": {"key": "sk-0123456789abcdef"}}}, "keys.ada.key"),
        ({"keys": {"ada": {"adopt": True}}}, "keys.ada.adopt"),
        ({"keys": {"ada": {"tags": ["x"]}}}, "keys.ada.tags"),
        ({"fields": {"budget_duration": "1 day"}}, "fields.budget_duration"),
        ({"keys": {"": {}}}, "keys..[key]"),
        ({"group": ""}, "group"),
    ],
)
def test_a_mistake_is_named_once_with_its_place(change: dict[str, Any], path: str) -> None:
    assert [found for found, _ in mistakes({**GROUP, **change})] == [path]


def test_what_is_not_known_yet_is_no_mistake() -> None:
    unknown = {**GROUP, "token": UNKNOWN, "seed": UNKNOWN, "fields": {"team_id": UNKNOWN}}
    assert mistakes(unknown) == []
    assert mistakes({**GROUP, "keys": UNKNOWN}) == []
    assert mistakes({**GROUP, "keys": {"ada": UNKNOWN, "bob": {"team_id": UNKNOWN}}}) == []
