"""Whether the connections that replicas open fit into what Postgres takes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from config.database import POOL_LIMIT, connections_of_a_replica
from config.litellm import BASE
from tests.unit.config.test_settings import load, mistakes

ON_A_SWARM = {"engine": "swarm", "bind": "::"}
POOL = {"general_settings": {"database_connection_pool_limit": 20}}


@pytest.mark.parametrize(
    "sections",
    [
        {},
        {"replicas": "4"},
        {"replicas": "8", **ON_A_SWARM},
        {"replicas": "5", "database": {"maxConnections": 110}},
        {"replicas": "2", "proxy": POOL},
        {"replicas": "2", "environment": {"NUM_WORKERS": "2"}},
        # One pool for all of a replica's workers.
        {"replicas": "2", "environment": {"NUM_WORKERS": "8", "LITELLM_PGBOUNCER_ENABLED": "true"}},
        # One for all replicas.
        {"replicas": "32", "database": {"pooler": {"connections": "45"}}},
    ],
)
def test_replicas_may_open_what_postgres_takes(sections: dict[str, Any]) -> None:
    assert load(**sections).database.max_connections >= 100


@pytest.mark.parametrize(
    ("words", "sections"),
    [
        ("10 of them open up to 10 each, and others 10; raise it to 110, which restarts", {"replicas": "5"}),
        ("let each open 9 at most", {"replicas": "5"}),
        ("raise it to 210", {"replicas": "10", "database": {"maxConnections": 200}}),
        ("10 of them open up to 10 each", {"replicas": "9", **ON_A_SWARM}),
        ("6 of them open up to 20 each", {"replicas": "3", "proxy": POOL}),
        ("6 of them open up to 20 each", {"replicas": "3", "environment": {"NUM_WORKERS": "2"}}),
        ("6 of them open up to 20 each", {"replicas": "3", "environment": {"LITELLM_PGBOUNCER_ENABLED": "yes"}}),
        (
            "4 of them open up to 30 each",
            {
                "replicas": "2",
                "environment": {"LITELLM_PGBOUNCER_ENABLED": "true", "LITELLM_PGBOUNCER_MAX_DB_CONNECTIONS": "30"},
            },
        ),
    ],
)
def test_more_than_that_are_refused_with_what_would_fit(words: str, sections: dict[str, Any]) -> None:
    assert words in mistakes(**sections)["database.maxConnections"]


def test_a_pooler_that_would_fit_is_named() -> None:
    told = mistakes(replicas="32")["database.maxConnections"]
    assert told.endswith("or put a PgBouncer between, which opens 45 for all (`database.pooler.connections`)")


def test_two_poolers_open_connections_while_one_is_replaced() -> None:
    told = mistakes(database={"pooler": {"connections": 46}})["database.maxConnections"]
    assert told == (
        "100 are too few: while PgBouncers are replaced, 2 of them open up to 46 each, and others 10; raise it to 102,"
        " which restarts Postgres once, or let each open 45 at most (`database.pooler.connections`)"
    )


def test_one_pooler_is_enough() -> None:
    told = mistakes(database={"pooler": {"connections": 5}}, environment={"LITELLM_PGBOUNCER_ENABLED": "true"})
    assert "keep one of the two" in told["environment.LITELLM_PGBOUNCER_ENABLED"]


def test_more_connections_than_a_pooler_takes_are_refused() -> None:
    many = {"NUM_WORKERS": "16"}
    told = mistakes(replicas="32", environment=many, database={"pooler": {"connections": 5}})["database.pooler"]
    assert "takes 10000 connections, and replicas open 10240" in told


def test_nothing_is_offered_that_would_leave_a_replica_without_a_connection() -> None:
    assert "let each" not in mistakes(replicas="32", database={"maxConnections": 50})["database.maxConnections"]


def test_a_replica_opens_as_many_as_the_base_settings_say() -> None:
    general = yaml.safe_load(BASE.read_text(encoding="utf-8"))["general_settings"]
    assert connections_of_a_replica({}) == general[POOL_LIMIT]
