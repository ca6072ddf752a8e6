"""The `cache` section: whether a Redis of the stack's own keeps what replicas have to share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from config.problems import Problem
from config.reading import mapping

HOST, PORT, PASSWORD = "REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD"
OTHER_TARGETS = frozenset({HOST, "REDIS_URL", "REDIS_CLUSTER_NODES", "REDIS_SENTINEL_NODES"})
"""Variables that name a Redis that somebody else runs (environment_has_redis_connection_target, proxy_server.py)."""

COORDINATION = "coordination_redis"
"""The section of general_settings with the Redis that replicas count in (CoordinationRedisParams, proxy/_types.py)."""


class CacheSettings(BaseModel):
    """`enabled` runs a Redis of the stack's own."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=False)

    enabled: bool = False


def problems(values: Mapping[str, Any], *, variables: frozenset[str]) -> Iterator[Problem]:
    """Report a Redis that there are two of."""
    if not mapping(values, "cache").get("enabled"):
        return
    others = [("cache.enabled", name) for name in sorted(variables & OTHER_TARGETS)]
    if COORDINATION in mapping(values, "proxy", "general_settings"):
        others.append((f"proxy.general_settings.{COORDINATION}", COORDINATION))
    for path, name in others:
        message = f"cache.enabled runs a Redis, and {name} names another one; keep one of the two"
        yield Problem(path=path, message=message)
