"""The salt key: never changed by accident, and rotated for real while clients of all kinds go on."""

from __future__ import annotations

import json

import docker

from tests.e2e.salted import CANARY, TABLES, assert_rotated, clients, counted, logs, raised, replicas, salt_key
from tests.e2e.stack import Stack


def test_another_salt_key_is_refused_at_preview_with_what_it_would_lose(
    salted: Stack, engine: docker.DockerClient
) -> None:
    before = replicas(engine, salted)
    salted.pulumi("config", "set", "--secret", "saltKey", "another-salt-key-0123456789")
    refused = [salted.run("preview"), salted.run("up", "--yes", "--skip-preview")]
    salted.configure(salted.config)
    for result in refused:
        assert result.returncode != 0
        assert "the salt key changed or was lost" in result.stdout
        assert all(f"1 row of {table} (" in result.stdout for table in TABLES)
        assert "another-salt-key" not in result.stdout
        assert salt_key(salted) not in result.stdout
    assert replicas(engine, salted) == before
    salted.pulumi("preview", "--expect-no-changes")


def test_a_lost_salt_key_is_refused_at_preview(salted: Stack) -> None:
    exported = json.loads(salted.pulumi("stack", "export"))
    [urn] = [r["urn"] for r in exported["deployment"]["resources"] if r["urn"].endswith("::secrets-salt-key")]
    result = salted.run("preview", "--replace", urn)
    assert result.returncode != 0
    assert "the salt key changed or was lost" in result.stdout
    assert "1 row of LiteLLM_CredentialsTable (" in result.stdout
    salted.pulumi("preview", "--expect-no-changes")


def test_a_rotation_under_load_loses_no_request_and_leaves_no_row_behind(
    salted: Stack, engine: docker.DockerClient
) -> None:
    old, rows = salt_key(salted), counted(engine, salted, salt_key(salted))
    number = raised(salted)
    preview = salted.pulumi("preview")
    assert f"rotation.saltKey {number - 1} -> {number}: re-encrypts 1 row of LiteLLM_CredentialsTable" in preview
    assert "Clients notice nothing" in preview
    with clients(salted):
        said = salted.up()
    assert_rotated(engine, salted, old=old, rows=rows)
    for text in (preview, said, salted.pulumi("stack", "export"), *logs(engine, salted)):
        assert all(secret not in text for secret in (old, salt_key(salted), CANARY))
