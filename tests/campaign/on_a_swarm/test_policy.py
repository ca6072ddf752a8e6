"""The rules of an environment, and plans that are kept. That ports are open on every address breaks one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.stack import Stack
from tests.e2e.test_policy import (  # noqa: F401  # collected here, with this folder's fixtures
    MANDATORY,
    test_a_key_that_moves_to_a_budget_of_the_same_update_is_compared_with_it,
    test_a_mistake_in_the_config_is_said_as_without_the_pack,
    test_a_stack_that_breaks_no_rule_passes_all_of_them,
    test_an_advisory_rule_stops_nothing_and_a_disabled_one_is_silent,
    test_an_update_does_what_its_plan_says_or_nothing,
    test_make_up_is_stopped_by_a_raise_until_a_label_allows_it,
    with_limits,
)


@pytest.fixture
def limited(stack: Stack) -> Iterator[dict[str, Any]]:
    """A config that breaks no other rule; the stack has its own again afterwards."""
    good = dict(stack.config)
    yield with_limits(good, policy={**MANDATORY, "publicAddress": "disabled"})
    stack.configure(good)
