"""Addresses of other services: with a scheme, without a password, and not of the proxy's own container."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from config.places import places
from config.problems import Problem
from config.proxy import OWNED
from config.reading import mapping

ADDRESS = re.compile(r"(^|_)(api_base|base_url|url|endpoint_url)$")
"""Names of settings that hold a URL."""

HOST = re.compile(r"(^|_)host$")
OWN = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1"})  # noqa: S104  # compared with, not bound to


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report an admin address that leads nowhere, and warn of addresses that requests could not reach."""
    admin = values.get("adminUrl")
    if isinstance(admin, str):
        scheme, host = _parts(admin)
        if scheme not in ("http", "https") or not host:
            yield Problem(path="adminUrl", message="write a URL, such as https://gateway.example.com")
    for place in places(values):
        for name, value in place.values.items():
            if name not in OWNED:
                yield from _address(f"{place.path}.{name}", str(name), value)
    for name, value in mapping(values, "environment").items():
        # DOCS_URL, REDOC_URL and the like are paths on the proxy itself.
        if not (isinstance(value, str) and value.startswith("/")):
            yield from _address(f"environment.{name}", str(name).lower(), value)


def _address(path: str, name: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, str) or not value or "os.environ/" in value:
        return
    url = bool(ADDRESS.search(name))
    if url and "://" not in value:
        yield Problem(path=path, message="no URL: write it with its scheme, as in https://...", severity="warning")
    elif url or HOST.search(name):
        _, host = _parts(value if url else f"//{value}")
        if host in OWN:
            message = f"in the proxy's container, {host} is the container itself: write the host's address"
            yield Problem(path=path, message=message, severity="warning")


def _parts(url: str) -> tuple[str, str | None]:
    """Return the scheme and the host of a URL, as far as it has them."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", None
    return parts.scheme, parts.hostname
