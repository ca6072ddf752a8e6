"""Postgres's tools in a container of their own on its network, where the database's own may be on another host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docker.errors import APIError, NotFound
from requests.exceptions import ConnectionError as EngineConnectionError
from requests.exceptions import ReadTimeout

from engine import execution
from engine.api import EngineError
from engine.connection import start
from engine.job import CONFINED, remove

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

TIMEOUT_SECONDS = 60
END = "-- end of the statements"
CA_FILE = "/tmp/ca.pem"  # noqa: S108  # a path in the container, in memory
_CERTIFICATES = 'if [ -n "$CA" ]; then printf "%s\\n" "$CA" > "$PGSSLROOTCERT"; fi;'
# Password and statements come by standard input: `docker inspect` shows arguments and environment. Not every engine
# passes the end of the input on, so a line says it.
RUN = (
    f"{_CERTIFICATES}"
    ' read -r PGPASSWORD; export PGPASSWORD; while IFS= read -r line && [ "$line" != "$0" ]; do printf "%s\\n" "$line";'
    " done | psql -X -q -A -t -v ON_ERROR_STOP=1 --single-transaction -f -"
)
NO_CONNECTION = 2
"""psql's exit status where it reaches no database."""
PASSWORD_FILE = "/tmp/pgpass"  # noqa: S105, S108  # a path in the container, in memory
# A colon or a backslash of the password would end it (postgresql.org/docs/current/libpq-pgpass.html).
WAIT = (
    f"{_CERTIFICATES} read -r password; umask 077;"
    r""" printf '*:*:*:*:%s\n' "$(printf %s "$password" | sed 's/[\\:]/\\&/g')" > "$PGPASSFILE.new";"""
    ' unset password; mv "$PGPASSFILE.new" "$PGPASSFILE"; exec sleep infinity'
)
READY = ["timeout", str(TIMEOUT_SECONDS), "sh", "-c", 'until [ -e "$PGPASSFILE" ]; do sleep 0.1; done']


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A place for Postgres's tools: a container called `name` from `image` on `network`, with the database at `host`.

    `password` is that of `superuser`, who made `database`; of a server that somebody else runs (`external`) he is
    whoever may change everything in it. With `ca`, certificates as PEM, the server's own is checked.
    """

    name: str
    image: str
    network: str
    host: str
    password: str
    superuser: str
    database: str
    labels: Mapping[str, str]
    port: int = 5432
    ca: str | None = None
    external: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """What libpq reads in the container; no secret."""
        tls = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": CA_FILE, "CA": self.ca} if self.ca else {}
        return {
            "PGHOST": self.host,
            "PGPORT": str(int(self.port)),
            "PGUSER": self.superuser,
            "PGDATABASE": self.database,
            "PGCONNECT_TIMEOUT": "10",
            # Somebody else's server without TLS is one that the stack config allows that, and replicas use none then.
            **(tls or ({"PGSSLMODE": "disable"} if self.external else {})),
        }

    def __repr__(self) -> str:
        return f"Beside({self.name!r})"


def recorded(props: Mapping[str, Any]) -> Beside | None:
    """Return the place that a resource recorded; None is inside the database's container."""
    if not props.get("place"):
        return None
    # An earlier version recorded whom to log in as beside the place alone.
    login = {name: props[name] for name in ("superuser", "database") if name in props}
    return Beside(**{**login, **props["place"]})


@contextmanager
def tools(client: DockerClient, place: Beside) -> Iterator[Container]:
    """Yield a container in which psql, pg_dump and pg_restore find and open the database by themselves.

    Its environment names user and database as that of the database's own container does.
    """
    environment = {
        "POSTGRES_USER": place.superuser,
        "POSTGRES_DB": place.database,
        "PGPASSFILE": PASSWORD_FILE,
    }
    container = _create(client, place, ["sh", "-c", WAIT], environment=environment)
    try:
        start(container, f"{place.password}\n")
        if container.exec_run(READY).exit_code:
            raise EngineError(f"container {place.name} did not start within {TIMEOUT_SECONDS} s")
        yield container
    finally:
        with suppress(NotFound, APIError):
            container.remove(v=True, force=True)


def execute(client: DockerClient, place: Beside, statements: str) -> tuple[int, str]:
    """Run the statements in one transaction and return psql's exit status and output, errors among it.

    They have to be such as may run twice (`execution.until_whole`).
    """
    return execution.until_whole(lambda: _execute(client, place, statements), container=place.name)


def _execute(client: DockerClient, place: Beside, statements: str) -> tuple[int, bytes]:
    container = _create(client, place, execution.marked(["sh", "-c", RUN, END]))
    try:
        start(container, f"{place.password}\n{statements}\n{END}\n")
        status = int(container.wait(timeout=TIMEOUT_SECONDS)["StatusCode"])
        return status, container.logs()
    except (ReadTimeout, EngineConnectionError):
        raise EngineError(f"container {place.name} did not end within {TIMEOUT_SECONDS} s") from None
    finally:
        with suppress(NotFound, APIError):
            container.remove(v=True, force=True)


def _create(
    client: DockerClient, place: Beside, command: list[str], *, environment: Mapping[str, str] | None = None
) -> Container:
    remove(client, place.name, labels=place.labels)
    create: Any = client.containers.create
    container: Container = create(
        place.image,
        name=place.name,
        entrypoint=command,
        stdin_open=True,
        environment={**place.environment, **(environment or {})},
        labels=dict(place.labels),
        network=place.network,
        user="postgres",
        tmpfs={"/tmp": "", "/var/run/postgresql": ""},  # noqa: S108  # paths in the container
        **CONFINED,
    )
    return container
