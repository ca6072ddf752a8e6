import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litellm_admin.keys import derive_key, key_hash


def test_a_key_is_the_same_on_every_machine() -> None:
    # Computed beside this code with RFC 5869 written out over hmac: extract with 32 zero bytes, one expand block.
    assert derive_key("a seed", name="chat-app", rotation=1) == "sk-mrtIszhbw06aDhfJ1kglrQGgq33AQYeD"
    assert derive_key("a seed", name="chat-app", rotation=2) == "sk-69saBJTWi2PKKAWUSpHtnm6z0rU9DSyX"


@given(st.text(min_size=1), st.text(min_size=1), st.integers(0, 1000))
def test_a_key_has_the_form_that_the_proxy_takes(seed: str, name: str, rotation: int) -> None:
    assert re.fullmatch(r"sk-[A-Za-z0-9_-]{32}", derive_key(seed, name=name, rotation=rotation))


@given(st.lists(st.tuples(st.text("ab/0", min_size=1, max_size=4), st.integers(0, 20)), unique=True, max_size=20))
def test_no_two_keys_of_a_seed_are_the_same(keys: list[tuple[str, int]]) -> None:
    assert len({derive_key("seed", name=name, rotation=rotation) for name, rotation in keys}) == len(keys)


@pytest.mark.parametrize(("seed", "name", "rotation"), [("", "a", 1), ("s", "", 1), ("s", "a", -1)])
def test_nothing_is_derived_from_nothing(seed: str, name: str, rotation: int) -> None:
    with pytest.raises(ValueError, match="derived from"):
        derive_key(seed, name=name, rotation=rotation)


def test_the_hash_is_the_one_that_the_proxy_computes() -> None:
    assert key_hash("sk-explore_key-00000001") == "14de014df791d893801b1fc4a1220b009bafdd436f04adc082a93b635e7ca738"
