"""`cache.external`: a Redis that somebody else runs, such as a cloud's managed one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from config import server_certificates
from config.problems import Problem
from config.reading import mapping

FORM = "rediss://:password@host:6379"
DEFAULT_PORT = 6379
CA_PATH = "/app/cache-ca.pem"
"""Where containers of LiteLLM have the certificates."""
SECRET = "REDIS_PASSWORD"  # noqa: S105  # the name of a variable

_ENCRYPTED, _CLEAR = "rediss", "redis"
_VARIABLES = "REDIS_"


@dataclass(frozen=True, kw_only=True)
class ExternalCache:
    """Where it is, and whom to log in as. `ca` are the certificates that sign the server's; None is without TLS."""

    user: str | None
    password: str
    host: str
    port: int
    database: int
    ca: str | None

    def __repr__(self) -> str:
        return f"ExternalCache({self.place!r})"

    @property
    def place(self) -> str:
        """What it is, without who may log in."""
        return f"{self.host}:{self.port}/{self.database}"

    @property
    def variables(self) -> dict[str, str]:
        """The variables by which LiteLLM finds it: arguments of redis-py's client in capitals (litellm/_redis.py)."""
        tls = {"SSL": "True", "SSL_CERT_REQS": "required", "SSL_CHECK_HOSTNAME": "True", "SSL_CA_CERTS": CA_PATH}
        given = {
            "HOST": self.host,
            "PORT": str(self.port),
            "PASSWORD": self.password,
            **({"USERNAME": self.user} if self.user else {}),
            **({"DB": str(self.database)} if self.database else {}),
            **(tls if self.ca else {}),
        }
        return {f"{_VARIABLES}{name}": value for name, value in given.items()}


def parsed(url: str, ca: str | None) -> ExternalCache:
    """Read the URL. Raises ValueError, without anything of it."""
    mistake = f"is no address of a Redis: write {FORM}, with %-codes for special characters"
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORT
        database = int(parts.path.removeprefix("/") or 0)
    except ValueError:
        raise ValueError(mistake) from None
    if parts.scheme not in (_ENCRYPTED, _CLEAR) or not parts.hostname or parts.query or database < 0:
        raise ValueError(mistake)
    if not parts.password:
        raise ValueError(f"has no password, and whoever reaches it would decide what budgets have left: write {FORM}")
    return ExternalCache(
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password),
        host=parts.hostname,
        port=port,
        database=database,
        ca=ca if parts.scheme == _ENCRYPTED else None,
    )


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report what does not go together with a Redis of somebody else's."""
    section = mapping(values, "cache")
    url, ca = section.get("external"), section.get("externalCa")
    if url is None:
        if ca is not None:
            yield Problem(path="cache.externalCa", message="is for `cache.external`; set that too, or remove it")
        return
    try:
        encrypted = parsed(str(url), "given").ca is not None
    except ValueError:
        return
    yield from server_certificates.problems(
        "cache.externalCa", encrypted=encrypted, given=ca is not None, without="`redis://`"
    )
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
