"""The tests of a PgBouncer between replicas and Postgres, on a Swarm, where any of them may be on another node."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from tests.campaign.test_pooler import (  # noqa: F401  # collected here, with this folder's fixtures
    test_a_crash_is_not_noticed_by_keys_that_replicas_remember,
    test_another_password_and_another_salt_key_take_over_without_a_lost_request,
    test_it_serves,
    test_its_configuration_shows_no_password,
    test_replicas_share_what_it_opens,
    test_without_it_replicas_ask_postgres_again,
)
from tests.e2e.fleet import Host
from tests.e2e.pooled import Pooled, pooled_config
from tests.e2e.swarm_stack import declared, on_nodes, there

PORTS = {"gateway": 4002, "prometheus": 9092}
"""Those of the other tests' stacks are taken on every node."""


@pytest.fixture(scope="module")
def pooled(hosts: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pooled]:
    manager, worker = hosts
    stack = declared(manager, data=worker, folder=tmp_path_factory.mktemp("pooled"))
    stack.configure({**pooled_config(), "ports": PORTS, **there(stack)})
    stack.encrypt("secrets.OPENAI_API_KEY", f"sk-canary-{secrets.token_hex(8)}")
    stack.up()
    yield Pooled(stack=stack, containers=lambda component: on_nodes(hosts, component, stack=stack))
    # Those that come after it need the room.
    stack.run("destroy", "--yes", "--skip-preview")
