"""The one place where a container is described to pulumi-docker, with what that provider does not do by itself.

Measured blind spots that are covered here: a changed health check, mount or tmpfs is reported as an update and never
applied, so it replaces; without a grace period a container is killed; ports listen on every address unless told
otherwise; capability names have to be the daemon's own, or each refresh shows a change; files cannot be uploaded into a
read-only root.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_docker as docker
import pulumi_random as random

from engine import capacity, restart_policy
from engine.api import is_local
from engine.identity import Identity
from engine.orphans import removed_before_create
from engine.rendered_file import RenderedFile

TMPFS = "rw,nosuid,nodev,noexec,mode=1777"


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

    `files` maps paths in the container to rendered files, `volumes` to names of volumes, `tmpfs` lists folders in
    memory. `memory` is in MiB, `cpus` how many it may use at once, `stop_grace` in seconds. An empty `entrypoint` is
    the image's own. `beside` lets a replacement start before the old container goes; its name needs a `revision`.
    """

    component: str
    image: pulumi.Input[str]
    user: str
    memory: int
    stop_grace: int
    health: HealthCheck
    network: pulumi.Input[str]
    alias: pulumi.Input[str]
    entrypoint: Sequence[str] = ()
    command: Sequence[str] = ()
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    files: Mapping[str, RenderedFile] = field(default_factory=dict)
    volumes: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    tmpfs: Sequence[str] = ("/tmp",)  # noqa: S108  # a path in the container
    ports: Sequence[PublishedPort] = ()
    cpus: float = 1
    beside: bool = False


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
        name.name: getattr(workload, name.name)
        for name in dataclasses.fields(workload)
        if name.name not in ("cpus", "environment", "files", "health", "ports")
    }
    parts |= {
        "cpus": _cpus(workload),
        "health": vars(workload.health),
        "ports": [vars(port) for port in workload.ports],
    }
    parts |= {f"file {path}": file.path for path, file in workload.files.items()}
    parts |= {f"variable {name}": value for name, value in workload.environment.items()}
    return {name: fingerprint(value, key=key) for name, value in parts.items()}


def fingerprint(value: Any, *, key: pulumi.Input[str]) -> pulumi.Output[str]:
    """Return a keyed hash, no secret, that differs when `value` does."""

    def hashed(arguments: list[Any]) -> str:
        content = json.dumps(arguments[1], sort_keys=True).encode()
        return hmac.new(arguments[0].encode(), content, hashlib.sha256).hexdigest()[:8]

    return pulumi.Output.unsecret(pulumi.Output.all(key, value).apply(hashed))


def container(
    resource_name: str,
    workload: Workload,
    *,
    identity: Identity,
    name: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> docker.Container:
    """Run `workload` in a container called `name`."""
    uploads = _uploads(workload)
    return docker.Container(
        resource_name,
        name=name,
        image=workload.image,
        entrypoints=list(workload.entrypoint) or None,
        command=list(workload.command) or None,
        envs=_environment(workload),
        user=workload.user,
        memory=workload.memory,
        # No swap beside it: the engine would add as much again, and each refresh would show that as a change.
        memory_swap=workload.memory,
        cpus=_cpus(workload),
        read_only=not uploads,
        capabilities=docker.ContainerCapabilitiesArgs(drops=["ALL"]),
        security_opts=["no-new-privileges:true"],
        tmpfs=dict.fromkeys(workload.tmpfs, TMPFS),
        uploads=uploads,
        mounts=_mounts(workload),
        networks_advanced=[docker.ContainerNetworksAdvancedArgs(name=workload.network, aliases=[workload.alias])],
        ports=[
            docker.ContainerPortArgs(internal=port.internal, external=port.external, ip=port.address)
            for port in sorted(workload.ports, key=lambda port: port.internal)
        ],
        labels=[
            docker.ContainerLabelArgs(label=label, value=value)
            for label, value in identity.labels(workload.component).items()
        ],
        healthcheck=docker.ContainerHealthcheckArgs(
            tests=["CMD", *workload.health.command],
            interval=f"{workload.health.interval}s",
            timeout=f"{workload.health.timeout}s",
            retries=workload.health.retries,
            start_period="0s",
        ),
        log_driver="json-file",
        log_opts={"max-size": "10m", "max-file": "3"},
        restart=restart_policy.UNLESS_STOPPED,
        destroy_grace_seconds=workload.stop_grace,
        opts=pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(
                replace_on_changes=["healthcheck", "mounts", "tmpfs"],
                delete_before_replace=not workload.beside,
                hooks=removed_before_create(identity.label),
            ),
        ),
    )


def _cpus(workload: Workload) -> str:
    """Return the limit, no higher than what there is, because the engine would refuse that.

    As the provider reads it back, or each refresh would replace the container: in nine digits without the zeros at the
    end, but for one where there are nine in all (nanoInt64ToDecimalString in terraform-provider-docker, helpers.go).
    """
    limit = min(workload.cpus, capacity.cpus())
    digits = f"{limit:.9f}"
    return f"{limit:.1f}" if digits.count("0") == 9 else digits.rstrip("0")


def _environment(workload: Workload) -> list[pulumi.Output[str]] | None:
    return [pulumi.Output.concat(name, "=", value) for name, value in sorted(workload.environment.items())] or None


def _mounts(workload: Workload) -> list[docker.ContainerMountArgs] | None:
    mounts = [
        docker.ContainerMountArgs(type="volume", target=path, source=volume)
        for path, volume in sorted(workload.volumes.items())
    ]
    if is_local():
        mounts += [
            docker.ContainerMountArgs(type="bind", target=path, source=file.path, read_only=True)
            for path, file in sorted(workload.files.items())
        ]
    return mounts or None


def _uploads(workload: Workload) -> list[docker.ContainerUploadArgs] | None:
    """Return the rendered files where the engine is remote and sees no file of this host."""
    if is_local() or not workload.files:
        return None
    return [
        docker.ContainerUploadArgs(file=path, content=file.content, permissions="0444")
        for path, file in sorted(workload.files.items())
    ]
