"""A file without secrets as a Swarm's config, which comes to whatever node mounts it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from engine.identity import Identity
from engine.orphans import removed_before_create
from engine.swarm.names import unique


@dataclass(frozen=True, kw_only=True)
class ConfigFile:
    """A config: its `id`, its name (`path`), and what is in it."""

    id: pulumi.Output[str]
    path: pulumi.Output[str]
    content: pulumi.Output[str]


def config_file(
    resource_name: str,
    *,
    identity: Identity,
    filename: str,
    content: str | pulumi.Output[str],
    opts: pulumi.ResourceOptions,
) -> ConfigFile:
    """Make a config that is named after the hash of its content: it never changes, another content is another one."""
    stem, _, suffix = filename.rpartition(".")

    def named(text: str) -> str:
        return unique(identity.name(stem), f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.{suffix}")

    known = pulumi.Output.from_input(content)
    config = docker.ServiceConfig(
        resource_name,
        name=known.apply(named),
        data_raw=known,
        labels=[
            docker.ServiceConfigLabelArgs(label=label, value=value) for label, value in identity.labels(stem).items()
        ],
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(delete_before_replace=False, hooks=removed_before_create(identity.label))
        ),
    )
    return ConfigFile(id=config.id, path=config.name, content=known)
