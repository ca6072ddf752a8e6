"""A stack's Postgres, asked by its superuser."""

from __future__ import annotations

from typing import cast

from docker.models.containers import Container

from components.postgres import DATABASE, USER


def query(container: Container, statements: str) -> str:
    """Return what statements answer, a row a line; fail the test where one of them does."""
    command = ["psql", "-XAtq", "-U", USER, "-d", DATABASE, "-v", "ON_ERROR_STOP=1", "-c", statements]
    result = container.exec_run(command)
    output = cast("bytes", result.output).decode()
    assert result.exit_code == 0, output
    return output.strip()
