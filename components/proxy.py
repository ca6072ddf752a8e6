"""The LiteLLM proxy: replicas that share one name, each with its config, none with a port on the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import pulumi

from components import litellm_runtime
from components.cache import Redis
from components.encryption import CONFIG, REPLICAS, Encryption
from components.network import Network
from components.platform import platform
from components.pooler import Pooler
from components.postgres import Postgres
from components.secrets import Secrets
from config import cache, haproxy, litellm
from config.settings import Settings
from engine import held_check
from engine.announcement import Announcement
from engine.identity import Identity
from engine.image import variables
from engine.platform import Running
from engine.workload import MountedFile, Workload, fingerprint
from postgres_admin.stored_settings import StoredSettings

ALIAS = "litellm"
PORT = 4000
COMPONENT = REPLICAS
SECRETS = ("DATABASE_URL", "DRAIN_ENDPOINT_TOKEN", "LITELLM_MASTER_KEY", "LITELLM_SALT_KEY")
"""Variables of the stack's own that hold a secret."""
ROTATED = "replicas with the new value are made beside the old ones, which drain before they go: no request is lost"
READINESS = f"http://127.0.0.1:{PORT}/health/readiness"


@dataclass(frozen=True, kw_only=True)
class ProxyArgs:
    """What the replicas stand on; `cache` where the stack says which, `pooler` where there is one."""

    identity: Identity
    settings: Settings
    network: Network
    database: Postgres
    encryption: Encryption
    secrets: Secrets
    cache: Redis | None
    pooler: Pooler | None


