"""A Postgres that somebody else runs, as the stack's database. Nothing of it is made here, and nothing goes with it."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.database import DatabaseArgs
from components.postgres import Login, place
from config import external_database
from engine.announcement import Announcement
from engine.workload import fingerprint
from postgres_admin.server import Server

MOVED = "replicas with the new login are made beside the old ones, which drain before they go: no request is lost"


class ExternalDatabase(pulumi.ComponentResource):
    """The database at `server`, which the preview has looked at (`postgres_admin.external`)."""

    login: Login
    url: pulumi.Output[str]
    data: pulumi.Output[str]
    ready: pulumi.Resource
    storage: pulumi.Output[str]
    files: Mapping[str, str]

    def __init__(
        self,
        name: str,
        args: DatabaseArgs,
        server: external_database.ExternalDatabase,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("litellm-stack:components:ExternalDatabase", name, {}, opts)
        self._args, self._database = args, server
        self.login = Login(
            host=server.host,
            port=server.port,
            database=server.name,
            user=server.user,
            password=pulumi.Output.secret(server.password),
            ca=server.ca,
        )
        self.url = pulumi.Output.secret(server.url)
        key = args.secrets.fingerprint_key
        self.data = self.storage = fingerprint(server.place, key=key)
        self.files = {external_database.CA_PATH: server.ca} if server.ca else {}
        Announcement(
            f"{name}-login",
            values={"database.external": fingerprint(server.url, key=key)},
            meaning=MOVED,
            # What waits for the database waits for its backup.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.backup]),
        )
        self.ready = self
        self.register_outputs({})

    def server(self, thing: str) -> Server:
        """Return it as its login reaches it, from a container named after `thing`."""
        return Server(
            container=self._args.identity.name(thing),
            container_id=self.data,
            superuser=self._database.user,
            database=self._database.name,
            place=place(thing, self._args),
        )
