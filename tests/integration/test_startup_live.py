"""What a replica does before it reads its database, in LiteLLM's image and on a real Postgres."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.models.containers import Container

from components import litellm_runtime
from config.settings import default_images
from tests.integration.late_schema import BUDGET, CUSTOM, ENVIRONMENT, VOLUMES, replica_before_its_schema
from tests.integration.running_gateway import Gateway
from tests.waiting import until

DEAF = "import signal; signal.signal(signal.SIGTERM, lambda *_: None)"
"""As uvicorn is until LiteLLM has come up."""
STOPPED = 128 + 15


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
    # As LiteLLM's command line leaves it.
    for_prisma = "connection_limit=10&pool_timeout=60&max_idle_connection_lifetime=60"
    url = f"postgresql://llmproxy:{variables['POSTGRES_PASSWORD']}@database:5432/{name}?{for_prisma}"
    [network] = gateway.database.attrs["NetworkSettings"]["Networks"]
    try:
        with started(
            f"{DEAF}; import litellm_stack_schema as schema; schema.wait()",
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


def test_a_budget_of_the_whole_proxy_outlives_a_late_migration_beside_hooks_of_the_users_own_h04_h05_c17(
    gateway: Gateway, tmp_path: Path
) -> None:
    (tmp_path / "own_hooks.py").write_text("def started():\n    print('a hook of the user', flush=True)\n")
    own = {
        "PYTHONPATH": litellm_runtime.modules_path(CUSTOM),
        "LITELLM_WORKER_STARTUP_HOOKS": "own_hooks:started",
    }
    with replica_before_its_schema(gateway, tmp_path, seconds=2, **own) as replica:
        until(lambda: bool(replica.budget()), within=15)
        assert {name: replica.budget()[name] for name in BUDGET} == BUDGET
        assert "a hook of the user" in replica.log
        assert "litellm-stack:" not in replica.log, "each hook of the stack fits, and none gave up"
        assert "migration diff" not in replica.log, "the call with the password among its arguments"


def test_hooks_that_do_not_fit_the_image_are_off_and_litellm_is_imported_c17() -> None:
    program = (
        "import asyncio, signal, sys, litellm.proxy.proxy_server, litellm_stack_hooks as hooks\n"
        "for name in ('psycopg', 'litellm.proxy.shutdown.graceful_shutdown_manager'): sys.modules[name] = None\n"
        "async def main():\n    signal.signal(signal.SIGTERM, lambda *_: None); hooks.after_imports()\n"
        "asyncio.run(main()); print('starts')"
    )
    with started(program) as container:
        assert container.wait(timeout=120)["StatusCode"] == 0, container.logs()
        printed = container.logs(stderr=False).decode().splitlines()
    off = "litellm-stack: start-up hook litellm_stack_{} does not fit this image and is off: ModuleNotFoundError"
    assert [line.partition(" at ")[0] for line in printed] == [off.format("schema"), off.format("leave"), "starts"]
