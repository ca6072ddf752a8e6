"""Postgres on a named volume, reachable from the stack's network only unless a host port is given."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.backup import Backup
from components.platform import platform
from components.postgres import DATABASE, HOST, PORT, USER, Login, ReachedArgs, place
from components.secrets import Secrets
from config.database import POSTGRES_DEFAULT
from engine import held_check
from engine.platform import Kept
from engine.workload import PublishedPort, Workload
from postgres_admin.login import DatabaseLogin
from postgres_admin.server import Server

LOGIN = "litellm"
"""What the names of the proxy's roles begin with."""
DATA = "/var/lib/postgresql/data"


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs(ReachedArgs):
    """What the database stands on."""

    backup: Backup


class Database(pulumi.ComponentResource):
    """A Postgres that answers, with the volume that outlives its container."""

    login: Login
    url: pulumi.Output[str]
    data: pulumi.Output[str]
    ready: pulumi.Resource
    """The proxy can log in."""
    storage: pulumi.Output[str]
    """Changes when the volume is created again, and everything in it is lost."""

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Database", name, {}, opts)
        volume = self._volume(name, args)
        self.storage = volume.id
        postgres = platform(args.settings).run(
            f"{name}-postgres",
            _workload(args, volume=volume.name),
            identity=args.identity,
            name=args.identity.name("database"),
            healthy=f"{name}-healthy",
            timeout=args.settings.start_timeout,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.backup]),
        )
        self._args, self._postgres = args, postgres
        # A container that was replaced may stand on a new and empty volume.
        self.data = postgres.id
        self.files: Mapping[str, str] = {}
        self.ready = self.make_login(
            f"{name}-login",
            DatabaseLogin,
            prefix=LOGIN,
            password=args.secrets.database_password,
            container="database-login",
            parent=self,
        )
        password = args.secrets.database_password
        role = _role(args.secrets, LOGIN, password)
        self.login = Login(host=HOST, port=PORT, database=DATABASE, user=role, password=password)
        self.url = pulumi.Output.concat("postgresql://", self.login.credentials, f"@{HOST}:{PORT}/", DATABASE)
        self.register_outputs({"containerId": self.data})

    def server(self, thing: str) -> Server:
        """Return the database as its superuser reaches it for `thing`, which names a container where he needs one."""
        args = self._args
        return Server(
            container=self._postgres.name,
            container_id=self.data,
            superuser=USER,
            database=DATABASE,
            place=place(thing, args),
        )

    def _volume(self, name: str, args: DatabaseArgs) -> Kept:
        protect = args.settings.protect
        return platform(args.settings).volume(
            # A volume of another name is another resource: a replacement would be refused where it is protected.
            f"{name}-data{args.settings.volume.removeprefix('database')}",
            identity=args.identity,
            name=args.settings.volume,
            component="database",
            opts=pulumi.ResourceOptions(parent=self, protect=protect, retain_on_delete=protect),
        )

    def make_login(
        self,
        resource_name: str,
        kind: type[DatabaseLogin],
        *,
        prefix: str,
        password: pulumi.Output[str],
        container: str,
        parent: pulumi.Resource,
    ) -> DatabaseLogin:
        """Make a login of a kind for `password`; its role's name begins with `prefix`.

        `container` is what the superuser's is named after, where it needs one of its own.
        """
        return kind(
            resource_name,
            role=_role(self._args.secrets, prefix, password),
            password=password,
            at=self.server(container),
            # Logins are in the volume; where the container goes for good there is nobody to remove them.
            opts=pulumi.ResourceOptions(
                parent=parent, depends_on=[self._postgres.healthy], deleted_with=self._postgres.resource
            ),
        )


def _role(secrets: Secrets, prefix: str, password: pulumi.Output[str]) -> pulumi.Output[str]:
    """Return the name of the login: another one for another password, of which it tells nothing."""

    def named(arguments: list[str]) -> str:
        key, value = arguments
        return f"{prefix}_{hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()[:12]}"

    return pulumi.Output.unsecret(pulumi.Output.all(secrets.derive("database-roles"), password).apply(named))


def _command(most: int) -> list[str]:
    # A command of its own is another container: none where Postgres does the same by itself.
    return [] if most == POSTGRES_DEFAULT else ["-c", f"max_connections={most}"]


def _workload(args: DatabaseArgs, *, volume: pulumi.Input[str]) -> Workload:
    port, address = args.settings.ports.database, args.settings.bind
    return Workload(
        component="database",
        image=args.images.postgres,
        user="999:999",  # postgres in the official image
        memory=args.settings.memory.database,
        cpus=args.settings.cpus.database,
        stop_grace=60,  # a fast shutdown writes a checkpoint; killed before its end, Postgres starts with recovery
        health=held_check.by_command(
            ["pg_isready", "-q", "-h", "127.0.0.1", "-U", USER, "-d", DATABASE],
            interval=1,
            timeout=5,
            retries=60,
        ),
        network=args.network.network_name,
        alias=HOST,
        command=_command(args.settings.database.max_connections),
        environment={
            "POSTGRES_USER": USER,
            # Read once, when the volume is empty.
            "POSTGRES_PASSWORD": args.secrets.database_superuser_password,
            "POSTGRES_DB": DATABASE,
            # Below the mount point: initdb refuses a folder that is not empty, and some volumes have a lost+found.
            "PGDATA": f"{DATA}/pgdata",
        },
        secrets=("POSTGRES_PASSWORD",),
        volumes={DATA: volume},
        tmpfs=("/tmp", "/var/run/postgresql"),  # noqa: S108  # paths in the container
        ports=[PublishedPort(internal=PORT, external=port, address=address)] if port else [],
    )
