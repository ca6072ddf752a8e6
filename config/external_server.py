"""A server that somebody else runs: its address, and the certificates that sign its own."""

from __future__ import annotations

import ipaddress
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from config.problems import Problem
from config.reading import mapping

_MOST = 100 * 1024
"""Bytes that an environment variable takes for sure (MAX_ARG_STRLEN, execve(2))."""
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_KEY = "PRIVATE KEY-----"


@dataclass(frozen=True, kw_only=True)
class ExternalServer(ABC):
    """Where it is, and how to log in. `ca` are the certificates that sign the server's; None is without TLS."""

    password: str
    host: str
    port: int
    ca: str | None

    @property
    @abstractmethod
    def place(self) -> str:
        """What it is, without who may log in."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.place!r})"


def is_host(name: str | None) -> bool:
    """Tell whether a name of DNS or an address is one that configuration files and URLs take as it is."""
    if name and ":" in name:
        with suppress(ValueError):
            return bool(ipaddress.IPv6Address(name))
        return False
    return bool(name and _HOST.fullmatch(name))


def certificates(text: str) -> str:
    """Return certificates as they are. Raises ValueError where they are none, or more than can be handed on."""
    if _KEY in text:
        raise ValueError("has a private key: only certificates of those who sign the server's belong here")
    if _CERTIFICATE not in text:
        raise ValueError(f"has no certificate: it is a PEM file's text, with {_CERTIFICATE}")
    if len(text.encode()) > _MOST:
        raise ValueError(f"is longer than {_MOST // 1024} KiB: give the certificates of one region")
    return text


def problems(
    values: Mapping[str, Any], section: str, *, parsed: Callable[[str, str | None], ExternalServer], without: str
) -> Iterator[Problem]:
    """Report certificates of a section's server that are missing, or that nobody reads.

    `parsed` reads its URL; `without` is what in it does without encryption.
    """
    path, given = f"{section}.externalCa", mapping(values, section)
    url, ca = given.get("external"), given.get("externalCa")
    if url is None:
        if ca is not None:
            yield Problem(path=path, message=f"is for `{section}.external`; set that too, or remove it")
        return
    try:
        encrypted = parsed(str(url), "given").ca is not None
    except ValueError:
        return
    if ca is not None and not encrypted:
        yield Problem(path=path, message=f"is not read, because the URL says {without}; take one of the two out")
    if encrypted and ca is None:
        yield Problem(
            path=path,
            message="is missing: the certificates that sign the server's, which whoever runs it offers for download"
            f' (`pulumi config set --path {path} -- "$(cat ca.pem)"`). Where the network between is yours, {without} in'
            " the URL does without",
        )
