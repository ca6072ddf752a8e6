"""A backup of the running database before its salt key, its Postgres or its LiteLLM changes."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from backup import provider
from components.images import Images
from components.network import Network
from components.postgres import PlaceArgs, place
from components.secrets import Secrets
from config.settings import Settings
from engine.identity import Identity


@dataclass(frozen=True, kw_only=True)
class BackupArgs:
    """Whose database it is, and what it is encrypted with."""

    identity: Identity
    settings: Settings
    images: Images
    network: Network
    secrets: Secrets


class Backup(pulumi.ComponentResource):
    """What changes the database or its schema depends on this."""

    def __init__(self, name: str, args: BackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Backup", name, {}, opts)
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
            place=place(
                "backup",
                PlaceArgs(
                    identity=args.identity,
                    settings=args.settings,
                    images=args.images,
                    network=args.network,
                    secrets=args.secrets,
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
