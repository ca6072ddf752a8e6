"""What the database holds encrypted: readable with the stack's salt key, and with no other one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from ciphertext.resource import SaltKey, SaltKeyArgs, Settled
from components import litellm_runtime
from components.migration import Migration
from components.network import Network
from components.platform import platform
from components.postgres import Postgres
from components.secrets import Secrets
from config import haproxy, litellm
from config.settings import Settings
from engine.identity import Identity
from engine.workload import TMPFS

CONFIG = "/app/config.yaml"
REPLICAS = "proxy"
EDGE = "edge"


@dataclass(frozen=True, kw_only=True)
class EncryptionArgs:
    """What holds the encrypted rows, and what they are encrypted with."""

    identity: Identity
    settings: Settings
    network: Network
    database: Postgres
    migration: Migration
    secrets: Secrets


class Encryption(pulumi.ComponentResource):
    """A salt key that replicas may start with. `image` is the one that the database was migrated for."""

    image: pulumi.Output[str]
    salt_key: SaltKey

    def __init__(self, name: str, args: EncryptionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Encryption", name, {}, opts)
        self._args = _salt_key(args)
        # A rotation reads and writes tables, so they have to be there. The backup is: the database waits for it.
        after = pulumi.ResourceOptions(parent=self, depends_on=[args.migration, args.database.ready])
        self.salt_key = SaltKey(f"{name}-salt-key", self._args, after)
        self.image = args.migration.image
        self.register_outputs({})

    def settle(self, name: str, *, replicas: Sequence[pulumi.Output[str]], opts: pulumi.ResourceOptions) -> Settled:
        """End a rotation once the edge sends requests to no replica but those with the ids `replicas`.

        No child of this component: what depends on a component waits for all of its children, and replicas do.
        """
        return Settled(name, self._args, former=self.salt_key.former, replicas=replicas, opts=opts)


def _salt_key(args: EncryptionArgs) -> SaltKeyArgs:
    rotation, general = args.settings.rotation, args.settings.proxy.get("general_settings") or {}
    return SaltKeyArgs(
        salt_key=args.secrets.salt_key,
        rotation=rotation.number(rotation.salt_key),
        database_url=args.database.url,
        database=args.database.data,
        algorithm=general.get("encryption_algorithm"),
        name=args.identity.name("salt-key"),
        image=args.migration.image,
        network=args.network.network_name,
        user=litellm_runtime.USER,
        environment=dict(litellm_runtime.ENVIRONMENT),
        tmpfs=dict.fromkeys(litellm_runtime.FOLDERS, TMPFS),
        files=args.database.files,
        labels=args.identity.labels("salt-key"),
        timeout=args.settings.start_timeout,
        stack=args.identity.label,
        component=REPLICAS,
        edge=EDGE,
        status_url=haproxy.STATUS_URL,
        service=None if platform(args.settings).is_local else args.identity.name(REPLICAS),
        config=CONFIG,
        grace=litellm.request_timeout(args.settings) + 10,
    )
