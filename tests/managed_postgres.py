"""A Postgres as a cloud runs one: TLS only, a certificate of an authority of its own, logins that are no superuser."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, cast

import docker
from docker.errors import NotFound
from docker.models.containers import Container

from config.settings import default_images
from tests.e2e.stack import free_port
from tests.managed import Authority, ManagedServer, archive, authority, bridge_address
from tests.waiting import until

FOLDER = "/managed"
DATABASE, ADMIN, OWNER = "gateway", "admin", "gateway_owner"
TLS_ONLY = "local all all trust\nhostssl all all all scram-sha-256\n"
POSTGRES_USER = 999
PORT = 5432


class ManagedPostgres(ManagedServer):
    """A Postgres for logins of its own."""

    def url(self, user: str, password: str, *, parameters: str = "") -> str:
        return f"postgresql://{user}:{password}@{self.address}:{self.port}/{DATABASE}{parameters}"

    def sql(self, statements: str) -> str:
        """Run statements as the administrator, and return what they print."""
        result = self.container.exec_run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", ADMIN, "-d", DATABASE, "-c", statements],
            user="postgres",
        )
        output = cast("bytes", result.output)  # an iterator only where the output is streamed
        assert result.exit_code == 0, output.decode()
        return output.decode().strip()

    def login(self, name: str) -> str:
        """Make a login that acts as the owner of everything in the database, and return its password."""
        password = f"canary-{secrets.token_hex(12)}"
        self.sql(f"CREATE ROLE {name} LOGIN PASSWORD '{password}' IN ROLE {OWNER}")
        self.sql(f"ALTER ROLE {name} SET role = '{OWNER}'")
        return password


@contextmanager
def managed_postgres(
    engine: docker.DockerClient, *, name: str, labels: Mapping[str, str], address: str | None = None
) -> Iterator[ManagedPostgres]:
    """Run one at an address of this machine, that of Docker's bridge unless another is given.

    The owner of its database is a role that nobody logs in as.
    """
    address = address or bridge_address(engine)
    signer = authority("authority of the tests")
    # One of its own choice would be another one after a restart.
    port = free_port(address)
    container = _container(engine, name, labels, (address, port))
    try:
        container.put_archive("/", _files(address, signer))
        container.start()
        until(lambda: _answers(container))
        server = ManagedPostgres(container=container, address=address, port=port, ca=signer.pem)
        server.sql(
            f"CREATE ROLE {OWNER}; ALTER DATABASE {DATABASE} OWNER TO {OWNER}; ALTER SCHEMA public OWNER TO {OWNER}"
        )
        yield server
    finally:
        # Who removes all that a stack has, removes this too.
        with suppress(NotFound):
            container.remove(v=True, force=True)


def _container(
    engine: docker.DockerClient, name: str, labels: Mapping[str, str], address: tuple[str, int]
) -> Container:
    create: Any = engine.containers.create
    settings = {"ssl": "on", "ssl_cert_file": f"{FOLDER}/server.pem", "ssl_key_file": f"{FOLDER}/server.key"}
    settings |= {"hba_file": f"{FOLDER}/pg_hba.conf", "fsync": "off"}
    container: Container = create(
        default_images()["postgres"],
        ["postgres", *(word for setting in settings.items() for word in ("-c", "=".join(setting)))],
        name=name,
        labels=dict(labels),
        environment={"POSTGRES_USER": ADMIN, "POSTGRES_DB": DATABASE, "POSTGRES_PASSWORD": secrets.token_hex()},
        ports={f"{PORT}/tcp": address},
    )
    return container


def _files(address: str, signer: Authority) -> bytes:
    key, certificate = signer.server(address)
    files = {"server.key": key, "server.pem": certificate, "pg_hba.conf": TLS_ONLY}
    return archive(FOLDER, files, owner=POSTGRES_USER)


def _answers(container: Container) -> bool:
    ready = container.exec_run(
        ["psql", "-h", "/var/run/postgresql", "-U", ADMIN, "-d", DATABASE, "-c", "SELECT 1"], user="postgres"
    )
    return bool(ready.exit_code == 0)
