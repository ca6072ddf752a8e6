"""`database.external`: what may be written there, and what does not go together with it."""

from __future__ import annotations

from typing import Any

import pytest

from config.external_database import CA_PATH
from tests.unit.config.test_settings import load, mistakes

CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
URL = "postgresql://gateway:canary-p%40ss@db.example.com/llm"


def given(url: str = URL, ca: str | None = CA, **more: Any) -> dict[str, Any]:
    return {"external": url, **({"externalCa": ca} if ca else {}), **more}


def test_the_url_is_handed_on_with_the_check_of_the_servers_certificate() -> None:
    settings = load(database=given())
    server = settings.database.server
    assert not settings.runs_database
    assert server is not None
    assert (server.user, server.password, server.port) == ("gateway", "canary-p@ss", 5432)
    assert server.url == (
        f"postgresql://gateway:canary-p%40ss@db.example.com:5432/llm?sslmode=verify-full&sslrootcert={CA_PATH}"
    )
    assert "canary" not in repr(server) + repr(settings)


def test_without_tls_has_to_be_said_in_the_url() -> None:
    server = load(database=given(f"{URL}?sslmode=disable", ca=None)).database.server
    assert server is not None
    assert server.url.endswith("/llm?sslmode=disable")
    assert "is missing: the certificates" in mistakes(database=given(ca=None))["database.externalCa"]
    assert "sslmode=disable" in mistakes(database=given(f"{URL}?sslmode=disable"))["database.externalCa"]


def test_an_address_of_version_6_is_one() -> None:
    server = load(database=given("postgres://u:canary-1@[fd00::1]:6432/llm")).database.server
    assert server is not None
    assert (server.host, server.port) == ("fd00::1", 6432)
    assert "@[fd00::1]:6432/" in server.url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:canary-1@db/llm", "is no address of a Postgres: write postgresql://user:password@host"),
        ("postgresql://u@db/llm", "is no address of a Postgres"),
        ("postgresql://u:canary-1@db", "is no address of a Postgres"),
        ("postgresql://u:canary-1@db:port/llm", "is no address of a Postgres"),
        (f"{URL}?sslmode=require", "has an sslmode that leaves open who answers"),
        (f"{URL}?schema=other&sslrootcert=/x", "has parameters that nobody reads here (schema, sslrootcert)"),
    ],
)
def test_what_is_no_such_url_is_refused_without_a_word_of_it(url: str, words: str) -> None:
    message = mistakes(database=given(url))["database.external"]
    assert words in message
    assert "canary" not in message


@pytest.mark.parametrize(
    ("ca", "words"),
    [
        ("certs/rds.pem", "has no certificate: it is a PEM file's text"),
        (f"{CA}-----BEGIN PRIVATE KEY-----", "has a private key"),
        (CA * 3000, "give the certificates of one region"),
    ],
)
def test_what_are_no_certificates_is_refused(ca: str, words: str) -> None:
    assert words in mistakes(database=given(ca=ca))["database.externalCa"]


def test_certificates_without_an_address_are_refused() -> None:
    assert "is for `database.external`" in mistakes(database={"externalCa": CA})["database.externalCa"]


def test_a_url_in_clear_is_refused() -> None:
    assert (
        "pulumi config set --secret --path database.external"
        in (mistakes(clear=("database",), database=given())["database.external"])
    )


def test_what_is_about_a_postgres_of_the_stacks_own_is_refused_all_at_once() -> None:
    found = mistakes(
        database=given(maxConnections=200),
        databaseVolume="15",
        databasePassword="canary-password",
        ports={"database": 5433},
        rotation={"databasePassword": 2},
        monitoring={"exporters": True},
    )
    assert set(found) == {
        "database.maxConnections",
        "databaseVolume",
        "databasePassword",
        "ports.database",
        "rotation.databasePassword",
        "monitoring.exporters",
    }
    assert "another URL is its rotation" in found["rotation.databasePassword"]


def test_how_many_connections_it_takes_is_its_servers_to_say() -> None:
    assert load(database=given(), replicas="32").replicas == 32
