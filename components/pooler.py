"""The pooler: a PgBouncer, where replicas would open more connections than Postgres takes.

It keeps nothing. Another login or configuration makes another one beside it, which new replicas use, while the old ones
go on with theirs until they end.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import pulumi

from components.network import Network
from components.platform import platform
from components.pooler_scripts import CONFIG, health, start
from components.postgres import Postgres
from components.secrets import Secrets
from config import pooler
from config.pooler import PoolerSettings
from config.settings import Settings
from engine import held_check
from engine.identity import Identity
from engine.workload import MountedFile, Workload, revision

COMPONENT = "pooler"


@dataclass(frozen=True, kw_only=True)
class PoolerArgs:
    """What the pooler stands on: the `database` that it connects to."""

    identity: Identity
    settings: Settings
    network: Network
    secrets: Secrets
    database: Postgres


class Pooler(pulumi.ComponentResource):
    """A PgBouncer that answers: replicas find the database at `url` once it is `healthy`."""

    url: pulumi.Output[str]
    healthy: pulumi.Resource

    def __init__(
        self, name: str, args: PoolerArgs, declared: PoolerSettings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("litellm-stack:components:Pooler", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        workload = _workload(name, args, declared, opts=child)
        current = revision(f"{name}-revision", workload, key=args.secrets.derive("pooler-names"), opts=child)
        host = pulumi.Output.concat(COMPONENT, "-", current)
        pgbouncer = platform(args.settings).run(
            f"{name}-pgbouncer",
            dataclasses.replace(workload, alias=host),
            identity=args.identity,
            name=pulumi.Output.concat(args.identity.name(COMPONENT), "-", current),
            healthy=f"{name}-healthy",
            timeout=args.settings.start_timeout,
            # Whoever has another login logs in at once.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.database.ready]),
        )
        self.healthy = pgbouncer.healthy
        # Prisma must not count on statements that it prepared on another connection.
        self.url = pulumi.Output.concat(
            "postgresql://",
            args.database.login.credentials,
            "@",
            host,
            f":{pooler.PORT}/{pooler.DATABASE}?pgbouncer=true",
        )
        self.register_outputs({})

    @classmethod
    def if_needed(cls, name: str, args: PoolerArgs) -> Pooler | None:
        """Return a pooler, or None where the settings name none."""
        declared = args.settings.database.pooler
        return cls(name, args, declared) if declared else None


def _workload(name: str, args: PoolerArgs, declared: PoolerSettings, *, opts: pulumi.ResourceOptions) -> Workload:
    engine, login, own = platform(args.settings), args.database.login, args.settings.runs_database
    return Workload(
        component=COMPONENT,
        image=engine.image(f"{name}-image", args.settings.images.pgbouncer, opts=opts),
        user="70:70",  # postgres in the official image
        memory=args.settings.memory.pooler,
        cpus=args.settings.cpus.pooler,
        stop_grace=10,
        health=held_check.by_command(["sh", "-c", health(own=own)], interval=1, timeout=5, retries=30),
        network=args.network.network_name,
        alias=COMPONENT,
        also=[pooler.ALIAS],
        entrypoint=["sh", "-c", start(own=own)],
        environment={"DATABASE_USER": login.user, "DATABASE_PASSWORD": login.password},
        secrets=("DATABASE_PASSWORD",),
        files=_files(name, args, declared, opts=opts),
        beside=True,
    )


def _files(
    name: str, args: PoolerArgs, declared: PoolerSettings, *, opts: pulumi.ResourceOptions
) -> dict[str, MountedFile]:
    engine, login = platform(args.settings), args.database.login
    databases = pooler.named(host=login.host, port=login.port, name=login.database)
    content = pooler.render(
        databases=pooler.INCLUDED if args.settings.runs_database else databases,
        connections=declared.connections,
        encrypted=login.ca is not None,
    )
    written = {
        CONFIG: engine.file(
            f"{name}-config", identity=args.identity, filename="pgbouncer.ini", content=content, opts=opts
        )
    }
    if login.ca:
        written[pooler.CA_PATH] = engine.file(
            f"{name}-server-ca", identity=args.identity, filename="server-ca.pem", content=login.ca, opts=opts
        )
    return written
