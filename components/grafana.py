"""Grafana with the stack's dashboards, for those who want one: `grafana.enabled` in stack config."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.network import Network
from components.platform import platform
from config import grafana
from config.settings import Settings
from engine import held_check
from engine.identity import Identity
from engine.workload import MountedFile, PublishedPort, Workload

COMPONENT = "grafana"


@dataclass(frozen=True, kw_only=True)
class GrafanaArgs:
    """What it stands on; `prometheus_url` is where a container of the network reaches Prometheus."""

    identity: Identity
    settings: Settings
    network: Network
    prometheus_url: str


class Grafana(pulumi.ComponentResource):
    """A Grafana that shows the dashboards, and whose every change is thrown away with its container."""

    def __init__(self, name: str, args: GrafanaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Grafana", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        engine = platform(args.settings)
        contents = {
            f"{grafana.PROVISIONING}/datasources/prometheus.yaml": grafana.datasource(
                prometheus_url=args.prometheus_url, scrape_interval=args.settings.monitoring.scrape_interval
            ),
            f"{grafana.PROVISIONING}/dashboards/folder.yaml": grafana.provider(),
            **{f"{grafana.DASHBOARDS}/{file}": content for file, content in grafana.dashboards().items()},
        }
        files = {
            path: engine.file(
                f"{name}-{_stem(path)}",
                identity=args.identity,
                filename=f"grafana-{path.rpartition('/')[2]}",
                content=content,
                opts=child,
            )
            for path, content in contents.items()
        }
        image = engine.image(f"{name}-image", args.settings.images.grafana, opts=child)
        engine.run(
            f"{name}-server",
            _workload(args, files, image=image),
            identity=args.identity,
            name=args.identity.name(COMPONENT),
            healthy=f"{name}-healthy",
            timeout=args.settings.start_timeout,
            opts=child,
        )
        self.register_outputs({})


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _workload(args: GrafanaArgs, files: dict[str, MountedFile], *, image: pulumi.Output[str]) -> Workload:
    return Workload(
        component=COMPONENT,
        image=image,
        user="472:0",  # grafana in the official image
        memory=args.settings.memory.grafana,
        cpus=args.settings.cpus.grafana,
        stop_grace=30,
        health=held_check.by_command(
            ["curl", "--fail", "--silent", f"http://127.0.0.1:{grafana.PORT}/api/health"],
            interval=1,
            timeout=5,
            retries=60,
        ),
        network=args.network.network_name,
        alias=COMPONENT,
        environment=grafana.ENVIRONMENT,
        files=files,
        tmpfs=("/tmp", grafana.DATA, grafana.LOGS),  # noqa: S108  # paths in the container
        ports=[PublishedPort(internal=grafana.PORT, external=args.settings.ports.grafana, address=args.settings.bind)],
    )
