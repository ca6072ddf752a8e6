"""An alert comes through the stack's Alertmanager to whoever listens, and so does its end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.campaign.test_alertmanager import (  # noqa: F401  # collected here, with this folder's fixtures
    hear_of_an_outage,
    listening,
    test_an_alert_and_its_end_are_told,
    test_slack_is_told_in_its_own_words,
    test_what_follows_from_it_is_not_told_while_it_lasts,
)
from tests.e2e.fleet import Host
from tests.e2e.stack import Stack
from tests.e2e.swarm_stack import scale
from tests.e2e.upstream import Upstream


@pytest.fixture(scope="module")
def told(stack: Stack, hosts: list[Host]) -> Iterator[Upstream]:
    """The listener, after the database was gone until somebody was told, and came back."""
    scale_database = partial(scale, hosts[0], f"{stack.prefix}database")
    with listening(stack, hosts[0].engine, at=hosts[0].address) as listener:
        hear_of_an_outage(listener, begin=partial(scale_database, 0), end=partial(scale_database, 1))
        yield listener
