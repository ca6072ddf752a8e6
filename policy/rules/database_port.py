"""databasePort: the database is reached through the proxy, not around it."""

from __future__ import annotations

from collections.abc import Iterator

from policy.resources import CONTAINER, Resource
from policy.rules.public_address import published_at

DESCRIPTION = "No host port leads to Postgres."
POSTGRES = 5432


def violations(resource: Resource) -> Iterator[str]:
    """Report a container that publishes Postgres's port."""
    for port in resource.known("ports") or () if resource.type == CONTAINER else ():
        if port.get("internal") == POSTGRES:
            yield (
                f"Postgres is published at {published_at(port)}, around everything that"
                " the proxy checks: remove ports.database. A query needs no port: docker exec -it <container> psql."
            )
