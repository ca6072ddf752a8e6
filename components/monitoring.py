"""Prometheus, with alert rules of its own and a virtual key that may read the proxy's metrics and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components import proxy
from components.access import Access
from components.alertmanager import Alertmanager, AlertmanagerArgs
from components.certificates import Certificates, CertificatesArgs
from components.grafana import Grafana, GrafanaArgs
from components.network import Network
from components.platform import platform
from config import prometheus
from config.alerts import file as alerts
from config.settings import Settings
from engine import held_check
from engine.identity import Identity
from engine.workload import MountedFile, PublishedPort, Workload

PORT = 9090
ALIAS = "prometheus"
CONFIG = "/etc/prometheus/prometheus.yml"
DATA = "/prometheus"

# Prometheus takes a credential from a file only, and files can't be handed to a container whose root is read-only. So
# the container writes it by itself, into its own memory, before Prometheus takes over the process.
START = f'umask 077; printf %s "$LITELLM_KEY" > {prometheus.CREDENTIALS_FILE}; unset LITELLM_KEY; exec "$0" "$@"'


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """What the monitoring stands on; `access` holds the key that may read metrics."""

    identity: Identity
    settings: Settings
    network: Network
    access: Access


class Monitoring(pulumi.ComponentResource):
    """A Prometheus that scrapes every replica and the edge, and tells who has spent a budget."""

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Monitoring", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        engine = platform(args.settings)
        volume = engine.volume(
            f"{name}-data", identity=args.identity, name="prometheus", component="prometheus", opts=child
        )
        config = engine.file(
            f"{name}-config",
            identity=args.identity,
            filename="prometheus.yml",
            content=_config(args),
            opts=child,
        )
        rules = engine.file(
            f"{name}-rules", identity=args.identity, filename="rules.yml", content=_rules(args), opts=child
        )
        workload = _workload(
            args,
            {CONFIG: config, prometheus.RULES_FILE: rules},
            image=engine.image(f"{name}-image", args.settings.images.prometheus, opts=child),
            volume=volume.name,
        )
        engine.run(
            f"{name}-prometheus",
            workload,
            identity=args.identity,
            name=args.identity.name("prometheus"),
            healthy=f"{name}-healthy",
            timeout=args.settings.start_timeout,
            opts=child,
        )
        if args.settings.monitoring.runs_alertmanager:
            addressees = AlertmanagerArgs(identity=args.identity, settings=args.settings, network=args.network)
            Alertmanager("alertmanager", addressees, opts=child)
        if args.settings.monitoring.certificates:
            seen = CertificatesArgs(identity=args.identity, settings=args.settings, network=args.network)
            Certificates("certificates", seen, opts=child)
        if args.settings.grafana.enabled:
            Grafana("grafana", _grafana(args), opts=child)
        self.register_outputs({})


def _config(args: MonitoringArgs) -> str:
    return prometheus.render(
        args.settings.monitoring,
        stack=args.identity.stack,
        upstream=proxy.ALIAS,
        upstream_port=proxy.PORT,
        cache=args.settings.runs_cache,
        several_edges=not platform(args.settings).is_local,
    )


def _grafana(args: MonitoringArgs) -> GrafanaArgs:
    return GrafanaArgs(
        identity=args.identity,
        settings=args.settings,
        network=args.network,
        prometheus_url=f"http://{ALIAS}:{PORT}",
    )


def _rules(args: MonitoringArgs) -> str | pulumi.Output[str]:
    if not args.access.key_expiries:
        return alerts.render(args.settings)

    def rendered(expiries: dict[str, str | None]) -> str:
        return alerts.render(args.settings, expiries={alias: end for alias, end in expiries.items() if end})

    return pulumi.Output.all(**args.access.key_expiries).apply(rendered)


def _workload(
    args: MonitoringArgs, files: dict[str, MountedFile], *, image: pulumi.Output[str], volume: pulumi.Input[str]
) -> Workload:
    return Workload(
        component="prometheus",
        image=image,
        user="65534:65534",  # nobody, as in the official image
        memory=args.settings.memory.prometheus,
        cpus=args.settings.cpus.prometheus,
        stop_grace=30,
        health=held_check.by_command(
            ["promtool", "query", "instant", f"http://127.0.0.1:{PORT}", "vector(1)"],
            interval=1,
            timeout=5,
            retries=60,
        ),
        network=args.network.network_name,
        alias=ALIAS,
        entrypoint=["sh", "-c", START, "prometheus"],
        command=[
            f"--config.file={CONFIG}",
            f"--storage.tsdb.path={DATA}",
            f"--storage.tsdb.retention.time={args.settings.monitoring.retention}",
            f"--storage.tsdb.retention.size={args.settings.monitoring.retention_size}",
        ],
        environment={"LITELLM_KEY": args.access.metrics_key},
        secrets=("LITELLM_KEY",),
        files=files,
        volumes={DATA: volume},
        ports=[PublishedPort(internal=PORT, external=args.settings.ports.prometheus, address=args.settings.bind)],
    )
