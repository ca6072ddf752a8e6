"""A stack's Postgres, asked by its superuser."""

from __future__ import annotations

from docker.models.containers import Container

from components.postgres import DATABASE, USER
from engine import execution


def query(container: Container, statements: str) -> str:
    """Return what statements answer, a row a line; fail the test where one of them does."""
    command = ["psql", "-XAtq", "-U", USER, "-d", DATABASE, "-v", "ON_ERROR_STOP=1", "-c", statements]
    status, output = execution.run(container, command)
    assert status == 0, output
    return output.strip()
