"""The whole program under Pulumi's mocks, with a PgBouncer before a Postgres of somebody else's."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components.pooler_scripts import health, start
from config import pooler
from config.external_database import CA_PATH
from postgres_admin import external
from tests.unit.components.example import config
from tests.unit.components.host import fresh_host
from tests.unit.components.test_program import Recorder, run_program

CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
URL = "postgresql://gate%40way:canary%2Fpassword@db.example.com/llm"


@pytest.fixture(scope="module")
def resources() -> dict[str, mocks.MockResourceArgs]:
    recorder = Recorder()
    mocks.set_mocks(recorder, project="litellm-stack", stack="unit", preview=False)
    database = {"external": URL, "externalCa": CA, "pooler": {"connections": 40}}
    raw = {f"litellm-stack:{name}": json.dumps(value) for name, value in (config() | {"database": database}).items()}
    pulumi.runtime.set_all_config(raw, ["litellm-stack:secrets", "litellm-stack:database"])
    with fresh_host(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(external, "check", lambda *_, **__: None)
        run_program()
    return recorder.resources


@pytest.fixture(scope="module")
def container(resources: dict[str, mocks.MockResourceArgs]) -> dict[str, Any]:
    return resources["pooler-pgbouncer"].inputs


def test_replicas_ask_it_and_jobs_ask_postgres(
    resources: dict[str, mocks.MockResourceArgs], container: dict[str, Any]
) -> None:
    replica, job = resources["proxy-replica-0"].inputs, resources["migration-job"].inputs
    [url] = [entry for entry in replica["envs"]["value"] if entry.startswith("DATABASE_URL=")]
    [own, shared] = container["networksAdvanced"][0]["aliases"]
    assert url == f"DATABASE_URL=postgresql://gate%40way:canary%2Fpassword@{own}:6432/litellm?pgbouncer=true"
    assert (own, shared) == (container["name"].removeprefix("litellm-stack-unit-"), pooler.ALIAS)
    assert "db.example.com" in json.dumps(job["environment"])


def test_it_checks_the_server_and_replicas_need_not(
    resources: dict[str, mocks.MockResourceArgs], container: dict[str, Any]
) -> None:
    assert resources["pooler-server-ca"].inputs["content"] == CA
    assert pooler.CA_PATH in [mount["target"] for mount in container["mounts"]]
    assert "server_tls_sslmode = verify-full" in resources["pooler-config"].inputs["content"]
    assert CA_PATH not in [mount["target"] for mount in resources["proxy-replica-0"].inputs["mounts"]]


def test_it_looks_for_no_server_of_somebody_elses_by_itself(container: dict[str, Any]) -> None:
    # DNS says how long an address is good, and a name that is not there may take long to be refused.
    assert "getent" not in json.dumps([container["entrypoints"], container["healthcheck"]])


def test_the_edge_looks_whether_it_answers(resources: dict[str, mocks.MockResourceArgs]) -> None:
    assert "server-template pgbouncer 2 pooler:6432" in resources["edge-config"].inputs["content"]


def test_the_password_is_in_nothing_that_is_no_secret(resources: dict[str, mocks.MockResourceArgs]) -> None:
    for name, made in resources.items():
        for field, value in made.inputs.items():
            if not (isinstance(value, dict) and "value" in value):
                assert "canary" not in json.dumps(value, default=str), (name, field)


def run(script: str, folder: Path, *, finds: str, **environment: str) -> None:
    """Run what the container does until it begins to be PgBouncer, where DNS `finds` this of Postgres, or nothing."""
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    (tools / "getent").write_text(f"#!/bin/sh\ntest -n '{finds}' && echo '{finds}'\n")
    (tools / "getent").chmod(0o755)
    commands = script.partition("exec ")[0].replace("/tmp/", f"{folder}/").replace("kill -HUP 1", "echo told")
    done = subprocess.run(
        ["sh", "-c", f"{commands} :"],
        env={"PATH": f"{tools}:/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
    )
    (folder / "said").write_text(done.stdout)


def test_where_postgres_is_is_looked_up_again_and_pgbouncer_told_once(tmp_path: Path) -> None:
    databases, said = tmp_path / "databases.ini", tmp_path / "said"
    login = {"DATABASE_USER": "a", "DATABASE_PASSWORD": "b"}

    def section(host: str) -> str:
        return f"[databases]\nlitellm = host={host} port=5432 dbname=litellm\n"

    run(start(own=True), tmp_path, finds="", **login)
    assert databases.read_text() == section("database")
    for finds, address, told in [
        ("10.0.0.2      database", "10.0.0.2", "told\n"),
        ("10.0.0.2      database", "10.0.0.2", ""),
        ("", "10.0.0.2", ""),
        ("10.0.0.9  database  database", "10.0.0.9", "told\n"),
    ]:
        run(health(own=True), tmp_path, finds=finds)
        assert (databases.read_text(), said.read_text()) == (section(address), told)
    run(start(own=True), tmp_path, finds="10.0.0.7 database", **login)
    assert databases.read_text() == section("10.0.0.7")


def test_users_and_passwords_of_any_kind_are_written_as_pgbouncer_reads_them(tmp_path: Path) -> None:
    users = tmp_path / "users.txt"
    run(start(own=True), tmp_path, finds="10.0.0.2  database", DATABASE_USER='a"b', DATABASE_PASSWORD="p\\q \"'$HOME%s")
    assert users.read_text() == '"a""b" "p\\q ""\'$HOME%s"\n"health" ""\n'
    assert users.stat().st_mode & 0o777 == 0o600
