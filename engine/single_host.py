"""The stack on one host: containers of its Docker engine, files of the host, a bridge network."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from engine import ownership, preflight
from engine.container import container
from engine.cutover import Cutover
from engine.health import Healthy
from engine.identity import Identity
from engine.image import image_id
from engine.network import Bridge, is_of_the_provider
from engine.orphans import removed_before_create
from engine.platform import CutOver, Joined, Kept, Running
from engine.rendered_file import RenderedFile
from engine.volume import Volume, volume_exists
from engine.workload import Workload, revision


@dataclass(frozen=True, kw_only=True)
class SingleHost:
    """Runs each workload in containers that have it in their name; see `Platform`.

    It takes volumes of the owner `take_over`, and replaces the lost volume with the id `lost` by an empty one.
    """

    take_over: str | None = None
    lost: str | None = None
    is_local: bool = True

    def check_owner(self, *, label: str, recorded: ownership.Recorded, volumes: Collection[str]) -> None:
        """Compare the owner labels of containers, networks and volumes."""
        ownership.check(label=label, recorded=recorded, volumes=volumes, take_over=self.take_over)

    def check(self, *, label: str, address: str, ports: Mapping[str, int], image: str, volume: str | None) -> None:
        """See whether the engine is new enough, the ports are free and Postgres can start with its data."""
        preflight.check(label=label, address=address, ports=ports)
        if volume:
            preflight.check_data(label=label, image=image, volume=volume)

    def has_volume(self, name: str) -> bool:
        """Ask the engine."""
        return volume_exists(name)

    def network(self, resource_name: str, *, identity: Identity, opts: pulumi.ResourceOptions) -> Joined:
        """Make a bridge network with Docker's own name server, which knows every container by its alias."""
        name, resource = identity.name("network"), f"{resource_name}-bridge"
        if not is_of_the_provider(name):
            bridge = Bridge(resource, identity=identity, opts=opts)
            return Joined(resource=bridge, reference=bridge.name)
        kept = docker.Network(
            resource,
            name=name,
            labels=[
                docker.NetworkLabelArgs(label=label, value=value) for label, value in identity.labels("network").items()
            ],
            opts=pulumi.ResourceOptions.merge(
                opts, pulumi.ResourceOptions(hooks=removed_before_create(identity.label))
            ),
        )
        return Joined(resource=kept, reference=kept.name)

    def image(self, resource_name: str, reference: str, *, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
        """Return the id of the image, pulled unless the engine has it."""
        return image_id(resource_name, reference, opts=opts)

    def file(
        self,
        resource_name: str,
        *,
        identity: Identity,
        filename: str,
        content: str | pulumi.Output[str],
        opts: pulumi.ResourceOptions,
    ) -> RenderedFile:
        """Write a file on this host."""
        return RenderedFile(resource_name, identity=identity, filename=filename, content=content, opts=opts)

    def volume(
        self, resource_name: str, *, identity: Identity, name: str, component: str, opts: pulumi.ResourceOptions
    ) -> Kept:
        """Create a named volume, or take over one of an owner that the config names."""
        volume = Volume(
            resource_name,
            volume_name=identity.name(name),
            labels=identity.labels(component),
            protected=bool(opts.protect),
            take_over=self.take_over,
            lost=self.lost,
            opts=opts,
        )
        # None in the preview of an update that records it.
        return Kept(name=volume.name, id=volume.created.apply(lambda created: created or ""))

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
        """Run a container."""
        made = container(resource_name, workload, identity=identity, name=name, opts=opts)
        reached = Healthy(healthy, made, timeout=timeout, opts=pulumi.ResourceOptions(parent=opts.parent))
        return Running(resource=made, id=made.id, name=made.name, healthy=reached)

    def replicas(
        self,
        name: str,
        workload: Workload,
        count: int,
        *,
        identity: Identity,
        key: pulumi.Input[str],
        timeout: int,
        opts: pulumi.ResourceOptions,
        after: Sequence[pulumi.Resource],
    ) -> list[Running]:
        """Run a container for each replica; their names carry a revision."""
        current = revision(f"{name}-revision", workload, key=key, opts=opts)
        return [
            self.run(
                f"{name}-replica-{index}",
                workload,
                identity=identity,
                name=pulumi.Output.concat(identity.name(workload.component), "-", current, f"-{index}"),
                healthy=f"{name}-replica-{index}-healthy",
                timeout=timeout,
                opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(after))),
            )
            for index in range(count)
        ]

    def cut_over(
        self,
        resource_name: str,
        *,
        identity: Identity,
        component: str,
        edge: Running,
        replicas: Sequence[Running],
        status_url: str,
        opts: pulumi.ResourceOptions,
    ) -> CutOver:
        """Wait until the edge has the declared replicas, and drain the old ones."""
        cutover = Cutover(
            resource_name,
            stack=identity.label,
            component=component,
            replicas=[replica.id for replica in replicas],
            edge=edge.id,
            status_url=status_url,
            opts=pulumi.ResourceOptions.merge(
                opts,
                pulumi.ResourceOptions(depends_on=[edge.healthy, *(replica.healthy for replica in replicas)]),
            ),
        )
        return CutOver(reached=[cutover], id=edge.id)
