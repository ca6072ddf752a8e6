"""A workload as a service of a Swarm.

pulumi-docker has no word for `no-new-privileges` of a service, and an engine of 20.10 would not know one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_docker as docker

from engine import logs
from engine.identity import SPEC_LABEL, Identity
from engine.orphans import removed_before_create
from engine.swarm.handed_over import HANDED_OVER
from engine.swarm.names import NANO, duration
from engine.swarm.secret import process
from engine.workload import Workload

MEBIBYTE = 1024 * 1024
SECRET_MODE, FILE_MODE = 0o400, 0o444
RESTART_DELAY_SECONDS = 2
UNHEALTHY_SECONDS = 120
"""How long a task fails its health check before it is ended."""
MONITOR_SECONDS = 5
"""How long a new task has to run until the next one is replaced."""


def service(
    resource_name: str,
    workload: Workload,
    *,
    secrets: Mapping[str, docker.Secret],
    identity: Identity,
    name: pulumi.Input[str],
    replicas: int,
    spec: pulumi.Input[str],
    timeout: int,
    data_label: str,
    opts: pulumi.ResourceOptions,
) -> docker.Service:
    """Run `workload` as a service called `name`, on every node or `replicas` times.

    `spec` differs for everything else that it is told. A task that is not healthy after `timeout` seconds has failed;
    an update that fails is rolled back. What has volumes runs on the node with `data_label`.
    """
    resources = docker.ServiceTaskSpecResourcesLimitsArgs(
        memory_bytes=workload.memory * MEBIBYTE, nano_cpus=int(workload.cpus * NANO)
    )
    constraints = [f"node.labels.{data_label}==true"] if workload.volumes else []
    return docker.Service(
        resource_name,
        name=name,
        labels=[
            docker.ServiceLabelArgs(label=label, value=value)
            for label, value in {**identity.labels(workload.component), SPEC_LABEL: spec}.items()
        ],
        mode=docker.ServiceModeArgs(global_=True)
        if workload.everywhere
        else docker.ServiceModeArgs(replicated=docker.ServiceModeReplicatedArgs(replicas=replicas)),
        task_spec=docker.ServiceTaskSpecArgs(
            container_spec=_container(workload, secrets, identity, timeout=timeout),
            resources=docker.ServiceTaskSpecResourcesArgs(limits=resources),
            restart_policy=docker.ServiceTaskSpecRestartPolicyArgs(
                condition="any",
                delay=duration(RESTART_DELAY_SECONDS),
                # What the Swarm makes of nothing: each refresh would show it as a change.
                window=duration(0),
            ),
            placement=docker.ServiceTaskSpecPlacementArgs(constraints=constraints) if constraints else None,
            networks_advanceds=[
                docker.ServiceTaskSpecNetworksAdvancedArgs(
                    id=workload.network, aliases=[workload.alias, *workload.also]
                )
            ],
            log_driver=docker.ServiceTaskSpecLogDriverArgs(name="json-file", options=logs.ROTATION),
        ),
        update_config=docker.ServiceUpdateConfigArgs(
            order=_order(workload), failure_action="rollback", monitor=duration(MONITOR_SECONDS), parallelism=1
        ),
        rollback_config=docker.ServiceRollbackConfigArgs(
            order=_order(workload), failure_action="pause", monitor=duration(MONITOR_SECONDS), parallelism=1
        ),
        endpoint_spec=docker.ServiceEndpointSpecArgs(
            # Neither a virtual address nor the routing mesh, which need IPVS in the nodes' kernels.
            mode="dnsrr",
            ports=[
                docker.ServiceEndpointSpecPortArgs(
                    target_port=port.internal, published_port=port.external, publish_mode="host", protocol="tcp"
                )
                for port in sorted(workload.ports, key=lambda port: port.internal)
            ],
        ),
        opts=pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(
                delete_before_replace=not workload.beside,
                depends_on=list(secrets.values()),
                hooks=removed_before_create(identity.label),
            ),
        ),
    )


def _order(workload: Workload) -> str:
    return "start-first" if workload.beside else "stop-first"


def _container(
    workload: Workload, secrets: Mapping[str, docker.Secret], identity: Identity, *, timeout: int
) -> docker.ServiceTaskSpecContainerSpecArgs:
    started = process(workload)
    plain = {name: value for name, value in workload.environment.items() if name not in secrets}
    return docker.ServiceTaskSpecContainerSpecArgs(
        image=workload.image,
        commands=started.apply(lambda process: list(process.entrypoint)),
        args=started.apply(lambda process: list(process.command)),
        env=plain,
        user=workload.user,
        read_only=True,
        cap_drops=["ALL"],
        stop_grace_period=duration(workload.stop_grace),
        labels=[
            docker.ServiceTaskSpecContainerSpecLabelArgs(label=label, value=value)
            for label, value in identity.labels(workload.component).items()
        ],
        healthcheck=_health(workload, (*(HANDED_OVER if secrets else ()), *workload.health.command), timeout=timeout),
        mounts=_mounts(workload, identity) or None,
        configs=_configs(workload),
        secrets=_secrets(workload, secrets),
    )


def _health(
    workload: Workload, command: Sequence[str], *, timeout: int
) -> docker.ServiceTaskSpecContainerSpecHealthcheckArgs:
    """Return a check with more patience than one host needs, where it only tells: a Swarm ends what is unhealthy.

    A busy node, or a database that starts again, is no reason for that; the edge looks for itself who is ready.
    """
    retries = max(workload.health.retries, UNHEALTHY_SECONDS // workload.health.interval)
    return docker.ServiceTaskSpecContainerSpecHealthcheckArgs(
        tests=["CMD", *command],
        interval=duration(workload.health.interval),
        timeout=duration(workload.health.timeout),
        retries=retries,
        # So that one which never becomes healthy is ended about when nobody waits for it any more.
        start_period=duration(max(0, timeout - retries * workload.health.interval)),
    )


def _mounts(workload: Workload, identity: Identity) -> list[docker.ServiceTaskSpecContainerSpecMountArgs]:
    labels = [
        docker.ServiceTaskSpecContainerSpecMountVolumeOptionsLabelArgs(label=label, value=value)
        for label, value in identity.labels(workload.component).items()
    ]
    volumes = [
        docker.ServiceTaskSpecContainerSpecMountArgs(
            type="volume",
            target=path,
            source=volume,
            volume_options=docker.ServiceTaskSpecContainerSpecMountVolumeOptionsArgs(labels=labels),
        )
        for path, volume in sorted(workload.volumes.items())
    ]
    # Without options a tmpfs is for every user of the container.
    return volumes + [
        docker.ServiceTaskSpecContainerSpecMountArgs(type="tmpfs", target=path) for path in sorted(workload.tmpfs)
    ]


def _configs(workload: Workload) -> list[docker.ServiceTaskSpecContainerSpecConfigArgs] | None:
    return [
        docker.ServiceTaskSpecContainerSpecConfigArgs(
            config_id=file.id, config_name=file.path, file_name=path, file_mode=FILE_MODE
        )
        for path, file in sorted(workload.files.items())
    ] or None


def _secrets(
    workload: Workload, secrets: Mapping[str, docker.Secret]
) -> list[docker.ServiceTaskSpecContainerSpecSecretArgs] | None:
    user, _, group = workload.user.partition(":")
    return [
        docker.ServiceTaskSpecContainerSpecSecretArgs(
            secret_id=secret.id,
            secret_name=secret.name,
            file_name=variable,
            file_uid=user,
            file_gid=group,
            file_mode=SECRET_MODE,
        )
        for variable, secret in sorted(secrets.items())
    ] or None
