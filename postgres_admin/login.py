"""A login of the database, for one password. Another password is another login beside it.

A role has one password at a time: changing it would lock out whoever still holds the old one. So a new password comes
with a role of its own, both are valid while replicas move over, and the old role goes last.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from litellm_admin.checks import is_unknown
from postgres_admin import psql, scram, server, statements

Props = dict[str, Any]


class DatabaseLoginProvider(ResourceProvider):
    """Makes and removes roles. Stateless, so that Pulumi stores it by reference."""

    serialize_as_secret_always = False

    CHANGE = (
        "a new login is made beside the old one; replicas move over to it without a lost request, and the old login"
        " goes when the last of them has ended"
    )
    """What another password means, as a preview says it."""

    def statement(self, role: str, *, verifier: str, superuser: str) -> str:
        """Return the SQL that makes the login, or brings one that is there to its password."""
        return statements.make_login(role, verifier=verifier, superuser=superuser)

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """Report a password that could not travel in a URL and through SCRAM alike."""
        password = news.get("password")
        usable = is_unknown(password) or (str(password).isascii() and str(password).isprintable())
        failure = CheckFailure("password", "has characters other than those of ASCII that print")
        return CheckResult(news, [] if usable else [failure])

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Make another login beside the old one for another password; log in again to another container."""
        moved = [name for name in ("role", "password") if is_unknown(_news[name]) or _olds.get(name) != _news[name]]
        if moved and "role" in _olds:
            print(f"database password: {self.CHANGE}")
        changed = moved or _olds.get("container_id") != _news.get("container_id")
        return DiffResult(changes=bool(changed), replaces=moved, delete_before_replace=False)

    def create(self, props: Props) -> CreateResult:
        """Make the login, or bring the one of an interrupted run to its password."""
        self._make(props)
        return CreateResult(str(props["role"]), props)

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """See to it that the login is there too in another container, which may stand on another volume."""
        self._make(_news)
        return UpdateResult(_news)

    def read(self, id_: str, props: Props) -> ReadResult:
        """Report a login that is gone or has another password as gone. A database that is down makes nothing vanish."""
        query = statements.stored_password(str(props["role"]))
        try:
            stored = server.ask(props, query, what="Reading the database's login")
        except psql.NoDatabaseError:
            return ReadResult(id_, props)
        there = scram.matches(str(props["password"]), stored)
        return ReadResult(id_, props) if there else ReadResult(None, {})

    def delete(self, _id: str, _props: Props) -> None:
        """Remove the login; one whose database is gone went with it."""
        try:
            server.ask(_props, statements.remove_login(str(_props["role"])), what="Removing the database's old login")
        except psql.NoDatabaseError:
            return

    def _make(self, props: Props) -> None:
        verifier = scram.verifier(str(props["password"]))
        statement = self.statement(str(props["role"]), verifier=verifier, superuser=str(props["superuser"]))
        server.ask(props, statement, what="Making the database's login")


class DatabaseLogin(Resource, module="postgres", name="DatabaseLogin"):
    """A role that logs in with `password`, from the network, and acts as the owner of everything in the database."""

    role: pulumi.Output[str]
    provider: ClassVar[type[DatabaseLoginProvider]] = DatabaseLoginProvider

    def __init__(
        self,
        name: str,
        *,
        role: pulumi.Input[str],
        password: pulumi.Input[str],
        at: server.Server,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Take the role's name, another one for another password, and the server that it is made `at`."""
        inputs = {"role": role, "password": pulumi.Output.secret(password), **at.inputs()}
        secret = pulumi.ResourceOptions(
            additional_secret_outputs=["password", *(name for name in server.SECRET if name in inputs)]
        )
        super().__init__(self.provider(), name, inputs, pulumi.ResourceOptions.merge(opts, secret))
