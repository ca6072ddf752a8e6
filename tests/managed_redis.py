"""A Redis as a cloud runs one: TLS only, a certificate of an authority of its own, users with rights."""

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
from tests.managed import ManagedServer, archive, authority, bridge_address
from tests.waiting import until

FOLDER = "/data"
"""The image's volume, which the server may write to."""
USERS = "users.acl"
REDIS_USER = 999
PORT = 6379


class ManagedRedis(ManagedServer):
    """A Redis for logins of its own."""

    def url(self, user: str, password: str, *, scheme: str = "rediss") -> str:
        return f"{scheme}://{user}:{password}@{self.address}:{self.port}"

    def cli(self, *command: str) -> str:
        """Run a command as the administrator, and return what it prints."""
        result = self.container.exec_run(["redis-cli", "-s", "/tmp/redis.sock", *command])
        output = cast("bytes", result.output)  # an iterator only where the output is streamed
        assert result.exit_code == 0, output.decode()
        return output.decode().strip()

    def login(self, name: str, *rights: str) -> str:
        """Make a user with rights in Redis's words, all of them if none are given, and return the password."""
        password = f"canary-{secrets.token_hex(12)}"
        assert self.cli("ACL", "SETUSER", name, "on", f">{password}", "~*", *(rights or ("+@all",))) == "OK"
        assert self.cli("ACL", "SAVE") == "OK"
        return password


@contextmanager
def managed_redis(
    engine: docker.DockerClient, *, name: str, labels: Mapping[str, str], address: str | None = None
) -> Iterator[ManagedRedis]:
    """Run one at an address of this machine, that of Docker's bridge unless another is given."""
    address, signer = address or bridge_address(engine), authority("authority of the tests")
    key, certificate = signer.server(address)
    # One of its own choice would be another one after a restart.
    port = free_port(address)
    settings = {"port": "0", "tls-port": str(PORT), "tls-auth-clients": "no", "unixsocket": "/tmp/redis.sock"}
    settings |= {"tls-cert-file": f"{FOLDER}/server.pem", "tls-key-file": f"{FOLDER}/server.key"}
    settings |= {"aclfile": f"{FOLDER}/{USERS}"}
    settings |= {"tls-ca-cert-file": f"{FOLDER}/server.pem", "protected-mode": "no", "appendonly": "no"}
    create: Any = engine.containers.create
    container: Container = create(
        default_images()["redis"],
        ["redis-server", *(word for option, value in settings.items() for word in (f"--{option}", value))],
        name=name,
        labels=dict(labels),
        ports={f"{PORT}/tcp": (address, port)},
    )
    try:
        files = {"server.key": key, "server.pem": certificate, USERS: "user default on nopass ~* &* +@all\n"}
        container.put_archive("/", archive(FOLDER, files, owner=REDIS_USER))
        container.start()
        until(lambda: container.exec_run(["redis-cli", "-s", "/tmp/redis.sock", "ping"]).exit_code == 0)
        yield ManagedRedis(container=container, address=address, port=port, ca=signer.pem)
    finally:
        # Who removes all that a stack has, removes this too.
        with suppress(NotFound):
            container.remove(v=True, force=True)
