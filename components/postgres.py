"""How the stack's Postgres is reached: its names, and from where whoever may do everything in it logs in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import pulumi

from components.images import Images
from components.network import Network
from components.platform import platform
from components.secrets import Secrets
from config.settings import Settings
from engine.identity import Identity
from postgres_admin import external
from postgres_admin.server import Server

USER = "llmproxy"
"""He makes the database, and logs in from inside its container only where that can be reached."""
DATABASE = "litellm"
HOST, PORT = "database", 5432
"""Where it answers in the stack's network."""


@dataclass(frozen=True, kw_only=True)
class ReachedArgs:
    """What a container of the superuser stands on, for components that reach the database as him."""

    identity: Identity
    settings: Settings
    images: Images
    network: Network
    secrets: Secrets


@dataclass(frozen=True, kw_only=True)
class Login:
    """Who logs in to which `database` of a server. With `ca`, certificates as PEM, the server's own is checked."""

    host: str
    port: int
    database: str
    user: pulumi.Input[str]
    password: pulumi.Output[str]
    ca: str | None = None

    @property
    def credentials(self) -> pulumi.Output[str]:
        """User and password as a URL has them."""
        parts = pulumi.Output.all(self.user, self.password)
        return parts.apply(lambda texts: ":".join(quote(text, safe="") for text in texts))


class Postgres(Protocol):
    """A Postgres that replicas use: the stack's own, or somebody else's."""

    @property
    def login(self) -> Login:
        """The proxy's login."""

    @property
    def url(self) -> pulumi.Output[str]:
        """Where the proxy's login is, and its password."""

    @property
    def data(self) -> pulumi.Output[str]:
        """What tells this data from other data: another value is reason to look at it again."""

    @property
    def storage(self) -> pulumi.Output[str]:
        """Where the data is kept: another value once everything in it was lost."""

    @property
    def ready(self) -> pulumi.Resource:
        """The moment from which on the proxy can log in."""

    @property
    def files(self) -> Mapping[str, str]:
        """What has to be where in a container that uses `url`: no secret."""

    def server(self, thing: str) -> Server:
        """Return it as whoever may do everything in it reaches it for `thing`, which names a container for that."""


def place(thing: str, args: ReachedArgs) -> dict[str, Any] | None:
    """Return the inputs of `postgres_admin.beside.Beside`, named after `thing`; None is inside the database's own."""
    server = args.settings.database.server
    if server is None and platform(args.settings).is_local:
        return None
    own = {
        "host": HOST,
        "password": args.secrets.database_superuser_password,
        "superuser": USER,
        "database": DATABASE,
    }
    return {
        "name": args.identity.name(thing),
        "image": args.images.postgres,
        "network": args.network.network_name,
        "labels": args.identity.labels(thing),
        **(external.login(server) if server else own),
    }
