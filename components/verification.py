"""Proof that the gateway does what was declared, at the end of each update that changed something of it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.access import Access
from components.edge import Edge
from components.platform import platform
from components.postgres import Postgres
from components.proxy import Proxy
from config import expectations
from config.settings import Settings
from verification.provider import Verification as Asked
from verification.replicas import PATIENCE

STORED_PATIENCE = 60.0
"""Seconds until a replica has to know a model in the database, which it reads twice a minute."""


@dataclass(frozen=True, kw_only=True)
class VerificationArgs:
    """What is asked."""

    settings: Settings
    proxy: Proxy
    edge: Edge
    database: Postgres
    access: Access


class Verification(pulumi.ComponentResource):
    """Replicas, edge and keys that have shown what they do; an update where they do not fails."""

    def __init__(self, name: str, args: VerificationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Verification", name, {}, opts)
        expected = expectations.key_expectations(args.settings)
        # Of an adopted key that keeps its value, the stack does not know the value.
        keys = {alias: value for alias, value in args.access.every_key(expected).items() if alias in expected}
        Asked(
            f"{name}-asked",
            url=args.settings.effective_admin_url,
            edge=args.edge.cutover.id,
            database=args.database.data,
            # A replica on another host cannot be asked by itself: the edge sends what is asked to any of them.
            replicas=[replica.id for replica in args.proxy.replicas] if platform(args.settings).is_local else [],
            models=expectations.served_models(args.settings),
            budget=expectations.proxy_budget(args.settings),
            login=args.access.provisioner_key,
            patience=STORED_PATIENCE if args.settings.access.models else PATIENCE,
            keys=keys,
            expected={alias: expected[alias] for alias in keys},
            # Everything that the answers depend on has to be in place.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.edge, args.access]),
        )
        self.register_outputs({})
