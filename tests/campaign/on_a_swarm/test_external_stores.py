"""The tests of stores that somebody else runs, on a Swarm: the servers are on this machine, which is no node."""

from __future__ import annotations

from collections.abc import Iterator

import docker
import pytest

from tests.campaign.test_external_stores import (  # noqa: F401  # collected here, with this folder's fixtures
    test_a_backup_brings_back_what_was_lost,
    test_a_pgbouncer_between_shares_its_connections_and_checks_the_server,
    test_a_preview_that_cannot_log_in_says_so_and_touches_nothing,
    test_every_connection_is_encrypted,
    test_it_serves_from_there,
    test_no_password_is_anywhere_in_clear,
    test_other_logins_take_over_without_a_lost_request,
    test_servers_that_were_away_are_used_again,
    test_the_salt_key_rotates_there_too,
    test_what_it_makes_belongs_to_the_owner_of_the_database,
    test_what_replicas_count_is_there,
)
from tests.e2e.external_stores import Standing, placed, servers
from tests.e2e.fleet import MACHINE, Host
from tests.e2e.swarm_stack import declared, there

PORTS = {"gateway": 4001, "prometheus": 9091}
"""Those of the other tests' stack are taken on every node."""


@pytest.fixture(scope="module")
def standing(
    hosts: list[Host], engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Standing]:
    """A stack of its own. It goes with the hosts, whatever happens."""
    manager, worker = hosts
    stack = declared(manager, data=worker, folder=tmp_path_factory.mktemp("external"))
    with servers(engine, stack=stack.name, address=MACHINE) as (server, redis):
        yield placed(stack, server, redis, ports=PORTS, **there(stack))
