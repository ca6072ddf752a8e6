"""Alertmanager, where `monitoring` names somebody to tell: it groups alerts, repeats them, and tells their end."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pydantic import SecretStr

from components.network import Network
from config import alertmanager
from config.settings import Settings
from engine.health import Healthy
from engine.identity import Identity
from engine.image import image_id
from engine.rendered_file import RenderedFile
from engine.workload import HealthCheck, Workload, container

COMPONENT = "alertmanager"
CONFIG = "/etc/alertmanager/alertmanager.yml"
DATA = "/alertmanager"

# It reads addresses from files only, and files cannot be handed to a container whose root is read-only. So the
# container writes them by itself, into its own memory.
START = (
    f'umask 077; printf %s "$WEBHOOK" > {alertmanager.WEBHOOK_FILE}; printf %s "$SLACK" > {alertmanager.SLACK_FILE};'
    ' unset WEBHOOK SLACK; exec "$0" "$@"'
)


@dataclass(frozen=True, kw_only=True)
class AlertmanagerArgs:
    """What it stands on; `settings` name whom it tells."""

    identity: Identity
    settings: Settings
    network: Network


class Alertmanager(pulumi.ComponentResource):
    """An Alertmanager that keeps nothing: what still fires after it was made anew is told again."""

    def __init__(self, name: str, args: AlertmanagerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Alertmanager", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        config = RenderedFile(
            f"{name}-config",
            identity=args.identity,
            filename="alertmanager.yml",
            content=alertmanager.render(args.settings.monitoring),
            opts=child,
        )
        server = container(
            f"{name}-server",
            _workload(args, config, image=image_id(f"{name}-image", args.settings.images.alertmanager, opts=child)),
            identity=args.identity,
            name=args.identity.name(COMPONENT),
            opts=child,
        )
        Healthy(f"{name}-healthy", server, timeout=args.settings.start_timeout, opts=child)
        self.register_outputs({})


def _workload(args: AlertmanagerArgs, config: RenderedFile, *, image: pulumi.Output[str]) -> Workload:
    monitoring = args.settings.monitoring
    return Workload(
        component=COMPONENT,
        image=image,
        user="65534:65534",  # nobody, as in the official image
        memory=args.settings.memory.alertmanager,
        cpus=args.settings.cpus.alertmanager,
        stop_grace=30,
        health=HealthCheck(
            command=["amtool", f"--alertmanager.url=http://127.0.0.1:{alertmanager.PORT}", "cluster", "show"],
            interval=1,
            timeout=5,
            retries=60,
        ),
        network=args.network.network_name,
        alias=alertmanager.ALIAS,
        entrypoint=["sh", "-c", START, "alertmanager"],
        # There is no other one to talk to.
        command=[f"--config.file={CONFIG}", f"--storage.path={DATA}", "--cluster.listen-address="],
        environment={"WEBHOOK": _secret(monitoring.webhook), "SLACK": _secret(monitoring.slack_webhook)},
        files={CONFIG: config},
        tmpfs=("/tmp", DATA),  # noqa: S108  # paths in the container
    )


def _secret(address: SecretStr | None) -> pulumi.Output[str]:
    return pulumi.Output.secret(address.get_secret_value() if address else "")
