"""What a replica does before it reads its database, in LiteLLM's image and on a real Postgres."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import docker
import pytest
from docker.models.containers import Container

from components import litellm_runtime
from config.settings import default_images
from tests.integration.running_gateway import Gateway
from tests.waiting import until

MODULE, FUNCTION = litellm_runtime.HOOKS[1].split(":")
DEAF = "import signal; signal.signal(signal.SIGTERM, lambda *_: None)"
"""As uvicorn is until LiteLLM has come up."""
STOPPED = 128 + 15
ENVIRONMENT = {**litellm_runtime.ENVIRONMENT, "PYTHONPATH": litellm_runtime.STARTUP}
VOLUMES = {str(litellm_runtime.STARTUP_SOURCE): {"bind": litellm_runtime.STARTUP, "mode": "ro"}}


@contextmanager
def started(program: str, *, environment: Mapping[str, str] = ENVIRONMENT, **more: Any) -> Iterator[Container]:
    """A container that runs a program as a replica runs LiteLLM, as its first process."""
    with closing(docker.from_env()) as engine:
        container = engine.containers.run(
            default_images()["litellm"],
            detach=True,
            entrypoint=["python3", "-c", program],
            environment=dict(environment),
            volumes=VOLUMES,
            **more,
        )
        try:
            yield container
        finally:
            container.remove(v=True, force=True)


@pytest.fixture
def waiting(gateway: Gateway) -> Iterator[tuple[Container, str]]:
    """A container that waits for the schema of a database that is not there yet, and the database's name."""
    name = f"waited_{secrets.token_hex(3)}"
    variables = dict(entry.split("=", 1) for entry in gateway.database.attrs["Config"]["Env"])
    url = f"postgresql://llmproxy:{variables['POSTGRES_PASSWORD']}@database:5432/{name}"
    [network] = gateway.database.attrs["NetworkSettings"]["Networks"]
    try:
        with started(
            f"{DEAF}; import {MODULE}; {MODULE}.{FUNCTION}()",
            environment={**ENVIRONMENT, "DATABASE_URL": url},
            network=network,
        ) as container:
            yield container, name
    finally:
        run(gateway, "dropdb", "-U", "llmproxy", "--if-exists", "--force", name)


def run(gateway: Gateway, *command: str) -> None:
    result = gateway.database.exec_run([*command])
    assert result.exit_code == 0, result.output


def waits(container: Container) -> bool:
    time.sleep(3)
    container.reload()
    return str(container.status) == "running"


def test_a_replica_waits_for_the_last_migration(gateway: Gateway, waiting: tuple[Container, str]) -> None:
    container, name = waiting
    psql = ("psql", "-q", "-U", "llmproxy", "-d", name, "-c")
    assert waits(container), "there is no database"
    run(gateway, "createdb", "-U", "llmproxy", name)
    assert waits(container), "it has no tables"
    copied = f"pg_dump -U llmproxy -t _prisma_migrations litellm | psql -q -U llmproxy -d {name}"
    run(gateway, "bash", "-o", "pipefail", "-c", copied)
    assert container.wait(timeout=30)["StatusCode"] == 0, container.logs()

    last = "(SELECT max(migration_name) FROM _prisma_migrations)"
    run(gateway, *psql, f"UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = {last}")  # noqa: S608
    container.start()
    assert waits(container), "the last migration is not finished"
    run(gateway, *psql, "UPDATE _prisma_migrations SET finished_at = now()")
    assert container.wait(timeout=30)["StatusCode"] == 0, container.logs()
    assert container.logs() == b""


def test_a_replica_that_is_told_to_stop_does_not_wait_for_the_schema(waiting: tuple[Container, str]) -> None:
    container, _ = waiting
    assert waits(container)
    container.stop(timeout=60)
    assert container.wait()["StatusCode"] == STOPPED


def test_a_replica_that_is_told_to_stop_does_not_come_up() -> None:
    program = "print('starts', flush=True); import litellm.proxy.proxy_server; input()"
    with started(program, stdin_open=True) as container:
        until(lambda: container.logs() == b"starts\n")
        # Longer than the import takes.
        container.stop(timeout=120)
        assert container.wait()["StatusCode"] == STOPPED


def test_a_replica_loads_no_declaration_of_the_database_client_and_finds_each() -> None:
    program = (
        "import litellm.proxy.proxy_server, prisma, sys; declared = vars(sys.modules['prisma.types'])\n"
        "before = len(declared); found = prisma.types.LiteLLM_BudgetTableInclude\n"
        "print(before < 20, len(declared) > 10000, found.__module__)"
    )
    with closing(docker.from_env()) as engine:
        said = engine.containers.run(
            default_images()["litellm"],
            entrypoint=["python3", "-c", program],
            environment=ENVIRONMENT,
            volumes=VOLUMES,
            remove=True,
        )
    assert said.decode().split() == ["True", "True", "prisma.types"]
