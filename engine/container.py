"""A workload as a container of one host's engine, with what pulumi-docker does not do by itself.

Measured blind spots that are covered here: a changed health check, mount or tmpfs is reported as an update and never
applied, so it replaces; without a grace period a container is killed; ports listen on every address unless told
otherwise; capability names have to be the daemon's own, or each refresh shows a change; files cannot be uploaded into a
read-only root.
"""

from __future__ import annotations

import pulumi
import pulumi_docker as docker

from engine import logs, restart_policy
from engine.api import is_local
from engine.identity import Identity
from engine.orphans import Leave, removed_before_create
from engine.workload import TMPFS, Workload, cpu_limit


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
        cpus=cpu_limit(workload),
        read_only=not uploads,
        capabilities=docker.ContainerCapabilitiesArgs(drops=["ALL"]),
        security_opts=["no-new-privileges:true"],
        tmpfs=dict.fromkeys(workload.tmpfs, TMPFS),
        uploads=uploads,
        mounts=_mounts(workload),
        networks_advanced=[
            docker.ContainerNetworksAdvancedArgs(name=workload.network, aliases=[workload.alias, *workload.also])
        ],
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
        log_opts=logs.ROTATION,
        restart=restart_policy.UNLESS_STOPPED,
        destroy_grace_seconds=workload.stop_grace,
        opts=pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(
                replace_on_changes=["healthcheck", "mounts", "tmpfs"],
                delete_before_replace=not workload.beside,
                hooks=removed_before_create(
                    identity.label, Leave(grace=workload.stop_grace, status_url=workload.edge_status_url)
                ),
            ),
        ),
    )


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
