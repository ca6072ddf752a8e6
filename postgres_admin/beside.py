"""psql in a container of its own on the database's network, where the database's container may be on another host."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docker.errors import APIError, NotFound
from requests.exceptions import ConnectionError as EngineConnectionError
from requests.exceptions import ReadTimeout

from engine.api import EngineError
from engine.connection import start
from engine.job import CONFINED, remove

if TYPE_CHECKING:
    from docker import DockerClient

TIMEOUT_SECONDS = 60
END = "-- end of the statements"
# Password and statements come by standard input: `docker inspect` shows arguments and environment. Not every engine
# passes the end of the input on, so a line says it.
RUN = (
    'read -r PGPASSWORD; export PGPASSWORD; while IFS= read -r line && [ "$line" != "$3" ]; do printf "%s\\n" "$line";'
    ' done | psql -X -q -A -t -v ON_ERROR_STOP=1 --single-transaction -h "$2" -U "$0" -d "$1" -f -'
)
NO_CONNECTION = 2
"""psql's exit status where it reaches no database."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A place for psql: a container called `name` from `image` on `network`, from where the database is at `host`.

    `password` is the superuser's.
    """

    name: str
    image: str
    network: str
    host: str
    password: str
    labels: Mapping[str, str]


def execute(client: DockerClient, place: Beside, statements: str, *, superuser: str, database: str) -> tuple[int, str]:
    """Run the statements in one transaction and return psql's exit status and output, errors among it."""
    remove(client, place.name, labels=place.labels)
    create: Any = client.containers.create
    container = create(
        place.image,
        name=place.name,
        entrypoint=["sh", "-c", RUN, superuser, database, place.host, END],
        stdin_open=True,
        labels=dict(place.labels),
        network=place.network,
        user="postgres",
        tmpfs={"/tmp": "", "/var/run/postgresql": ""},  # noqa: S108  # paths in the container
        **CONFINED,
    )
    try:
        start(container, f"{place.password}\n{statements}\n{END}\n")
        status = int(container.wait(timeout=TIMEOUT_SECONDS)["StatusCode"])
        return status, container.logs().decode(errors="replace")
    except (ReadTimeout, EngineConnectionError):
        raise EngineError(f"container {place.name} did not end within {TIMEOUT_SECONDS} s") from None
    finally:
        with suppress(NotFound, APIError):
            container.remove(v=True, force=True)
