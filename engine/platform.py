"""What components ask of whatever runs the stack: one host's engine or a Swarm, each a module that answers.

Components describe what runs (`engine/workload.py`) and never how an engine is told; `components/platform.py` chooses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pulumi

from engine.identity import Identity
from engine.ownership import Recorded
from engine.workload import MountedFile, Workload


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A network: the `resource`, and the `reference` by which a container joins it."""

    resource: pulumi.Resource
    reference: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class Running:
    """A workload that runs. `id` is another one whenever something else runs; `healthy` is reached when it works."""

    resource: pulumi.Resource
    id: pulumi.Output[str]
    name: pulumi.Output[str]
    healthy: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A volume that outlives what uses it. `name` is the engine's; `id` changes if it is created again, and empty."""

    name: pulumi.Input[str]
    id: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class CutOver:
    """The moment from which on only the declared replicas get requests: once all of `reached` are there.

    `id` is another one whenever something else answers at the edge.
    """

    reached: Sequence[pulumi.Resource]
    id: pulumi.Output[str]


class Platform(Protocol):
    """What runs the stack. Names of resources are Pulumi's, of `identity` the engine's."""

    @property
    def is_local(self) -> bool:
        """Whether each container is on the engine that this program talks to, so that commands can run inside it."""

    def check_owner(self, *, label: str, recorded: Recorded, volumes: Collection[str]) -> None:
        """Raise EngineError if an object of the stack with `label` has another owner: before anything is touched.

        `recorded` is what the stack's state says; `volumes` are the engine's names of the volumes that it uses.
        """

    def check(self, *, label: str, address: str, ports: Mapping[str, int], image: str, volume: str | None) -> None:
        """Raise EngineError unless the stack with `label` can run: before anything is touched, at preview too.

        `ports` are to be published on `address`; `image` is Postgres's, and `volume` the name of its data, where the
        stack keeps it.
        """

    def has_volume(self, name: str) -> bool:
        """Tell whether a volume of this name may be there, before anything is made."""

    def network(self, resource_name: str, *, identity: Identity, opts: pulumi.ResourceOptions) -> Joined:
        """Make the network that the stack shares with nobody else."""

    def image(self, resource_name: str, reference: str, *, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
        """Return what runs the image `reference`, and differs where its content does."""

    def file(
        self,
        resource_name: str,
        *,
        identity: Identity,
        filename: str,
        content: str | pulumi.Output[str],
        opts: pulumi.ResourceOptions,
    ) -> MountedFile:
        """Make a file without secrets that workloads mount."""

    def volume(
        self, resource_name: str, *, identity: Identity, name: str, component: str, opts: pulumi.ResourceOptions
    ) -> Kept:
        """Create a volume that outlives what uses it."""

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
        """Run `workload` under `name`. `healthy` names the resource that waits for it, at most `timeout` seconds."""

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
        """Run `workload` as often as `count` says, `after` what it stands on; a change starts new ones beside the old.

        `key` keeps others from finding out what the names of replicas are made from.
        """

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
        """Let `edge` send requests to `replicas` of `component` only; its status page is at `status_url`."""
