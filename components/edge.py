"""The edge: HAProxy owns the port that clients use, so that replicas come and go behind it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components import database, proxy
from components.encryption import EDGE, Encryption
from components.network import Network
from components.proxy import Proxy
from config import haproxy, litellm
from config.settings import Settings
from engine.cutover import Cutover
from engine.health import Healthy
from engine.identity import Identity
from engine.image import image_id
from engine.rendered_file import RenderedFile
from engine.workload import HealthCheck, PublishedPort, Workload, container

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
    """A port on which the declared replicas, and no others, answer once `cutover` is through."""

    cutover: Cutover

    def __init__(self, name: str, args: EdgeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Edge", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        config = RenderedFile(
            f"{name}-config",
            identity=args.identity,
            filename="haproxy.cfg",
            content=haproxy.render(
                upstream=f"{proxy.ALIAS}:{proxy.PORT}",
                database=f"{database.ALIAS}:{database.PORT}",
                request_timeout=litellm.request_timeout(args.settings),
            ),
            opts=child,
        )
        edge = container(
            f"{name}-haproxy",
            _workload(args, config, image=image_id(f"{name}-image", args.settings.images.haproxy, opts=child)),
            identity=args.identity,
            name=args.identity.name("edge"),
            opts=child,
        )
        healthy = Healthy(f"{name}-healthy", edge, timeout=args.settings.start_timeout, opts=child)
        self.cutover = Cutover(
            f"{name}-cutover",
            stack=args.identity.label,
            component=proxy.COMPONENT,
            replicas=args.proxy.container_ids,
            edge=edge.id,
            status_url=haproxy.STATUS_URL,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[healthy, *args.proxy.healthy]),
        )
        args.encryption.settle(
            f"{name}-salt-key-settled",
            replicas=args.proxy.container_ids,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.cutover]),
        )
        self.register_outputs({})


def _workload(args: EdgeArgs, config: RenderedFile, *, image: pulumi.Output[str]) -> Workload:
    return Workload(
        component=EDGE,
        image=image,
        user="99:99",  # haproxy in the official image
        memory=args.settings.memory.edge,
        stop_grace=30,
        # The image has no HTTP client; bash opens a connection by itself.
        health=HealthCheck(
            command=["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{haproxy.PORT}"], interval=1, timeout=3, retries=10
        ),
        network=args.network.network_name,
        alias=haproxy.ALIAS,
        files={CONFIG: config},
        tmpfs=("/tmp", "/var/lib/haproxy"),  # noqa: S108  # paths in the container
        ports=[PublishedPort(internal=haproxy.PORT, external=args.settings.ports.gateway, address=args.settings.bind)],
    )
