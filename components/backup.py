"""A backup of the running database before its salt key, its Postgres or its LiteLLM changes."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from backup import provider
from components.postgres import ReachedArgs, place


@dataclass(frozen=True, kw_only=True)
class BackupArgs(ReachedArgs):
    """Whose database it is, and what it is encrypted with."""


class Backup(pulumi.ComponentResource):
    """What changes the database or its schema depends on this."""

    def __init__(self, name: str, args: BackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Backup", name, {}, opts)
        rotation = args.settings.rotation
        provider.Backup(
            f"{name}-before-change",
            stack=args.identity.stack,
            container=args.identity.name("database"),
            volume=args.identity.name(args.settings.volume) if args.settings.runs_database else None,
            postgres_image=args.images.postgres,
            litellm_image=args.images.litellm,
            litellm_reference=args.settings.images.litellm,
            salt_key=args.secrets.salt_key,
            salt_rotation=rotation.number(rotation.salt_key),
            seed=args.secrets.seed,
            passphrase=args.secrets.backup_passphrase,
            place=place("backup", args),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
