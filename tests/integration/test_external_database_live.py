"""What a preview finds out about a Postgres that somebody else runs, on a real one with TLS."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import docker
import pytest

from config.database import Demand
from config.external_database import parsed
from config.settings import default_images
from engine.api import EngineError
from engine.identity import COMPONENT_LABEL, STACK_LABEL
from postgres_admin import external
from tests.integration.late_schema import ENVIRONMENT, VOLUMES
from tests.integration.running_gateway import LABEL
from tests.managed import authority
from tests.managed_postgres import DATABASE, OWNER, ManagedPostgres, managed_postgres

DEMAND = Demand(together=4, of_each=10)
STACK = "litellm-stack/external-check"


@pytest.fixture(scope="module")
def server() -> Iterator[ManagedPostgres]:
    engine = docker.from_env()
    name = f"litellm-stack-managed-{secrets.token_hex(3)}"
    try:
        with managed_postgres(engine, name=name, labels={LABEL: str(os.getpid())}) as started:
            yield started
    finally:
        engine.close()


@pytest.fixture
def user() -> str:
    return f"user_{secrets.token_hex(4)}"


def refusal(url: str, ca: str | None, *, demand: Demand = DEMAND, volume: str | None = None) -> str:
    """Return why the preview refuses the database, or nothing."""
    server = parsed(url, ca)
    try:
        external.check(server, label=STACK, image=default_images()["postgres"], demand=demand, volume=volume)
    except EngineError as error:
        said = str(error)
    else:
        said = ""
    assert server.password not in said
    return said


def test_a_login_that_acts_as_the_owner_of_the_database_is_taken(server: ManagedPostgres, user: str) -> None:
    assert refusal(server.url(user, server.login(user)), server.ca) == ""


def test_a_certificate_of_somebody_else_is_refused(server: ManagedPostgres, user: str) -> None:
    stranger = authority("somebody else").pem
    said = refusal(server.url(user, server.login(user)), stranger)
    assert f"no database answers at {server.address} (SSL error: certificate verify failed)" in said


def test_a_server_that_wants_tls_is_not_asked_without(server: ManagedPostgres, user: str) -> None:
    said = refusal(server.url(user, server.login(user), parameters="?sslmode=disable"), None)
    assert "no pg_hba.conf entry" in said
    assert "no encryption" in said


def test_a_wrong_password_is_called_one(server: ManagedPostgres, user: str) -> None:
    server.login(user)
    said = refusal(server.url(user, "canary-wrong-password"), server.ca)
    assert f'password authentication failed for user "{user}"' in said


def test_an_address_where_nobody_answers_is_named(server: ManagedPostgres) -> None:
    said = refusal(f"postgresql://user:canary-1@{server.address}:1/{DATABASE}", server.ca)
    assert "Connection refused" in said


def test_a_login_that_may_too_little_is_told_all_of_it_at_once(server: ManagedPostgres, user: str) -> None:
    server.sql(f"CREATE ROLE {user} LOGIN CONNECTION LIMIT 20 PASSWORD 'canary-small'")
    server.sql(f"ALTER ROLE {user} SET default_transaction_read_only = on")
    server.sql(f"CREATE TABLE of_somebody_{user} (id int)")
    said = refusal(server.url(user, "canary-small"), server.ca)
    server.sql(f"DROP TABLE of_somebody_{user}")
    assert "nothing was touched" in said
    for reason in (
        "it can only be read",
        f'GRANT CREATE ON DATABASE "{DATABASE}" TO "{user}"',
        f'ALTER SCHEMA public OWNER TO "{user}"',
        "1 tables in `public` belong to somebody else",
        "20 are too few: while replicas are replaced, 4 of them open up to 10 each",
        "take 50",
    ):
        assert reason in said


def test_more_replicas_than_the_server_has_connections_for_are_refused(server: ManagedPostgres, user: str) -> None:
    said = refusal(server.url(user, server.login(user)), server.ca, demand=Demand(together=10, of_each=10))
    # A hundred, of which three are kept for superusers.
    assert "its connections: 97 are too few" in said


def test_an_encoding_that_cannot_hold_every_prompt_is_refused(server: ManagedPostgres, user: str) -> None:
    password = server.login(user)
    server.sql(f"CREATE DATABASE latin OWNER {OWNER} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    try:
        said = refusal(server.url(user, password).replace(f"/{DATABASE}", "/latin"), server.ca)
    finally:
        server.sql("DROP DATABASE latin WITH (FORCE)")
    assert "its encoding is LATIN1" in said


def test_an_empty_database_in_the_place_of_the_stacks_own_is_refused(server: ManagedPostgres, user: str) -> None:
    url = server.url(user, server.login(user))
    assert "it is empty, and the stack's own database is in the volume" in refusal(url, server.ca, volume="a-volume")
    server.sql(f'SET ROLE {OWNER}; CREATE TABLE "LiteLLM_VerificationToken" (token text)')
    try:
        assert refusal(url, server.ca, volume="a-volume") == ""
    finally:
        server.sql('DROP TABLE "LiteLLM_VerificationToken"')


def test_nothing_is_left_of_a_look(server: ManagedPostgres, user: str) -> None:
    engine = docker.from_env()
    try:
        # What a look left behind that was killed.
        left = engine.containers.run(
            default_images()["postgres"],
            entrypoint=["true"],
            labels={STACK_LABEL: STACK, COMPONENT_LABEL: external.COMPONENT},
            detach=True,
        )
        left.wait()
        left.reload()
        [unnamed] = [mount["Name"] for mount in left.attrs["Mounts"]]
        refusal(server.url(user, server.login(user)), server.ca)
        filters: dict[str, Any] = {"label": f"{STACK_LABEL}={STACK}"}
        assert engine.containers.list(all=True, filters=filters) == []
        assert unnamed not in [volume.name for volume in engine.volumes.list()]
    finally:
        engine.close()


@pytest.mark.parametrize(("signed_by_it", "answer"), [(True, "set()"), (False, "None")])
def test_a_replica_waits_for_its_schema_by_tls_as_prisma_checks_it_h04(
    server: ManagedPostgres, user: str, tmp_path: Path, signed_by_it: bool, answer: str
) -> None:
    (tmp_path / "ca.pem").write_text(server.ca if signed_by_it else authority("somebody else").pem)
    tmp_path.chmod(0o755)
    words = "?sslmode=require&connection_limit=10&pool_timeout=60&sslcert=/ca/ca.pem&sslaccept=strict"
    program = (
        "import os, litellm_stack_schema as schema\n"
        "print(schema.applied(*schema.as_libpq_reads_it(os.environ['DATABASE_URL'])))"
    )
    with closing(docker.from_env()) as engine:
        said = engine.containers.run(
            default_images()["litellm"],
            entrypoint=["python3", "-c", program],
            environment={**ENVIRONMENT, "DATABASE_URL": server.url(user, server.login(user), parameters=words)},
            volumes={**VOLUMES, str(tmp_path): {"bind": "/ca", "mode": "ro"}},
            remove=True,
        )
    assert said.decode().strip() == answer, "it has no tables, or is not who it says it is"