class Proxy(pulumi.ComponentResource):
    """The declared replicas, healthy and connected to the database."""

    replicas: list[Running]

    def __init__(self, name: str, args: ProxyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Proxy", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        engine = platform(args.settings)
        config = engine.file(
            f"{name}-config",
            identity=args.identity,
            filename="config.yaml",
            content=litellm.render(args.settings),
            opts=child,
        )
        startup = {
            f"{litellm_runtime.STARTUP}/{module.name}": engine.file(
                f"{name}-startup-{module.stem}",
                identity=args.identity,
                filename=module.name,
                content=module.read_text(encoding="utf-8"),
                opts=child,
            )
            for module in litellm_runtime.STARTUP_MODULES
        }
        given = {
            path: engine.file(
                f"{name}-{PurePosixPath(path).stem}",
                identity=args.identity,
                filename=PurePosixPath(path).name,
                content=content,
                opts=child,
            )
            for path, content in _certificates(args).items()
        }
        # Where there is no data, nothing is encrypted that another salt key could not read, and nobody is served: the
        # replicas' imports need not wait for the database. They wait for its schema themselves.
        is_new = args.settings.runs_database and not engine.has_volume(args.identity.name(args.settings.volume))
        workload = _workload(args, config, {**startup, **given})
        self.replicas = engine.replicas(
            name,
            workload,
            args.settings.replicas,
            identity=args.identity,
            key=args.secrets.derive("replica-names"),
            timeout=args.settings.start_timeout,
            # A salt key that is refused has to leave the replicas' names as they are, too.
            opts=child if is_new else pulumi.ResourceOptions(parent=self, depends_on=[args.encryption.salt_key]),
            after=[store.healthy for store in (args.cache, args.pooler) if store],
        )
        key = args.secrets.fingerprint_key
        Announcement(
            f"{name}-secrets",
            values={
                f"secrets.{variable}": fingerprint(value.get_secret_value(), key=key)
                for variable, value in args.settings.secrets.items()
            },
            meaning=ROTATED,
            opts=child,
        )
        if litellm.reads_database(args.settings):
            self._stored_settings(name, args, workload)
        self.register_outputs({})

    def _stored_settings(self, name: str, args: ProxyArgs, workload: Workload) -> None:
        StoredSettings(
            f"{name}-stored-settings",
            declared=litellm.sections(args.settings),
            variables=list(workload.environment),
            at=args.database.server("stored-settings"),
            # There is a table to read once the migration has run, which the salt key waits for.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.encryption.salt_key]),
        )


def _certificates(args: ProxyArgs) -> dict[str, str]:
    """Return what replicas check servers by. A pooler checks Postgres itself."""
    return {**(args.database.files if not args.pooler else {}), **(args.cache.files if args.cache else {})}


def _path_of_image(image: str) -> str:
    return variables(image).get(litellm_runtime.MODULES_PATH, "")


def _declared_path(settings: Settings) -> pulumi.Input[str] | None:
    """Return PYTHONPATH as the stack config has it."""
    hidden = settings.secrets.get(litellm_runtime.MODULES_PATH)
    if hidden is not None:
        return pulumi.Output.secret(hidden.get_secret_value())
    return settings.environment.get(litellm_runtime.MODULES_PATH)


def _workload(args: ProxyArgs, config: MountedFile, files: Mapping[str, MountedFile]) -> Workload:
    # What a replica has in flight when it drains may take as long as any request.
    drain_timeout = litellm.request_timeout(args.settings)
    declared = _declared_path(args.settings)
    path = declared if declared is not None else args.encryption.image.apply(_path_of_image)
    return Workload(
        component=COMPONENT,
        image=args.encryption.image,
        user=litellm_runtime.USER,
        memory=args.settings.memory.proxy,
        cpus=args.settings.cpus.proxy,
        # LiteLLM itself stops after GRACEFUL_SHUTDOWN_TIMEOUT; the engine's kill is for one that hangs.
        stop_grace=drain_timeout + 10,
        health=held_check.by_http(READINESS, interval=2, timeout=8, retries=3),
        network=args.network.network_name,
        alias=ALIAS,
        command=["--config", CONFIG, "--port", str(PORT)],
        environment={
            **litellm_runtime.ENVIRONMENT,
            # A budget's gauge lags by a call, and a refused one does not move it: the database corrects those of
            # customers and of the proxy.
            "PROMETHEUS_BUDGET_METRICS_REFRESH_INTERVAL_MINUTES": "1",
            # Where a host is that busy, a late answer is better than none: LiteLLM refuses a request whose key it could
            # not look up in ten seconds, and is not ready for half a minute then (proxy/db/db_lookup_gate.py).
            "PROXY_DB_LOOKUP_DEADLINE_SECONDS": "30",
            **args.settings.environment,
            **{name: pulumi.Output.secret(value.get_secret_value()) for name, value in args.settings.secrets.items()},
            **(args.cache.environment if args.cache else {}),
            litellm_runtime.MODULES_PATH: pulumi.Output.from_input(path).apply(litellm_runtime.modules_path),
            "DATABASE_URL": (args.pooler or args.database).url,
            # LiteLLM writes the budget of the whole proxy once, as it starts: replicas that ran before the database was
            # lost would not enforce it any more.
            "LITELLM_STACK_DATABASE": args.database.storage,
            "DISABLE_SCHEMA_UPDATE": "true",  # the migration has done it
            "DRAIN_ENDPOINT_TOKEN": args.secrets.derive("drain-token"),
            "GRACEFUL_SHUTDOWN_TIMEOUT": str(drain_timeout),
            "KEEPALIVE_TIMEOUT": str(haproxy.KEPT_SECONDS),
            "LITELLM_MASTER_KEY": args.secrets.master_key,
            "LITELLM_SALT_KEY": args.secrets.salt_key,
        },
        from_image=[litellm_runtime.MODULES_PATH] if declared is None else [],
        secrets=(*args.settings.secrets, *SECRETS, *([cache.PASSWORD] if args.cache else [])),
        files={CONFIG: config, **files},
        tmpfs=litellm_runtime.FOLDERS,
        beside=True,
        edge_status_url=haproxy.STATUS_URL,
    )
