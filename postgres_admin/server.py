"""The database as its superuser reaches it: what resources that ask it record, and how they ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from postgres_admin import beside, psql

SECRET = ("place",)
"""Inputs that a resource has to keep secret, where it has them."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A Postgres whose `superuser` made `database`.

    container: the name of its container, `container_id` its id. place: from where to ask it (`Beside`), unless that is
    inside its container.
    """

    container: pulumi.Input[str]
    container_id: pulumi.Input[str]
    superuser: str
    database: str
    place: Mapping[str, Any] | None = None

    def inputs(self) -> dict[str, Any]:
        """Return what a resource records, to `ask` later."""
        return {
            "container": self.container,
            "container_id": self.container_id,
            "superuser": self.superuser,
            "database": self.database,
            **({"place": pulumi.Output.secret(self.place)} if self.place else {}),
        }


def ask(props: Mapping[str, Any], statements: str, *, what: str) -> str:
    """Run the statements, with a resource's inputs, as `psql.execute` does."""
    return psql.execute(
        # Settings that an earlier version recorded have the id alone.
        str(props.get("container") or props["container_id"]),
        statements,
        superuser=str(props["superuser"]),
        database=str(props["database"]),
        what=what,
        place=beside.recorded(props),
    )
