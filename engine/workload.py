"""What runs, without a word about the engine that runs it, and what tells that something else is to run."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pulumi
import pulumi_random as random

from engine import capacity

TMPFS = "rw,nosuid,nodev,noexec,mode=1777"
UNHASHED = (
    "also",
    "cpus",
    "edge_status_url",
    "environment",
    "everywhere",
    "files",
    "from_image",
    "health",
    "ports",
    "secrets",
)
"""Parts of a workload that are told apart in another form, or change nothing in a container."""


class MountedFile(Protocol):
    """A file that an engine mounts."""

    @property
    def id(self) -> pulumi.Output[str]:
        """What the engine knows it by."""

    @property
    def path(self) -> pulumi.Output[str]:
        """Where it is; another content is somewhere else."""

    @property
    def content(self) -> pulumi.Output[str]:
        """What is in it."""


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """A command in the container that tells its health; times are in seconds."""

    command: Sequence[str]
    interval: int
    timeout: int
    retries: int


@dataclass(frozen=True, kw_only=True)
class PublishedPort:
    """A port of the container that is reachable at `address` of the host."""

    internal: int
    external: int
    address: str


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What runs in a container, without a word about how it is started.

    `secrets` are the names of those variables of `environment` that are to be seen by nobody else, `from_image` of
    those that follow from the image alone: a preview that does not know the image yet names it, and not them. `files`
    maps paths in the container to files, `volumes` to names of volumes, `tmpfs` lists folders in memory. `memory` is in
    MiB, `cpus` how many it may use at once, `stop_grace` in seconds. An empty `entrypoint` is the image's own. `also`
    are names in the network beside `alias`, which others may have too. `beside` lets a replacement start before the old
    container goes; its name needs a `revision`. `everywhere` is for what runs once on each host. `edge_status_url` is
    the status page of the edge that sends it requests.
    """

    component: str
    image: pulumi.Input[str]
    user: str
    memory: int
    stop_grace: int
    health: HealthCheck
    network: pulumi.Input[str]
    alias: pulumi.Input[str]
    also: Sequence[str] = ()
    entrypoint: Sequence[str] = ()
    command: Sequence[str] = ()
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    secrets: Collection[str] = ()
    from_image: Collection[str] = ()
    files: Mapping[str, MountedFile] = field(default_factory=dict)
    volumes: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    tmpfs: Sequence[str] = ("/tmp",)  # noqa: S108  # a path in the container
    ports: Sequence[PublishedPort] = ()
    cpus: float = 1
    beside: bool = False
    everywhere: bool = False
    edge_status_url: str | None = None


def revision(
    resource_name: str, workload: Workload, *, key: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Return what makes the name of a container another one whenever anything in `workload` changes.

    A replacement that starts beside the old container needs that. A hash alone would not do: a change that is taken
    back meets the container of before, which may not be gone yet.
    """
    return random.RandomId(resource_name, byte_length=4, keepers=fingerprints(workload, key=key), opts=opts).hex


def fingerprints(workload: Workload, *, key: pulumi.Input[str]) -> dict[str, pulumi.Output[str]]:
    """Return a hash of each thing that a replacement of the container follows from, by its name.

    A preview shows by them what of a container changes, down to the variable, where the provider shows one secret list.
    They are keyed, because variables hold secrets: nobody can try values against them.
    """
    parts = {
        name.name: getattr(workload, name.name) for name in dataclasses.fields(workload) if name.name not in UNHASHED
    }
    parts |= {
        "cpus": cpu_limit(workload),
        "health": vars(workload.health),
        "ports": [vars(port) for port in workload.ports],
    }
    # Without it, a part that came later replaces nothing that is without it.
    parts |= {"also": workload.also} if workload.also else {}
    parts |= {f"file {path}": file.path for path, file in workload.files.items()}
    told = workload.environment.keys() - set(workload.from_image)
    parts |= {f"variable {name}": workload.environment[name] for name in sorted(told)}
    return {name: fingerprint(value, key=key) for name, value in parts.items()}


def fingerprint(value: Any, *, key: pulumi.Input[str]) -> pulumi.Output[str]:
    """Return a keyed hash, no secret, that differs when `value` does."""

    def hashed(arguments: list[Any]) -> str:
        content = json.dumps(arguments[1], sort_keys=True).encode()
        return hmac.new(arguments[0].encode(), content, hashlib.sha256).hexdigest()[:8]

    return pulumi.Output.unsecret(pulumi.Output.all(key, value).apply(hashed))


def cpu_limit(workload: Workload) -> str:
    """Return the limit, no higher than what there is, because the engine would refuse that.

    As the provider reads it back, or each refresh would replace the container: in nine digits without the zeros at the
    end, but for one where there are nine in all (nanoInt64ToDecimalString in terraform-provider-docker, helpers.go).
    """
    limit = min(workload.cpus, capacity.cpus())
    digits = f"{limit:.9f}"
    return f"{limit:.1f}" if digits.count("0") == 9 else digits.rstrip("0")
