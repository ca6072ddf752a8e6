"""A backup of the running database before its salt key, its Postgres or its LiteLLM changes."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from backup import provider
from components.images import Images
from components.platform import platform
from components.secrets import Secrets
from config.settings import Settings
from engine.identity import Identity


@dataclass(frozen=True, kw_only=True)
class BackupArgs:
    """Whose database it is, and what it is encrypted with."""

    identity: Identity
    settings: Settings
    images: Images
    secrets: Secrets


class Backup(pulumi.ComponentResource):
    """What changes the database or its schema depends on this."""

    def __init__(self, name: str, args: BackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Backup", name, {}, opts)
        if platform(args.settings).is_local:
            self._before_change(name, args)
        self.register_outputs({})

    def _before_change(self, name: str, args: BackupArgs) -> None:
        rotation = args.settings.rotation
        provider.Backup(
            f"{name}-before-change",
            stack=args.identity.stack,
            container=args.identity.name("database"),
            volume=args.identity.name(args.settings.volume),
            postgres_image=args.images.postgres,
            litellm_image=args.images.litellm,
            litellm_reference=args.settings.images.litellm,
            salt_key=args.secrets.salt_key,
            salt_rotation=rotation.number(rotation.salt_key),
            seed=args.secrets.seed,
            passphrase=args.secrets.backup_passphrase,
            opts=pulumi.ResourceOptions(parent=self),
        )
