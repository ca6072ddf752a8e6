"""The `cache` section: whether a Redis keeps what replicas have to share, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, SecretStr

from config import external_cache, external_server
from config.external_cache import ExternalCache
from config.problems import Problem
from config.reading import mapping, number
from config.section import Section

HOST, PORT, PASSWORD = "REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD"
OTHER_TARGETS = frozenset({HOST, "REDIS_URL", "REDIS_CLUSTER_NODES", "REDIS_SENTINEL_NODES"})
"""Variables that name a Redis that somebody else runs (environment_has_redis_connection_target, proxy_server.py)."""

COORDINATION = "coordination_redis"
"""The section of general_settings with the Redis that replicas count in (CoordinationRedisParams, proxy/_types.py)."""

_HOST_PARAMETERS = ("host", "url", "redis_startup_nodes", "startup_nodes", "sentinel_nodes")


def _url(value: SecretStr) -> SecretStr:
    external_cache.parsed(value.get_secret_value(), None)
    return value


class CacheSettings(Section):
    """The Redis in which replicas count together, and in which answers can be cached."""

    enabled: bool | None = None
    """true runs one, false none; unless it is said, there is one where something needs it."""
    external: Annotated[SecretStr, AfterValidator(_url)] | None = None
    """A Redis that somebody else runs, `rediss://:password@host:6379`; the stack runs none then."""
    external_ca: Annotated[str, AfterValidator(external_server.certificates)] | None = None
    """The certificates that sign that server's, as PEM: its own is checked against them, and its name with it."""

    @property
    def server(self) -> ExternalCache | None:
        """Where somebody else's Redis is; None where nothing says so here."""
        return external_cache.parsed(self.external.get_secret_value(), self.external_ca) if self.external else None


def is_needed(settings: Mapping[str, Any], *, replicas: int, variables: frozenset[str]) -> bool:
    """Tell whether replicas share counters, or answers are to be cached in Redis, and nobody else's Redis is named.

    `settings` are LiteLLM's, `variables` the names of what else the proxy has in its environment.
    """
    if _names_another(settings, variables):
        return False
    return replicas > 1 or _caches_in_redis(settings)


def problems(values: Mapping[str, Any], *, variables: frozenset[str]) -> Iterator[Problem]:
    """Report a Redis that is missing, and one that there are two of."""
    yield from external_cache.problems(values)
    if mapping(values, "cache").get("external") is not None:
        return
    enabled, settings = mapping(values, "cache").get("enabled"), mapping(values, "proxy")
    if enabled is False and not _names_another(settings, variables):
        yield from _missing(settings, replicas=number(values.get("replicas"), 1))
    if enabled:
        others = [("cache.enabled", name) for name in sorted(variables & OTHER_TARGETS)]
        if COORDINATION in mapping(settings, "general_settings"):
            others.append((f"proxy.general_settings.{COORDINATION}", COORDINATION))
        for path, name in others:
            message = f"cache.enabled runs a Redis, and {name} names another one; keep one of the two"
            yield Problem(path=path, message=message)
    if not _names_another(settings, variables):
        yield from _overridden(values)


def _overridden(values: Mapping[str, Any]) -> Iterator[Problem]:
    for section in ("secrets", "environment"):
        for name in sorted({PORT, PASSWORD} & mapping(values, section).keys()):
            message = (
                f"whose Redis? Name it in `environment.{HOST}`, or remove this: the stack's own needs no such word"
            )
            yield Problem(path=f"{section}.{name}", message=message)


def _missing(settings: Mapping[str, Any], *, replicas: int) -> Iterator[Problem]:
    if replicas > 1:
        message = (
            f"{replicas} replicas would each count budgets and rate limits by themselves; remove it, or name a"
            f" Redis of your own in `environment.{HOST}`"
        )
        yield Problem(path="cache.enabled", message=message)
    elif _caches_in_redis(settings):
        message = "needs a Redis: remove `cache.enabled: false`, or name one of your own in `host`"
        yield Problem(path="proxy.litellm_settings.cache_params", message=message)


def _names_another(settings: Mapping[str, Any], variables: frozenset[str]) -> bool:
    return bool(variables & OTHER_TARGETS) or COORDINATION in mapping(settings, "general_settings")


def _caches_in_redis(settings: Mapping[str, Any]) -> bool:
    parameters = mapping(settings, "litellm_settings", "cache_params")
    # Without a type it is Redis (load_config in litellm/proxy/proxy_server.py).
    is_redis = str(parameters.get("type", "redis")).startswith("redis")
    wanted = bool(mapping(settings, "litellm_settings").get("cache"))
    return wanted and is_redis and not any(map(parameters.get, _HOST_PARAMETERS))
