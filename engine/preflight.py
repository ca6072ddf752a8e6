"""Checks of the host before anything is touched: an engine that is new enough, and ports that are free."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

import docker
import psutil
from docker.auth import INDEX_NAME, resolve_repository_name
from docker.errors import APIError, DockerException, ImageNotFound
from docker.models.containers import Container

from engine import major
from engine.api import EngineError, connect, is_local
from engine.identity import STACK_LABEL, engine_name

MINIMUM_API = (1, 41)
"""Docker 20.10: the oldest engine that the stack is tested with."""


def check(*, label: str, address: str, ports: Mapping[str, int]) -> None:
    """Raise EngineError unless the engine can run the stack and `ports` (config name to number) are free on `address`.

    A port that the stack with `label` publishes already is free for it.
    """
    client = connect()
    try:
        check_version(client)
        if is_local():
            problems = [_taken(client, label, name, address, port) for name, port in ports.items()]
            if taken := [problem for problem in problems if problem]:
                raise EngineError("\n".join(taken))
    finally:
        client.close()


def check_data(*, label: str, image: str, volume: str) -> None:
    """Raise EngineError unless Postgres of `image` can start with what is in the stack's `volume`."""
    major.check(image=image, volume=engine_name(label, volume), stack=label.partition("/")[2])


def check_images(references: Mapping[str, str]) -> None:
    """Raise EngineError, naming them all, if the engine has an image neither at hand nor in reach.

    `references` are the images by their place in the stack config. A registry is asked, through the engine and with the
    logins of this user's Docker config, only for an image that the engine does not have.
    """
    client = connect()
    try:
        absent = {place: reference for place, reference in references.items() if not _has_image(client, reference)}
        if not absent:
            return
        mirrored = bool((client.info().get("RegistryConfig") or {}).get("Mirrors"))
        asked = {
            place: reference
            for place, reference in absent.items()
            # Only a pull goes on to Docker Hub if a mirror does not have the image.
            if not (mirrored and _registry(reference) == INDEX_NAME)
        }
        with ThreadPoolExecutor() as pool:
            reasons = list(pool.map(lambda reference: _unobtainable(client, reference), asked.values()))
    finally:
        client.close()
    listed = [f"  - {place}: {image}: {why}" for (place, image), why in zip(asked.items(), reasons, strict=True) if why]
    if listed:
        first = "the Docker engine does not have these images and cannot pull them; nothing was touched:"
        raise EngineError("\n".join([first, *listed]))


def check_version(client: docker.DockerClient) -> None:
    """Raise EngineError where the engine is older than any that the stack is tested with."""
    version = client.version()
    if tuple(int(part) for part in version["ApiVersion"].split(".")) < MINIMUM_API:
        raise EngineError(
            f"the Docker engine is {version['Version']} (API {version['ApiVersion']}), and the stack needs 20.10 or"
            f" newer (API {'.'.join(map(str, MINIMUM_API))}); upgrade the engine"
        )


def _has_image(client: docker.DockerClient, reference: str) -> bool:
    try:
        client.images.get(reference)
    except ImageNotFound:
        return False
    except APIError as error:
        # A reference that is not one: the reason is that of the registry's answer.
        if error.is_client_error():
            return False
        raise EngineError(f"the Docker engine cannot look for the image {reference}: {error.explanation}") from None
    return True


def _registry(reference: str) -> str | None:
    try:
        return str(resolve_repository_name(reference)[0])
    except DockerException:
        return None


def _unobtainable(client: docker.DockerClient, reference: str) -> str | None:
    """Return why the engine cannot pull an image, and what to do; None if its registry has it for this user."""
    try:
        client.images.get_registry_data(reference)
    except APIError as error:
        cause = str(error.explanation or error)
        lowered = cause.lower()
        # The engine repeats the status of a registry that does not explain it in the words of the protocol.
        repeated = re.search(r"http (\d{3}) response", lowered)
        status = int(repeated[1]) if repeated else error.status_code
        if status == 400 or "full image id" in lowered:
            return f"not the name of an image in a registry ({cause})"
        if status in (401, 403) or any(word in lowered for word in ("basic auth", "denied", "unauthorized")):
            return "its registry denies access, or has no such image; see `docker login`"
        if status == 404:
            return "its registry has no such image; check the name and the tag"
        if "no such host" in lowered:
            return "this host does not know the registry's name, or has no internet; load the image with `docker load`"
        return f"its registry cannot be asked ({cause})"
    except DockerException as error:
        return f"not the name of an image in a registry ({error})"
    except OSError:
        return "its registry does not answer in time"
    return None


def _taken(client: docker.DockerClient, label: str, name: str, address: str, port: int) -> str | None:
    if _can_bind(address, port):
        return None
    holders = [
        container for container in client.containers.list(ignore_removed=True) if _holds(container, address, port)
    ]
    if any(container.labels.get(STACK_LABEL) == label for container in holders):
        return None
    who = [f"container {container.name} ({container.attrs['Config']['Image']})" for container in holders]
    return _message(name, address, port, who[0] if who else _process(address, port))


def _holds(container: Container, address: str, port: int) -> bool:
    return any(
        binding["HostPort"] == str(port) and _overlap(binding["HostIp"], address)
        for internal, bindings in container.ports.items()
        if internal.endswith("/tcp")
        for binding in bindings or ()
    )


def _overlap(first: str, second: str) -> bool:
    """Whether one port cannot be taken on both: the addresses are the same one, or one of them stands for all."""
    return _is_every(first) or _is_every(second) or ip_address(first) == ip_address(second)


def _is_every(address: str) -> bool:
    # Engines that speak Docker's language leave it empty.
    return not address or ip_address(address).is_unspecified


def _message(name: str, address: str, port: int, holder: str) -> str:
    return (
        f"port {port} on {address} is taken by {holder}; free it, or move ours:"
        f" `pulumi config set --path ports.{name} {port + 1 if port < 65535 else 4000}`"
    )


def _can_bind(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As Docker's own proxy does: connections that linger in TIME_WAIT do not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise EngineError(f"bind: {address} is not an address of this host") from None
            # Any other refusal (a low port, say) is this user's; the engine binds with rights of its own.
            return error.errno != errno.EADDRINUSE
    return True


def _process(address: str, port: int) -> str:
    """Name the process that listens on `port` of `address`, as far as this user may know."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return "another process"
    for connection in connections:
        if (
            connection.status == psutil.CONN_LISTEN
            and connection.laddr
            and connection.laddr.port == port
            and _overlap(connection.laddr.ip, address)
            and connection.pid
        ):
            try:
                return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
            except psutil.NoSuchProcess:
                continue
    return "another process"
