"""The container of an exporter: small, confined, and healthy while its own page answers, whatever it exports does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from components.network import Network
from components.platform import platform
from config.settings import Settings
from engine import held_check
from engine.identity import Identity
from engine.workload import MountedFile, Workload

NOBODY = "65534:65534"


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """What runs: `component` is its name in the network, `port` where it answers, `secrets` names secret variables."""

    component: str
    image: str
    port: int
    user: str = NOBODY
    command: Sequence[str] = ()
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    secrets: Sequence[str] = ()
    files: Mapping[str, MountedFile] = field(default_factory=dict)


def run(
    exporter: Exporter, *, identity: Identity, settings: Settings, network: Network, opts: pulumi.ResourceOptions
) -> None:
    """Run it, and wait until it is healthy."""
    name, engine = exporter.component, platform(settings)
    workload = Workload(
        component=name,
        image=engine.image(f"{name}-image", exporter.image, opts=opts),
        user=exporter.user,
        memory=settings.memory.exporters,
        cpus=settings.cpus.exporters,
        stop_grace=30,
        health=held_check.by_command(
            ["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{exporter.port}/"],
            interval=1,
            timeout=5,
            retries=60,
        ),
        network=network.network_name,
        alias=name,
        command=exporter.command,
        environment=exporter.environment,
        secrets=exporter.secrets,
        files=exporter.files,
    )
    engine.run(
        f"{name}-server",
        workload,
        identity=identity,
        name=identity.name(name),
        healthy=f"{name}-healthy",
        timeout=settings.start_timeout,
        opts=opts,
    )
