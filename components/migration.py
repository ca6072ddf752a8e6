"""The database schema, brought up to the proxy's version by one job before any proxy starts."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components import litellm_runtime
from components.images import Images
from components.network import Network
from components.postgres import Postgres
from config.settings import Settings
from engine.identity import Identity
from engine.job import Job, JobArgs
from engine.workload import TMPFS


@dataclass(frozen=True, kw_only=True)
class MigrationArgs:
    """What the job stands on."""

    identity: Identity
    settings: Settings
    images: Images
    network: Network
    database: Postgres


class Migration(pulumi.ComponentResource):
    """A database whose schema fits the proxy's `image`."""

    image: pulumi.Output[str]

    def __init__(self, name: str, args: MigrationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Migration", name, {}, opts)
        # The image that serves also migrates, so that schema and proxy are of one version. The backup comes first: the
        # database waits for it, and this for the database.
        self.image = args.images.litellm
        Job(
            f"{name}-job",
            JobArgs(
                container_name=args.identity.name("migration"),
                image=self.image,
                # LiteLLM's own migrate-only run (litellm/proxy/proxy_cli.py): it ends with an error where one fails.
                command=["--skip_server_startup"],
                network=args.network.network_name,
                user=litellm_runtime.USER,
                timeout=args.settings.start_timeout,
                environment={
                    **litellm_runtime.ENVIRONMENT,
                    "DATABASE_URL": args.database.url,
                    "USE_PRISMA_MIGRATE": "True",
                    "ENFORCE_PRISMA_MIGRATION_CHECK": "true",
                    # LiteLLM's default. The one of before passes the database's URL as an argument, for all to read.
                    "USE_V2_MIGRATION_RESOLVER": "true",
                },
                labels=args.identity.labels("migration"),
                tmpfs=dict.fromkeys(litellm_runtime.FOLDERS, TMPFS),
                files=args.database.files,
                triggers=[args.database.data],
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[args.database.ready]),
        )
        self.register_outputs({})
