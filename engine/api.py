"""Connection to the Docker engine that pulumi-docker uses too: DOCKER_HOST, or the local socket."""

from __future__ import annotations

import os

import docker
from docker.errors import DockerException

LOCAL_SCHEMES = ("unix://", "npipe://")


class EngineError(Exception):
    """The engine cannot do what the stack needs; the message says what and how to mend it."""


def is_local() -> bool:
    """Tell whether the engine runs on this host, so that it can mount this host's files and publish on its ports."""
    return os.environ.get("DOCKER_HOST", "unix://").startswith(LOCAL_SCHEMES)


def connect() -> docker.DockerClient:
    """Return a client of the engine; the caller closes it. Raises EngineError where none answers."""
    address = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    try:
        client = docker.from_env(use_ssh_client=address.startswith("ssh://"))
        client.ping()
    except DockerException as error:
        raise EngineError(
            f"no Docker engine answers at {address} ({_cause(error)}); start it, install it (`make up` does so on"
            " Debian and Ubuntu as root), or point DOCKER_HOST at a running one"
        ) from None
    return client


def _cause(error: BaseException) -> str:
    """Return the innermost reason: the outer ones repeat each other."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__}: {error}"
