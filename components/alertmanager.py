"""Alertmanager, where `monitoring` names somebody to tell: it groups alerts, repeats them, and tells their end."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.network import Network
from components.platform import platform
from config import alertmanager
from config.settings import Settings
from engine import held_check
from engine.identity import Identity
from engine.workload import MountedFile, Workload

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
        engine = platform(args.settings)
        config = engine.file(
            f"{name}-config",
            identity=args.identity,
            filename="alertmanager.yml",
            content=alertmanager.render(args.settings.monitoring),
            opts=child,
        )
        image = engine.image(f"{name}-image", args.settings.images.alertmanager, opts=child)
        engine.run(
            f"{name}-server",
            _workload(args, config, image=image),
            identity=args.identity,
            name=args.identity.name(COMPONENT),
            healthy=f"{name}-healthy",
            timeout=args.settings.start_timeout,
            opts=child,
        )
        self.register_outputs({})


def _workload(args: AlertmanagerArgs, config: MountedFile, *, image: pulumi.Output[str]) -> Workload:
    addresses = _addresses(args.settings)
    return Workload(
        component=COMPONENT,
        image=image,
        user="65534:65534",  # nobody, as in the official image
        memory=args.settings.memory.alertmanager,
        cpus=args.settings.cpus.alertmanager,
        stop_grace=30,
        health=held_check.by_command(
            ["amtool", f"--alertmanager.url=http://127.0.0.1:{alertmanager.PORT}", "cluster", "show"],
            interval=1,
            timeout=5,
            retries=60,
        ),
        network=args.network.network_name,
        alias=alertmanager.ALIAS,
        entrypoint=["sh", "-c", START, "alertmanager"],
        # There is no other one to talk to.
        command=[f"--config.file={CONFIG}", f"--storage.path={DATA}", "--cluster.listen-address="],
        environment=addresses,
        secrets=tuple(addresses),
        files={CONFIG: config},
        tmpfs=("/tmp", DATA),  # noqa: S108  # paths in the container
    )


def _addresses(settings: Settings) -> dict[str, pulumi.Output[str]]:
    declared = {"WEBHOOK": settings.monitoring.webhook, "SLACK": settings.monitoring.slack_webhook}
    return {name: pulumi.Output.secret(url.get_secret_value()) for name, url in declared.items() if url}
