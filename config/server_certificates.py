"""Certificates that sign those of servers which somebody else runs: what may be given, and where it has to be."""

from __future__ import annotations

from collections.abc import Iterator

from config.problems import Problem

_MOST = 100 * 1024
"""Bytes that an environment variable takes for sure (MAX_ARG_STRLEN, execve(2))."""
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_KEY = "PRIVATE KEY-----"


def checked(text: str) -> str:
    """Return certificates as they are. Raises ValueError where they are none, or more than can be handed on."""
    if _KEY in text:
        raise ValueError("has a private key: only certificates of those who sign the server's belong here")
    if _CERTIFICATE not in text:
        raise ValueError(f"has no certificate: it is a PEM file's text, with {_CERTIFICATE}")
    if len(text.encode()) > _MOST:
        raise ValueError(f"is longer than {_MOST // 1024} KiB: give the certificates of one region")
    return text


def problems(path: str, *, encrypted: bool, given: bool, without: str) -> Iterator[Problem]:
    """Report certificates at `path` that are missing where connections are `encrypted`, or useless where they are not.

    `without` is what in the URL does without encryption.
    """
    if given and not encrypted:
        yield Problem(path=path, message=f"is not read, because the URL says {without}; take one of the two out")
    if encrypted and not given:
        yield Problem(
            path=path,
            message="is missing: the certificates that sign the server's, which whoever runs it offers for download"
            f' (`pulumi config set --path {path} -- "$(cat ca.pem)"`). Where the network between is yours, {without} in'
            " the URL does without",
        )
