"""Secrets of a Swarm: a variable of a service shows in `docker service inspect`, and a secret does not."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from engine.api import connect
from engine.identity import Identity
from engine.orphans import removed_before_create
from engine.swarm.handed_over import HANDED_OVER
from engine.swarm.names import unique
from engine.workload import Workload, fingerprint


@dataclass(frozen=True, kw_only=True)
class Process:
    """What a container starts: its entry point, and what it is given."""

    entrypoint: Sequence[str]
    command: Sequence[str]


def secrets(
    resource_name: str, workload: Workload, *, identity: Identity, opts: pulumi.ResourceOptions
) -> dict[str, docker.Secret]:
    """Make a secret for each secret variable of `workload`, by the variable's name.

    A secret never changes: another value is another one, with another hash in its name, and so rolls the service. The
    hash is keyed, because everybody on a manager may read names.
    """
    return {variable: _secret(resource_name, variable, workload, identity, opts) for variable in workload.secrets}


def process(workload: Workload) -> pulumi.Output[Process]:
    """Return what a container of `workload` starts, with its secrets as variables where it has some."""
    if not workload.secrets:
        return pulumi.Output.from_input(Process(entrypoint=workload.entrypoint, command=workload.command))

    def wrapped(image: str) -> Process:
        # Without an entry point of its own, the image's is lost to ours, and so is its command.
        own = Process(entrypoint=workload.entrypoint, command=workload.command)
        inside = own if own.entrypoint else of_image(image)
        return Process(entrypoint=[*HANDED_OVER, *inside.entrypoint], command=list(workload.command or inside.command))

    return pulumi.Output.from_input(workload.image).apply(wrapped)


def of_image(image: str) -> Process:
    """Return what an image starts by itself, as the engine knows it."""
    client = connect()
    try:
        described = client.images.get(image).attrs["Config"]
        return Process(entrypoint=described["Entrypoint"] or [], command=described["Cmd"] or [])
    finally:
        client.close()


def _secret(
    resource_name: str, variable: str, workload: Workload, identity: Identity, opts: pulumi.ResourceOptions
) -> docker.Secret:
    value = pulumi.Output.secret(workload.environment[variable])
    hashed = fingerprint([workload.component, variable, value], key=identity.key)
    name = hashed.apply(lambda digest: unique(f"{identity.name(workload.component)}-{variable}", digest))
    return docker.Secret(
        f"{resource_name}-{variable}",
        name=name,
        data=value.apply(lambda text: base64.b64encode(text.encode()).decode()),
        labels=[
            docker.SecretLabelArgs(label=label, value=value)
            for label, value in identity.labels(workload.component).items()
        ],
        opts=pulumi.ResourceOptions(
            parent=opts.parent,
            delete_before_replace=False,
            additional_secret_outputs=["data"],
            hooks=removed_before_create(identity.label),
        ),
    )
