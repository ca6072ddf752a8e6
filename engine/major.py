"""Postgres's major version: a data folder starts with the major that made it and with no other."""

from __future__ import annotations

import io
import re
import tarfile
from typing import TYPE_CHECKING

from docker.errors import ImageNotFound, NotFound

from engine.api import EngineError, connect

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

_STATED = "PG_MAJOR="
_TAG = re.compile(r":(\d+)(?:[.\-][^/]*)?$")
_VERSION_FILE = "pgdata/PG_VERSION"
"""In the volume; components/database.py mounts it so."""


def check(*, image: str, volume: str, stack: str) -> None:
    """Raise EngineError unless Postgres of `image` can start with the data in `volume`, if there is any.

    An image that is not on the engine yet is judged by its tag.
    """
    client = connect()
    try:
        wanted = of_image(client, image)
        found = _of_data(client, volume, image) if wanted else None
    finally:
        client.close()
    refuse_other(wanted, found, image=image, stack=stack)


def refuse_other(wanted: int | None, found: int | None, *, image: str, stack: str) -> None:
    """Raise EngineError where the data of a stack is of the major `found`, and its `image` of the major `wanted`."""
    if wanted and found and wanted != found:
        raise EngineError(
            f"images.postgres is {image}, which is Postgres {wanted}, and the database of stack {stack} was made by"
            f" Postgres {found}: it would not start. To move its data to {wanted}: `make upgrade-database"
            f" STACK={stack}`; to stay with {found}, name an image of it"
        )


def of_image(client: DockerClient, image: str) -> int | None:
    """Return the major version in an image, as its environment says it, or else its tag."""
    try:
        environment = client.images.get(image).attrs["Config"]["Env"] or ()
    except ImageNotFound:
        environment = ()
    stated = [entry.removeprefix(_STATED) for entry in environment if entry.startswith(_STATED)]
    match = _TAG.search(image.partition("@")[0])
    return int(stated[0]) if stated else int(match[1]) if match else None


def _of_data(client: DockerClient, volume: str, image: str) -> int | None:
    """Return the major version of the data in a volume, read through the container that has it, running or not."""
    for container in client.containers.list(all=True, filters={"volume": volume}, ignore_removed=True):
        for mount in container.attrs["Mounts"]:
            if mount.get("Name") == volume:
                return _read(container, mount["Destination"])
    try:
        client.volumes.get(volume)
        # What `make down` left of a protected stack. A container that is never started reads it, too.
        reader = client.containers.create(image, volumes={volume: {"bind": "/volume", "mode": "ro"}})
    except (ImageNotFound, NotFound):
        return None
    try:
        return _read(reader, "/volume")
    finally:
        reader.remove(v=True)


def _read(container: Container, mounted: str) -> int | None:
    try:
        chunks, _ = container.get_archive(f"{mounted}/{_VERSION_FILE}")
    except NotFound:
        return None  # an empty volume
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        file = archive.extractfile(archive.getmembers()[0])
        return int(file.read()) if file else None
