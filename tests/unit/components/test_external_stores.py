"""The whole program under Pulumi's mocks, on a Postgres and a Redis that somebody else runs."""

from __future__ import annotations

import json
from pathlib import Path

import pulumi
import pytest
from pulumi.runtime import mocks

from config import external_cache
from config.external_database import CA_PATH
from postgres_admin import external as postgres
from redis_admin import external as redis
from tests.unit.components.example import config
from tests.unit.components.host import fresh_host
from tests.unit.components.test_program import Recorder, run_program

CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
URL = "postgresql://gateway:canary-password@db.example.com/llm"
CACHE_URL = "rediss://gateway:canary-password@redis.example.com"


@pytest.fixture(scope="module")
def resources() -> dict[str, mocks.MockResourceArgs]:
    recorder = Recorder()
    mocks.set_mocks(recorder, project="litellm-stack", stack="unit", preview=False)
    given = config() | {
        "database": {"external": URL, "externalCa": CA},
        "cache": {"external": CACHE_URL, "externalCa": CA},
    }
    raw = {f"litellm-stack:{name}": json.dumps(value) for name, value in given.items()}
    pulumi.runtime.set_all_config(raw, [f"litellm-stack:{name}" for name in ("secrets", "database", "cache")])
    with fresh_host(), pytest.MonkeyPatch.context() as patch:
        for server in (postgres, redis):
            patch.setattr(server, "check", lambda *_, **__: None)
        run_program()
    return recorder.resources


def test_no_postgres_is_made_and_no_login(resources: dict[str, mocks.MockResourceArgs]) -> None:
    made = [name for name in resources if name.startswith("database-")]
    assert made == ["database-login"]
    assert resources["database-login"].typ.endswith(":Announcement")


def test_replicas_and_the_job_have_the_url_as_a_secret_and_the_certificates(
    resources: dict[str, mocks.MockResourceArgs],
) -> None:
    replica, job = resources["proxy-replica-0"].inputs, resources["migration-job"].inputs
    [url] = [entry for entry in replica["envs"]["value"] if entry.startswith("DATABASE_URL=")]
    assert url.endswith(f"/llm?sslmode=verify-full&sslrootcert={CA_PATH}")
    [mounted] = [mount for mount in replica["mounts"] if mount["target"] == CA_PATH]
    assert Path(mounted["source"]).name.startswith("database-ca")
    assert resources["proxy-database-ca"].inputs["content"] == CA
    assert job["files"] == {CA_PATH: CA}
    assert resources["encryption-salt-key"].inputs["files"] == {CA_PATH: CA}


def test_replicas_are_told_of_the_redis_and_none_is_made(resources: dict[str, mocks.MockResourceArgs]) -> None:
    assert [name for name in resources if name.startswith("cache-")] == ["cache-login"]
    replica = resources["proxy-replica-0"].inputs
    given = dict(entry.split("=", 1) for entry in replica["envs"]["value"])
    assert given["REDIS_HOST"] == "redis.example.com"
    assert given["REDIS_SSL_CA_CERTS"] == external_cache.CA_PATH
    assert external_cache.CA_PATH in [mount["target"] for mount in replica["mounts"]]


def test_it_is_saved_from_beside_it(resources: dict[str, mocks.MockResourceArgs]) -> None:
    inputs = resources["backup-before-change"].inputs
    assert inputs.get("volume") is None
    assert inputs["place"]["value"]["external"] is True


def test_the_password_is_in_nothing_that_is_no_secret(resources: dict[str, mocks.MockResourceArgs]) -> None:
    for name, made in resources.items():
        for field, value in made.inputs.items():
            if not (isinstance(value, dict) and "value" in value):
                assert "canary-password" not in json.dumps(value, default=str), (name, field)
