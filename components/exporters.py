"""Exporters, by which Prometheus sees the inside of Postgres and Redis: `monitoring.exporters` in stack config."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components import database
from components.cache import Cache
from components.database import Database
from components.network import Network
from components.secrets import Secrets
from config import cache as redis
from config import exporters
from config.settings import Settings
from engine.health import Healthy
from engine.identity import Identity
from engine.image import image_id
from engine.workload import HealthCheck, Workload, container
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
        images = args.settings.images
        self._run(
            exporters.POSTGRES,
            args,
            image=images.postgres_exporter,
            user="65534:65534",  # nobody, as in the official image
            port=exporters.POSTGRES_PORT,
            environment=self._postgres(name, args),
        )
        if args.cache:
            self._run(
                exporters.REDIS,
                args,
                image=images.redis_exporter,
                user="59000:59000",  # as in the official image
                port=exporters.REDIS_PORT,
                environment=_redis(args.cache),
            )
        self.register_outputs({})

    def _postgres(self, name: str, args: ExportersArgs) -> Mapping[str, pulumi.Input[str]]:
        rotation = args.settings.rotation
        password = args.secrets.derive("database-monitor", rotation=rotation.number(rotation.database_password))
        login = MonitorLogin(
            f"{name}-login",
            role=_role(args.secrets, password),
            password=password,
            container=args.database.server.name,
            container_id=args.database.container_id,
            superuser=database.USER,
            database=database.DATABASE,
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[args.database.healthy], deleted_with=args.database.server
            ),
        )
        return {
            "DATA_SOURCE_URI": f"{database.ALIAS}:{database.PORT}/{database.DATABASE}?sslmode=disable",
            "DATA_SOURCE_USER": login.role,
            "DATA_SOURCE_PASS": password,
        }

    def _run(
        self,
        job: str,
        args: ExportersArgs,
        *,
        image: str,
        user: str,
        port: int,
        environment: Mapping[str, pulumi.Input[str]],
    ) -> None:
        child = pulumi.ResourceOptions(parent=self)
        component = exporters.alias(job)
        workload = Workload(
            component=component,
            image=image_id(f"{component}-image", image, opts=child),
            user=user,
            memory=args.settings.memory.exporters,
            cpus=args.settings.cpus.exporters,
            stop_grace=30,
            # Its own page, which asks nothing of what it exports: it is healthy while that is down.
            health=HealthCheck(
                command=["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{port}/"],
                interval=1,
                timeout=5,
                retries=60,
            ),
            network=args.network.network_name,
            alias=component,
            environment=environment,
        )
        server = container(
            f"{component}-server", workload, identity=args.identity, name=args.identity.name(component), opts=child
        )
        Healthy(f"{component}-healthy", server, timeout=args.settings.start_timeout, opts=child)


def _role(secrets: Secrets, password: pulumi.Output[str]) -> pulumi.Output[str]:
    """Return the name of the login: another one for another password, of which it tells nothing."""

    def named(arguments: list[str]) -> str:
        key, value = arguments
        return f"monitor_{hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()[:12]}"

    return pulumi.Output.unsecret(pulumi.Output.all(secrets.derive("database-roles"), password).apply(named))


def _redis(cache: Cache) -> Mapping[str, pulumi.Input[str]]:
    found = cache.environment
    return {
        "REDIS_ADDR": pulumi.Output.concat("redis://", found[redis.HOST], ":", found[redis.PORT]),
        "REDIS_PASSWORD": found[redis.PASSWORD],
    }
