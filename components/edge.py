"""The edge: HAProxy owns the port that clients use, so that replicas come and go behind it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components import postgres, proxy
from components.encryption import EDGE, Encryption
from components.network import Network
from components.platform import platform
from components.proxy import Proxy
from config import haproxy, litellm, pooler
from config.settings import Settings
from engine import held_check
from engine.identity import Identity
from engine.platform import CutOver
from engine.workload import MountedFile, PublishedPort, Workload

CONFIG = "/usr/local/etc/haproxy/haproxy.cfg"


@dataclass(frozen=True, kw_only=True)
class EdgeArgs:
    """What the edge stands before."""

    identity: Identity
    settings: Settings
    network: Network
    encryption: Encryption
    proxy: Proxy


class Edge(pulumi.ComponentResource):
    """A port on which the declared replicas, and no others, answer once all of `reached` are there."""

    cutover: CutOver
    reached: list[pulumi.Resource]

    def __init__(self, name: str, args: EdgeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Edge", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        engine = platform(args.settings)
        external = args.settings.database.server
        config = engine.file(
            f"{name}-config",
            identity=args.identity,
            filename="haproxy.cfg",
            content=haproxy.render(
                upstream=f"{proxy.ALIAS}:{proxy.PORT}",
                database=haproxy.external_database(external.host, external.port)
                if external
                else haproxy.own_database(postgres.HOST, postgres.PORT),
                pooler=f"{pooler.ALIAS}:{pooler.PORT}" if args.settings.database.pooler else None,
                request_timeout=litellm.request_timeout(args.settings),
                keep_connections=engine.is_local,
            ),
            opts=child,
        )
        edge = engine.run(
            f"{name}-haproxy",
            _workload(args, config, image=engine.image(f"{name}-image", args.settings.images.haproxy, opts=child)),
            identity=args.identity,
            name=args.identity.name("edge"),
            healthy=f"{name}-healthy",
            timeout=args.settings.start_timeout,
            opts=child,
        )
        self.cutover = engine.cut_over(
            f"{name}-cutover",
            identity=args.identity,
            component=proxy.COMPONENT,
            edge=edge,
            replicas=args.proxy.replicas,
            status_url=haproxy.STATUS_URL,
            opts=child,
        )
        settled = args.encryption.settle(
            f"{name}-salt-key-settled",
            replicas=[replica.id for replica in args.proxy.replicas],
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(self.cutover.reached)),
        )
        # Stand-ins have the old master key, and on a Swarm they answer until they are gone.
        self.reached = [*self.cutover.reached, settled]
        self.register_outputs({})


def _workload(args: EdgeArgs, config: MountedFile, *, image: pulumi.Output[str]) -> Workload:
    return Workload(
        component=EDGE,
        image=image,
        user="99:99",  # haproxy in the official image
        memory=args.settings.memory.edge,
        cpus=args.settings.cpus.edge,
        stop_grace=30,
        everywhere=True,
        # The image has no HTTP client; bash opens a connection by itself.
        health=held_check.by_command(
            ["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{haproxy.PORT}"], interval=1, timeout=3, retries=10
        ),
        network=args.network.network_name,
        alias=haproxy.ALIAS,
        files={CONFIG: config},
        tmpfs=("/tmp", "/var/lib/haproxy"),  # noqa: S108  # paths in the container
        ports=[PublishedPort(internal=haproxy.PORT, external=args.settings.ports.gateway, address=args.settings.bind)],
    )
