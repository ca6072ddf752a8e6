"""A login of the database that sees how it fares and reads nothing that is in it."""

from __future__ import annotations

from postgres_admin import statements
from postgres_admin.login import DatabaseLogin, DatabaseLoginProvider


class MonitorLoginProvider(DatabaseLoginProvider):
    """Makes and removes such roles. Stateless, so that Pulumi stores it by reference."""

    CHANGE = "another login is made for the exporter of Postgres, which is made anew with it"

    def statement(self, role: str, *, verifier: str, superuser: str) -> str:
        """Return the SQL for the login."""
        del superuser
        return statements.make_monitor(role, verifier=verifier)


class MonitorLogin(DatabaseLogin, module="postgres", name="MonitorLogin"):
    """A role that logs in with `password`, from the network, and may read Postgres's own statistics."""

    provider = MonitorLoginProvider
