"""`cache.external`: a Redis that somebody else runs, such as a cloud's managed one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from config import external_server
from config.external_server import ExternalServer
from config.problems import Problem
from config.reading import mapping

FORM = "rediss://:password@host:6379"
DEFAULT_PORT = 6379
CA_PATH = "/app/cache-ca.pem"
"""Where containers of LiteLLM have the certificates."""
SECRET = "REDIS_PASSWORD"  # noqa: S105  # the name of a variable

_ENCRYPTED, _CLEAR = "rediss", "redis"
_VARIABLES = "REDIS_"


@dataclass(frozen=True, kw_only=True, repr=False)
class ExternalCache(ExternalServer):
    """Whom to log in as, and which database of the server is the stack's."""

    user: str | None
    database: int

    @property
    def place(self) -> str:
        """What it is, without who may log in."""
        return f"{self.host}:{self.port}/{self.database}"

    @property
    def arguments(self) -> dict[str, Any]:
        """What redis-py's client is made with."""
        tls = {"ssl": True, "ssl_cert_reqs": "required", "ssl_check_hostname": True, "ssl_ca_certs": CA_PATH}
        return {
            "host": self.host,
            "port": self.port,
            "password": self.password,
            **({"username": self.user} if self.user else {}),
            **({"db": self.database} if self.database else {}),
            **(tls if self.ca else {}),
        }

    @property
    def variables(self) -> dict[str, str]:
        """The variables by which LiteLLM finds it: those arguments in capitals (litellm/_redis.py)."""
        return {f"{_VARIABLES}{name.upper()}": str(value) for name, value in self.arguments.items()}


def parsed(url: str, ca: str | None) -> ExternalCache:
    """Read the URL. Raises ValueError, without anything of it."""
    mistake = f"is no address of a Redis: write {FORM}, with %-codes for special characters"
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORT
        database = int(parts.path.removeprefix("/") or 0)
    except ValueError:
        raise ValueError(mistake) from None
    is_host = external_server.is_host(parts.hostname)
    if parts.scheme not in (_ENCRYPTED, _CLEAR) or not is_host or parts.query or database < 0:
        raise ValueError(mistake)
    if not unquote(f"{parts.username}{parts.password}").isprintable():
        raise ValueError("has a control character in its login: set it again without")
    if not parts.password:
        raise ValueError(f"has no password, and whoever reaches it would decide what budgets have left: write {FORM}")
    return ExternalCache(
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password),
        host=str(parts.hostname),
        port=port,
        database=database,
        ca=ca if parts.scheme == _ENCRYPTED else None,
    )


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report what does not go together with a Redis of somebody else's."""
    yield from external_server.problems(values, "cache", parsed=parsed, without="`redis://`")
    section = mapping(values, "cache")
    if section.get("external") is None:
        return
    if "enabled" in section:
        message = "is about a Redis of the stack's own, and `cache.external` names another; remove one of the two"
        yield Problem(path="cache.enabled", message=message)
    if "cachePassword" in mapping(values, "rotation"):
        message = "the password is in the URL of `cache.external`: another URL is its rotation; remove it"
        yield Problem(path="rotation.cachePassword", message=message)
    for part in ("secrets", "environment"):
        for name in sorted(mapping(values, part)):
            if name.startswith(_VARIABLES):
                message = "`cache.external` says all of it in its URL; keep one of the two"
                yield Problem(path=f"{part}.{name}", message=message)
    if "coordination_redis" in mapping(values, "proxy", "general_settings"):
        message = "names a Redis, and `cache.external` another one; keep one of the two"
        yield Problem(path="proxy.general_settings.coordination_redis", message=message)
