"""A salt key's rotation that fails or is killed: old rows stay readable, and the next update finishes it."""

from __future__ import annotations

import time
from collections.abc import Callable

import docker

from tests.database import query
from tests.e2e.salted import (
    RELOADED,
    assert_rotated,
    clients,
    counted,
    lowered,
    raised,
    recovered,
    replicas,
    salt_key,
    stand_ins,
)
from tests.e2e.stack import Stack

COVERS = ("ciphertext", "components", "engine")


def test_a_rotation_that_fails_leaves_the_old_salt_key_and_its_rows_at_work(
    salted: Stack, engine: docker.DockerClient
) -> None:
    old, before, rows = salt_key(salted), replicas(engine, salted), counted(engine, salted, salt_key(salted))
    database = engine.containers.get(f"{salted.prefix}database")
    query(
        database,
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused by the test'; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON "LiteLLM_CredentialsTable" EXECUTE FUNCTION refuse();""",
    )
    raised(salted)
    with clients(salted):
        result = salted.run("up", "--yes", "--skip-preview")
        salted.configure(lowered(salted))
        salted.up()
    assert result.returncode != 0
    assert "refused by the test" in result.stdout
    assert (salt_key(salted), replicas(engine, salted)) == (old, before)
    assert counted(engine, salted, old).readable == rows.readable
    assert stand_ins(engine, salted) == []
    query(database, 'DROP TRIGGER refuse ON "LiteLLM_CredentialsTable"; DROP FUNCTION refuse();')


def test_a_rotation_that_is_killed_again_and_again_is_finished_by_the_next_up(
    salted: Stack, engine: docker.DockerClient
) -> None:
    old, rows = salt_key(salted), counted(engine, salted, salt_key(salted))
    raised(salted)
    *before_the_end, settling = steps(engine, salted)
    with clients(salted):
        for reached in before_the_end:
            salted.kill_up_when(reached)
            # Meanwhile the job that was begun commits its rows.
            time.sleep(RELOADED)
            # Going back is no way out of a rotation that was begun.
            salted.configure(lowered(salted))
            assert "was begun and its update cut off" in recovered(salted).run("preview").stdout
            raised(salted)
        salted.kill_up_when(settling)
        time.sleep(RELOADED)
        recovered(salted).up()
    assert_rotated(engine, salted, old=old, rows=rows)


def steps(engine: docker.DockerClient, stack: Stack) -> list[Callable[[], bool]]:
    """Return what shows that a rotation has come so far: stand-ins, the job, new replicas, and its end."""
    job_of_the_rows, seen = f"{stack.prefix}salt-key", []

    def at_work() -> bool:
        return bool(engine.containers.list(filters={"name": f"^{job_of_the_rows}$", "status": "running"}))

    def settling() -> bool:
        seen.extend(stand_ins(engine, stack))
        return bool(seen) and not stand_ins(engine, stack)

    return [lambda: bool(stand_ins(engine, stack)), at_work, lambda: len(replicas(engine, stack)) == 2, settling]
