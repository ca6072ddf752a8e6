"""u01: which value an adopted key has, by the positions in the rotation that its inputs record."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pulumi import Output

from litellm_admin.adoption import FIRST, is_beyond, start_of, was_rotated
from litellm_admin.keys import derive_key
from litellm_admin.provider import VirtualKeyProvider
from litellm_admin.resources import VirtualKey

PROVIDER = VirtualKeyProvider()
LOGIN = {"url": "http://127.0.0.1:4000", "token": "sk-the-login-of-the-tests"}


def value(number: int) -> str:
    return derive_key("seed", name="lab", rotation=number)


def adopted(number: int = 1, *, seed: int = 1, **fields: Any) -> dict[str, Any]:
    """Return the inputs that the program gives for an adopted key."""
    return {
        **LOGIN,
        "key_alias": "lab",
        "adopt": True,
        "own_key": value(number),
        "rotation": f"{number}.{seed}",
        "grace": "3m",
        **fields,
    }


def own(number: int) -> dict[str, Any]:
    """Return the inputs that the program gives for a key that the stack creates."""
    return {**LOGIN, "key_alias": "lab", "key": value(number), **({"grace": "3m"} if number > 1 else {})}


@pytest.mark.parametrize(
    ("rotation", "start", "beyond"),
    [
        ("1.1", "1.1", False),
        ("2.1", "2.1", False),
        ("3.1", "2.1", True),
        ("2.2", "2.1", True),
        ("1.2", "2.1", True),
        ("1.1", "2.1", False),
        ("10.1", "9.1", True),
    ],
)
def test_u01_only_a_higher_number_is_beyond_the_start(rotation: str, start: str, beyond: bool) -> None:
    assert is_beyond(rotation, start) is beyond


@pytest.mark.parametrize(("number", "seed"), [(1, 1), (2, 1), (1, 2), (7, 3)])
def test_u01_an_adoption_starts_where_the_rotation_is(number: int, seed: int) -> None:
    result = PROVIDER.check({}, adopted(number, seed=seed))
    assert result.failures == []
    assert result.inputs["start"] == f"{number}.{seed}"
    assert not was_rotated(result.inputs)
    assert "key" not in result.inputs, "the engine would keep it in clear"


def test_u01_the_start_stays_when_the_number_is_raised() -> None:
    before = PROVIDER.check({}, adopted(2)).inputs
    after = PROVIDER.check(before, adopted(3)).inputs
    assert after["start"] == "2.1"
    diff = PROVIDER.diff("hash", before, after)
    assert (diff.changes, diff.replaces) == (True, [])
    assert PROVIDER.diff("hash", {**after, "key": value(3)}, PROVIDER.check(after, adopted(3)).inputs).changes is False


def test_u01_a_number_that_is_lowered_changes_nothing() -> None:
    before = PROVIDER.check({}, adopted(2)).inputs
    after = PROVIDER.check(before, adopted(1))
    assert after.failures == []
    assert PROVIDER.diff("hash", before, after.inputs).changes is False


def test_u01_a_state_without_a_start_was_adopted_with_the_first_numbers() -> None:
    recorded = {**LOGIN, "key_alias": "lab", "adopt": True}
    same = PROVIDER.check(recorded, adopted(1))
    assert same.failures == []
    assert PROVIDER.diff("hash", recorded, same.inputs).changes is False
    raised = PROVIDER.check(recorded, adopted(2))
    assert (raised.failures, raised.inputs["start"]) == ([], FIRST)
    assert PROVIDER.diff("hash", recorded, raised.inputs).changes is True


def test_u01_a_key_that_was_rotated_before_there_were_starts_keeps_its_value() -> None:
    recorded = {**LOGIN, "key_alias": "lab", "adopt": True, "key": value(2), "grace": "3m"}
    result = PROVIDER.check(recorded, adopted(2))
    assert result.failures == []
    assert PROVIDER.diff("hash", recorded, result.inputs).changes is False


def test_u01_adopt_stays_declared_while_the_key_has_its_users_value() -> None:
    kept = PROVIDER.check({}, adopted(2)).inputs
    [failure] = PROVIDER.check(kept, own(2)).failures
    assert failure.property == "adopt"
    assert "raise its rotation" in failure.reason
    rotated = PROVIDER.check(kept, adopted(3)).inputs
    assert PROVIDER.check(rotated, own(3)).failures == []
    assert PROVIDER.diff("hash", {**rotated, "key": value(3)}, own(3)).changes is False
    before_there_were_starts = {**LOGIN, "key_alias": "lab", "adopt": True}
    assert [failure.property for failure in PROVIDER.check(before_there_were_starts, own(1)).failures] == ["adopt"]


def test_u01_the_users_value_does_not_come_back_by_a_lower_number() -> None:
    rotated = PROVIDER.check(PROVIDER.check({}, adopted(2)).inputs, adopted(3)).inputs
    [failure] = PROVIDER.check(rotated, adopted(2)).failures
    assert failure.property == "rotation"
    assert "known to its users only" in failure.reason


def test_u01_a_key_of_the_stacks_own_stays_it_when_it_says_adopt() -> None:
    result = PROVIDER.check(own(2), adopted(2))
    assert result.failures == []
    diff = PROVIDER.diff("hash", own(2), result.inputs)
    assert (diff.changes, diff.replaces) == (False, [])
    moved = PROVIDER.check(own(2), adopted(2, team_id="another"))
    assert [failure.property for failure in moved.failures] == ["team_id"], "a replacement would delete the key"


def test_start_of_a_key_that_is_adopted_now_is_the_position_of_now() -> None:
    assert start_of({}, {"rotation": "4.2"}) == "4.2"
    assert start_of({"start": "4.2"}, {"rotation": "5.2"}) == "4.2"


@pytest.mark.parametrize(
    ("start", "known", "rotation", "expected"),
    [
        ("2.1", True, "2.1", ""),
        ("2.1", True, "3.1", value(3)),
        # Recorded before there were starts: unknown in a preview, and none in an update.
        (None, False, "2.1", value(2)),
        (None, True, "2.1", value(2)),
        (None, False, "1.1", ""),
    ],
)
def test_u01_the_program_knows_the_value_of_an_adopted_key_once_it_is_rotated(
    start: str | None, known: bool, rotation: str, expected: str
) -> None:
    async def ask() -> tuple[object, bool, bool]:
        async def answer(of: Any) -> Any:
            return of

        recorded = Output(set(), answer(start), answer(known))
        own_key = Output.secret(value(int(rotation[0])))
        found = VirtualKey.value_of_adopted(
            cast("VirtualKey", SimpleNamespace(start=recorded)), own_key, rotation=rotation
        )
        return await found.future(), await found.is_known(), await found.is_secret()

    assert asyncio.run(ask()) == (expected, True, True)
