"""The `cache` section: whether a Redis of the stack's own keeps what replicas have to share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from config.problems import Problem

HOST, PORT, PASSWORD = "REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD"
VARIABLES = frozenset({HOST, PORT, PASSWORD})
"""Variables by which LiteLLM finds a Redis (litellm/_redis.py)."""

OTHER_TARGETS = frozenset({HOST, "REDIS_URL", "REDIS_CLUSTER_NODES", "REDIS_SENTINEL_NODES"})
"""Variables that name a Redis that somebody else runs (environment_has_redis_connection_target, proxy_server.py)."""

COORDINATION = "coordination_redis"
"""The section of general_settings with the Redis that replicas count in (CoordinationRedisParams, proxy/_types.py)."""

_HOST_PARAMETERS = ("host", "url", "redis_startup_nodes", "startup_nodes", "sentinel_nodes")


class CacheSettings(BaseModel):
    """`enabled`: true runs a Redis, false none; unless it is said, there is one where something needs it."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=False)

    enabled: bool | None = None


def is_needed(settings: Mapping[str, Any], *, replicas: int, variables: frozenset[str]) -> bool:
    """Tell whether replicas share counters, or answers are to be cached in Redis, and nobody else's Redis is named.

    `settings` are LiteLLM's, `variables` the names of what else the proxy has in its environment.
    """
    if _names_another(settings, variables):
        return False
    return replicas > 1 or _caches_in_redis(settings)


def problems(values: Mapping[str, Any], *, variables: frozenset[str]) -> Iterator[Problem]:
    """Report a Redis that is missing, and one that there are two of."""
    section, replicas, settings = values.get("cache"), values.get("replicas", 1), values.get("proxy")
    enabled = section.get("enabled") if isinstance(section, Mapping) else None
    settings = settings if isinstance(settings, Mapping) else {}
    several = isinstance(replicas, int) and replicas > 1
    if enabled is False and not _names_another(settings, variables):
        if several:
            message = (
                f"{replicas} replicas would each count budgets and rate limits by themselves; remove it, or name a"
                f" Redis of your own in `environment.{HOST}`"
            )
            yield Problem(path="cache.enabled", message=message)
        elif _caches_in_redis(settings):
            message = "needs a Redis: remove `cache.enabled: false`, or name one of your own in `host`"
            yield Problem(path="proxy.litellm_settings.cache_params", message=message)
    if enabled:
        for name in sorted(variables & OTHER_TARGETS):
            message = f"cache.enabled runs a Redis, and {name} names another one; keep one of the two"
            yield Problem(path="cache.enabled", message=message)
        if COORDINATION in _section(settings, "general_settings"):
            message = f"cache.enabled runs a Redis, and {COORDINATION} names another one; keep one of the two"
            yield Problem(path=f"proxy.general_settings.{COORDINATION}", message=message)


def _names_another(settings: Mapping[str, Any], variables: frozenset[str]) -> bool:
    return bool(variables & OTHER_TARGETS) or COORDINATION in _section(settings, "general_settings")


def _caches_in_redis(settings: Mapping[str, Any]) -> bool:
    litellm_settings = _section(settings, "litellm_settings")
    parameters = _section(litellm_settings, "cache_params")
    # Without a type it is Redis (load_config in litellm/proxy/proxy_server.py).
    is_redis = str(parameters.get("type", "redis")).startswith("redis")
    return bool(litellm_settings.get("cache")) and is_redis and not any(map(parameters.get, _HOST_PARAMETERS))


def _section(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = settings.get(name)
    return section if isinstance(section, Mapping) else {}
