"""A Redis that somebody else runs, as what replicas count in. Nothing of it is made here, and nothing goes with it."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.cache import CacheArgs
from config import external_cache
from engine.announcement import Announcement
from engine.workload import fingerprint

MOVED = (
    "replicas that count there are made beside the old ones, which drain before they go: no request is lost; limits of"
    " the running minute count anew"
)


class ExternalCache(pulumi.ComponentResource):
    """The Redis at `server`, which the preview has looked at (`redis_admin.external`)."""

    environment: Mapping[str, pulumi.Input[str]]
    files: Mapping[str, str]
    healthy: pulumi.Resource

    def __init__(
        self,
        name: str,
        args: CacheArgs,
        server: external_cache.ExternalCache,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("litellm-stack:components:ExternalCache", name, {}, opts)
        variables = server.variables
        self.environment = {
            **variables,
            external_cache.SECRET: pulumi.Output.secret(variables[external_cache.SECRET]),
        }
        self.files = {external_cache.CA_PATH: server.ca} if server.ca else {}
        self.healthy = Announcement(
            f"{name}-login",
            values={"cache.external": fingerprint(variables, key=args.secrets.fingerprint_key)},
            meaning=MOVED,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
