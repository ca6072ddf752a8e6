"""The blackbox exporter, where `monitoring.certificates` names something to look at."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components import exporter
from components.network import Network
from components.platform import platform
from config import certificates
from config.settings import Settings
from engine.identity import Identity

CONFIG = "/etc/blackbox_exporter/config.yml"


@dataclass(frozen=True, kw_only=True)
class CertificatesArgs:
    """What it stands on."""

    identity: Identity
    settings: Settings
    network: Network


class Certificates(pulumi.ComponentResource):
    """One container that opens a TLS connection wherever Prometheus asks it to."""

    def __init__(self, name: str, args: CertificatesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Certificates", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        config = platform(args.settings).file(
            f"{name}-config",
            identity=args.identity,
            filename="blackbox.yml",
            content=certificates.render(),
            opts=child,
        )
        blackbox = exporter.Exporter(
            component=certificates.ALIAS,
            image=args.settings.images.blackbox_exporter,
            port=certificates.PORT,
            command=[f"--config.file={CONFIG}"],
            files={CONFIG: config},
        )
        exporter.run(blackbox, identity=args.identity, settings=args.settings, network=args.network, opts=child)
        self.register_outputs({})
