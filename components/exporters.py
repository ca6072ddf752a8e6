"""Exporters, by which Prometheus sees the inside of Postgres and Redis: `monitoring.exporters` in stack config."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components import exporter, postgres
from components.cache import Cache
from components.database import Database
from components.network import Network
from components.secrets import Secrets
from config import cache as redis
from config import exporters
from config.settings import Settings
from engine.identity import Identity
from postgres_admin.monitor_login import MonitorLogin


@dataclass(frozen=True, kw_only=True)
class ExportersArgs:
    """What they stand on; `cache` is the stack's Redis, where it runs one."""

    identity: Identity
    settings: Settings
    network: Network
    secrets: Secrets
    database: Database
    cache: Cache | None


class Exporters(pulumi.ComponentResource):
    """One container for Postgres, with a login that reads statistics only, and one for the stack's Redis."""

    def __init__(self, name: str, args: ExportersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Exporters", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        running = [self._postgres(name, args), *([_redis(args.settings, args.cache)] if args.cache else [])]
        for each in running:
            exporter.run(each, identity=args.identity, settings=args.settings, network=args.network, opts=child)
        self.register_outputs({})

    def _postgres(self, name: str, args: ExportersArgs) -> exporter.Exporter:
        rotation = args.settings.rotation
        password = args.secrets.derive("database-monitor", rotation=rotation.number(rotation.database_password))
        login = args.database.make_login(
            f"{name}-login",
            MonitorLogin,
            prefix="monitor",
            password=password,
            container="database-monitor",
            parent=self,
        )
        return exporter.Exporter(
            component=exporters.alias(exporters.POSTGRES),
            image=args.settings.images.postgres_exporter,
            port=exporters.POSTGRES_PORT,
            environment={
                "DATA_SOURCE_URI": f"{postgres.HOST}:{postgres.PORT}/{postgres.DATABASE}?sslmode=disable",
                "DATA_SOURCE_USER": login.role,
                "DATA_SOURCE_PASS": password,
            },
            secrets=("DATA_SOURCE_PASS",),
        )


def _redis(settings: Settings, cache: Cache) -> exporter.Exporter:
    found = cache.environment
    return exporter.Exporter(
        component=exporters.alias(exporters.REDIS),
        image=settings.images.redis_exporter,
        user="59000:59000",  # as in the official image
        port=exporters.REDIS_PORT,
        environment={
            "REDIS_ADDR": pulumi.Output.concat("redis://", found[redis.HOST], ":", found[redis.PORT]),
            "REDIS_PASSWORD": found[redis.PASSWORD],
        },
        secrets=("REDIS_PASSWORD",),
    )
