"""`database.external`: a Postgres that somebody else runs, such as a cloud's managed one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from config import external_server
from config.external_server import ExternalServer
from config.problems import Problem
from config.reading import flag, mapping

FORM = "postgresql://user:password@host:5432/name"
DEFAULT_PORT = 5432
CA_PATH = "/app/database-ca.pem"
"""Where containers of LiteLLM have the certificates."""

_SCHEMES = ("postgresql", "postgres")


@dataclass(frozen=True, kw_only=True, repr=False)
class ExternalDatabase(ExternalServer):
    """Whom to log in as, and which database of the server is the stack's."""

    user: str
    name: str

    @property
    def place(self) -> str:
        """What it is, without who may log in."""
        return f"{self.host}:{self.port}/{self.name}"

    @property
    def sslmode(self) -> str:
        """How libpq connects."""
        return "verify-full" if self.ca else "disable"

    @property
    def url(self) -> str:
        """The URL in libpq's words, which LiteLLM translates for Prisma (proxy/db/db_url_settings.py)."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        tls = {"sslmode": self.sslmode, **({"sslrootcert": CA_PATH} if self.ca else {})}
        return f"postgresql://{login}@{host}:{self.port}/{quote(self.name, safe='')}?{urlencode(tls, safe='/')}"


def parsed(url: str, ca: str | None) -> ExternalDatabase:
    """Read the URL. Raises ValueError, without anything of it."""
    mistake = f"is no address of a Postgres: write {FORM}, with %-codes for special characters"
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORT
    except ValueError:
        raise ValueError(mistake) from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in _SCHEMES or not (external_server.is_host(parts.hostname) and user and password and name):
        raise ValueError(mistake)
    if not f"{user}{password}{name}".isprintable():
        raise ValueError("has a control character in its login or name: set it again without")
    given = parse_qs(parts.query, keep_blank_values=True)
    if unknown := sorted(given.keys() - {"sslmode"}):
        raise ValueError(f"has parameters that nobody reads here ({', '.join(unknown)}): only sslmode may be there")
    mode = given.get("sslmode", ["verify-full"])
    if mode not in (["verify-full"], ["disable"]):
        raise ValueError(
            "has an sslmode that leaves open who answers: take it out, which is verify-full, or write `disable` where"
            " the network between is yours"
        )
    return ExternalDatabase(
        user=user,
        password=password,
        host=str(parts.hostname),
        port=port,
        name=name,
        ca=ca if mode == ["verify-full"] else None,
    )


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report what does not go together with a database of somebody else's."""
    yield from external_server.problems(values, "database", parsed=parsed, without="`?sslmode=disable`")
    if mapping(values, "database").get("external") is not None:
        yield from _of_our_own(values)


def _of_our_own(values: Mapping[str, Any]) -> Iterator[Problem]:
    ours = {
        "databaseVolume": "databaseVolume" in values,
        "emptyDatabase": "emptyDatabase" in values,
        "databasePassword": "databasePassword" in values,
        "database.maxConnections": "maxConnections" in mapping(values, "database"),
        "ports.database": mapping(values, "ports").get("database") is not None,
        "rotation.databasePassword": "databasePassword" in mapping(values, "rotation"),
        "monitoring.exporters": flag(mapping(values, "monitoring").get("exporters")),
    }
    reasons = {
        "rotation.databasePassword": "the password is in the URL: another URL is its rotation, without a lost request",
        "monitoring.exporters": "nobody may ask that Postgres for its inside; whoever runs it shows it",
    }
    for path, given in ours.items():
        if given:
            reason = reasons.get(path, "is about a Postgres of the stack's own, and `database.external` names another")
            yield Problem(path=path, message=f"{reason}; remove it")
