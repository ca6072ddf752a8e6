"""Budgets that are spent raise alerts, which are sent. The listener runs on the manager."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.fleet import Host
from tests.e2e.stack import Stack
from tests.e2e.test_alerts import (  # noqa: F401  # collected here, with this folder's fixtures
    spenders,
    test_a_spent_budget_is_told_to_whoever_listens,
)
from tests.e2e.upstream import Upstream


@pytest.fixture(scope="module")
def declared(stack: Stack, hosts: list[Host]) -> Iterator[Upstream]:
    with spenders(stack, hosts[0].engine, at=hosts[0].address) as listener:
        yield listener
