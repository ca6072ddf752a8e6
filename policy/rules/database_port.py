"""databasePort: the database is reached through the proxy, not around it."""

from __future__ import annotations

from collections.abc import Iterator

from policy.resources import Resource, published

DESCRIPTION = "No host port leads to Postgres."
POSTGRES = 5432


def violations(resource: Resource) -> Iterator[str]:
    """Report a container that publishes Postgres's port."""
    for port in published(resource):
        if port.internal == POSTGRES:
            yield (
                f"Postgres is published at {port.address}:{port.external}, around everything that"
                " the proxy checks: remove ports.database. A query needs no port: docker exec -it <container> psql."
            )
