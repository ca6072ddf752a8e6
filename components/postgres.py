"""How the stack's Postgres is reached: its names, and from where its superuser logs in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from components.images import Images
from components.network import Network
from components.platform import platform
from components.secrets import Secrets
from config.settings import Settings
from engine.identity import Identity

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


def place(thing: str, args: ReachedArgs) -> dict[str, Any] | None:
    """Return the inputs of `postgres_admin.beside.Beside`, named after `thing`; None is inside the database's own."""
    if platform(args.settings).is_local:
        return None
    return {
        "name": args.identity.name(thing),
        "image": args.images.postgres,
        "network": args.network.network_name,
        "host": HOST,
        "password": args.secrets.database_superuser_password,
        "superuser": USER,
        "database": DATABASE,
        "labels": args.identity.labels(thing),
    }
