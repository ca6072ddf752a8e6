"""The cache: a Redis in which replicas count together, and which keeps answers where LiteLLM is told to cache them.

It keeps nothing that is not in the database too, or cannot be asked for again, so it has no volume. Another password or
image makes another one beside it, which new replicas use, while the old ones go on with theirs until they end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pulumi

from components.network import Network
from components.platform import platform
from components.secrets import Secrets
from config import cache
from config.settings import Settings
from engine import held_check
from engine.announcement import Announcement
from engine.identity import Identity
from engine.workload import Workload, fingerprint, revision

COMPONENT = "cache"
ROTATED = (
    "another Redis starts beside the old one and replicas are replaced, without a lost request; rate limits of the"
    " running minute count anew"
)
PORT = 6379
MEBIBYTE = 1024 * 1024

# A password on a command line shows in process lists, so Redis reads it from a file in the container's own memory.
# The empty `save` has it write nothing to disk; as an argument of the command pulumi-docker would refuse it.
CONFIG = r'requirepass %s\nsave ""\n'
START = f'umask 077; printf \'{CONFIG}\' "$REDISCLI_AUTH" > /tmp/redis.conf; exec redis-server /tmp/redis.conf "$@"'


class Redis(Protocol):
    """A Redis that replicas use: the stack's own, or somebody else's."""

    @property
    def environment(self) -> Mapping[str, pulumi.Input[str]]:
        """The variables by which LiteLLM finds it; the one of the password is a secret."""

    @property
    def files(self) -> Mapping[str, str]:
        """What has to be where in a container with these variables: no secret."""

    @property
    def healthy(self) -> pulumi.Resource:
        """The moment from which on it can be used."""


@dataclass(frozen=True, kw_only=True)
class CacheArgs:
    """What the cache stands on."""

    identity: Identity
    settings: Settings
    network: Network
    secrets: Secrets


class Cache(pulumi.ComponentResource):
    """A Redis that answers. `environment` are the variables by which LiteLLM finds it, `healthy` is when."""

    environment: Mapping[str, pulumi.Input[str]]
    files: Mapping[str, str]
    healthy: pulumi.Resource

    def __init__(self, name: str, args: CacheArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Cache", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        rotation = args.settings.rotation
        password = args.secrets.derive("cache-password", rotation=rotation.number(rotation.cache_password))
        Announcement(
            f"{name}-password",
            values={"Redis password": fingerprint(password, key=args.secrets.fingerprint_key)},
            meaning=ROTATED,
            opts=child,
        )
        engine = platform(args.settings)
        image = engine.image(f"{name}-image", args.settings.images.redis, opts=child)
        workload = _workload(args, image=image, password=password)
        current = revision(f"{name}-revision", workload, key=args.secrets.derive("cache-names"), opts=child)
        host = pulumi.Output.concat(COMPONENT, "-", current)
        redis = engine.run(
            f"{name}-redis",
            dataclasses.replace(workload, alias=host),
            identity=args.identity,
            name=pulumi.Output.concat(args.identity.name(COMPONENT), "-", current),
            healthy=f"{name}-healthy",
            timeout=args.settings.start_timeout,
            opts=child,
        )
        self.healthy = redis.healthy
        self.files = {}
        self.environment = {cache.HOST: host, cache.PORT: str(PORT), cache.PASSWORD: password}
        self.register_outputs({})

    @classmethod
    def if_needed(cls, name: str, args: CacheArgs) -> Cache | None:
        """Return a cache, or None where the settings need none."""
        return cls(name, args) if args.settings.runs_cache else None


def _workload(args: CacheArgs, *, image: pulumi.Output[str], password: pulumi.Output[str]) -> Workload:
    memory = args.settings.memory.cache
    return Workload(
        component=COMPONENT,
        image=image,
        user="999:999",  # redis in the official image
        memory=memory,
        cpus=args.settings.cpus.cache,
        stop_grace=30,
        health=held_check.by_command(["sh", "-c", "redis-cli ping | grep -q PONG"], interval=1, timeout=5, retries=30),
        network=args.network.network_name,
        alias=COMPONENT,
        entrypoint=["sh", "-c", START, COMPONENT],
        command=[
            # A quarter of the limit is left for connections and for copies.
            *("--maxmemory", str(memory * 3 // 4 * MEBIBYTE)),
            *("--maxmemory-policy", "allkeys-lru"),
        ],
        environment={"REDISCLI_AUTH": password},
        secrets=("REDISCLI_AUTH",),
        tmpfs=("/tmp", "/data"),  # noqa: S108  # paths in the container
        beside=True,
    )
