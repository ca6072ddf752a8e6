"""The stack on a Swarm: see `Platform` for what each of these does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from engine import ownership
from engine.identity import Identity
from engine.image import image_on_every_node
from engine.orphans import removed_before_create
from engine.platform import CutOver, Joined, Kept, Running
from engine.swarm import preflight
from engine.swarm.config_file import ConfigFile, config_file
from engine.swarm.converged import Converged
from engine.swarm.secret import secrets
from engine.swarm.service import service
from engine.swarm.tasks import STOP_SECONDS
from engine.swarm.vacated import Vacated
from engine.swarm.volume import NodeVolume
from engine.workload import Workload, fingerprint, fingerprints


@dataclass(frozen=True, kw_only=True)
class Swarm:
    """Runs each workload as a service, on the network `encrypted` or not; volumes are on the node with `data_label`.

    It takes volumes of the owner `take_over`.
    """

    encrypted: bool
    data_label: str
    take_over: str | None = None
    is_local: bool = False

    def check_owner(self, *, label: str, recorded: ownership.Recorded, volumes: Collection[str]) -> None:
        """Compare the owner labels of services, secrets, configs, networks, and of the records of volumes."""
        ownership.check(label=label, recorded=recorded, volumes=volumes, take_over=self.take_over, swarm=True)

    def check(
        self,
        *,
        label: str,
        address: str,  # noqa: ARG002
        ports: Mapping[str, int],  # noqa: ARG002
        image: str,
        volume: str | None,
    ) -> None:
        """See whether there is a manager to ask, a node for the data, and a Postgres that can start with it.

        Ports are on other hosts.
        """
        preflight.check(label=label, data_label=self.data_label, image=image, volume=volume)

    def has_volume(self, name: str) -> bool:  # noqa: ARG002
        """Say yes: another node than the one that is asked keeps it."""
        return True

    def network(self, resource_name: str, *, identity: Identity, opts: pulumi.ResourceOptions) -> Joined:
        """Make an overlay network. Jobs run in containers of the manager and are no services: they attach to it."""
        overlay = docker.Network(
            f"{resource_name}-overlay",
            name=identity.name("network"),
            driver="overlay",
            attachable=True,
            options={"encrypted": ""} if self.encrypted else None,
            labels=[
                docker.NetworkLabelArgs(label=label, value=value) for label, value in identity.labels("network").items()
            ],
            opts=pulumi.ResourceOptions.merge(
                opts, pulumi.ResourceOptions(hooks=removed_before_create(identity.label))
            ),
        )
        vacated = Vacated(f"{resource_name}-vacated", network_id=overlay.id, timeout=STOP_SECONDS, opts=opts)
        return Joined(resource=overlay, reference=vacated.network_id)

    def image(self, resource_name: str, reference: str, *, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
        """Return the image by the digest that every node can pull, or the id that every node has to have."""
        return image_on_every_node(resource_name, reference, opts=opts)

    def file(
        self,
        resource_name: str,
        *,
        identity: Identity,
        filename: str,
        content: str | pulumi.Output[str],
        opts: pulumi.ResourceOptions,
    ) -> ConfigFile:
        """Make a config."""
        return config_file(resource_name, identity=identity, filename=filename, content=content, opts=opts)

    def volume(
        self,
        resource_name: str,
        *,
        identity: Identity,
        name: str,
        component: str,
        opts: pulumi.ResourceOptions,
    ) -> Kept:
        """Return a volume that the node creates, and keeps when the stack goes."""
        # It stays in any case, and says so where it goes from the stack.
        told = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=False))
        name_on_node = NodeVolume(
            resource_name,
            volume_name=identity.name(name),
            data_label=self.data_label,
            labels=identity.labels(component),
            take_over=self.take_over,
            opts=told,
        ).name
        return Kept(name=name_on_node, id=name_on_node)

    def run(
        self,
        resource_name: str,
        workload: Workload,
        *,
        identity: Identity,
        name: pulumi.Input[str],
        healthy: str,
        timeout: int,
        opts: pulumi.ResourceOptions,
    ) -> Running:
        """Run a service with one task, or one on every node."""
        return self._service(
            resource_name, workload, 1, identity=identity, name=name, healthy=healthy, timeout=timeout, opts=opts
        )

    def replicas(
        self,
        name: str,
        workload: Workload,
        count: int,
        *,
        identity: Identity,
        key: pulumi.Input[str],  # noqa: ARG002  # a service keeps its name
        timeout: int,
        opts: pulumi.ResourceOptions,
        after: Sequence[pulumi.Resource],
    ) -> list[Running]:
        """Run one service with `count` tasks, which the Swarm replaces one after the other."""
        made = self._service(
            f"{name}-replicas",
            workload,
            count,
            identity=identity,
            name=identity.name(workload.component),
            healthy=f"{name}-converged",
            timeout=timeout,
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(after))),
        )
        return [made]

    def cut_over(
        self,
        resource_name: str,  # noqa: ARG002
        *,
        identity: Identity,  # noqa: ARG002
        component: str,  # noqa: ARG002
        edge: Running,
        replicas: Sequence[Running],
        status_url: str,  # noqa: ARG002
        opts: pulumi.ResourceOptions,  # noqa: ARG002
    ) -> CutOver:
        """Return what the Swarm does by itself: it ends an old task when a new one is healthy, and waits for it."""
        everything = [edge, *replicas]
        return CutOver(
            reached=[running.healthy for running in everything],
            id=pulumi.Output.concat(*(part for running in everything for part in (running.id, " "))),
        )

    def _service(
        self,
        resource_name: str,
        workload: Workload,
        count: int,
        *,
        identity: Identity,
        name: pulumi.Input[str],
        healthy: str,
        timeout: int,
        opts: pulumi.ResourceOptions,
    ) -> Running:
        kept = secrets(resource_name, workload, identity=identity, opts=opts)
        spec = fingerprint([fingerprints(workload, key=identity.key), count, timeout], key=identity.key)
        made = service(
            resource_name,
            workload,
            secrets=kept,
            spec=spec,
            identity=identity,
            name=name,
            replicas=count,
            timeout=timeout,
            data_label=self.data_label,
            opts=opts,
        )
        converged = Converged(
            healthy,
            service_id=made.id,
            spec=spec,
            timeout=timeout,
            hidden=[workload.environment[variable] for variable in workload.secrets],
            opts=pulumi.ResourceOptions(parent=opts.parent),
        )
        return Running(resource=made, id=pulumi.Output.concat(made.id, "-", spec), name=made.name, healthy=converged)
