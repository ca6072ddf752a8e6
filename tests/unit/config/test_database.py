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


def test_nothing_is_offered_that_would_leave_a_replica_without_a_connection() -> None:
    assert "let each" not in mistakes(replicas="32", database={"maxConnections": 50})["database.maxConnections"]


def test_a_replica_opens_as_many_as_the_base_settings_say() -> None:
    general = yaml.safe_load(BASE.read_text(encoding="utf-8"))["general_settings"]
    assert connections_of_a_replica({}) == general[POOL_LIMIT]
