"""psql inside the database's container, as its superuser, who needs no password there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docker.errors import APIError, NotFound

from engine import execution
from engine.api import EngineError, connect
from postgres_admin import beside
from postgres_admin.beside import Beside

if TYPE_CHECKING:
    from docker.models.containers import Container

# The statements come by the environment of this one process: arguments are for everybody on the host to read.
_RUN = 'printf %s "$STATEMENTS" | exec psql -X -q -A -t -v ON_ERROR_STOP=1 --single-transaction -U "$0" -d "$1" -f -'


class NoDatabaseError(EngineError):
    """There is no running database to ask."""


def execute(
    container: str, statements: str, *, superuser: str, database: str, what: str, place: Beside | None = None
) -> str:
    """Run the statements in one transaction and return what they print. Raises EngineError, without the statements.

    They have to be such as may run twice (`execution.run`). They run inside `container`, or, where that may be on
    another host, at a `place` beside it.
    """
    client = connect()
    try:
        if place:
            status, output = beside.execute(client, place, statements)
        else:
            status, output = _run(client.containers.get(container), statements, superuser=superuser, database=database)
    except (NotFound, APIError):
        raise NoDatabaseError(f"{what}: container {container} does not run; run the update again") from None
    finally:
        client.close()
    if place and status == beside.NO_CONNECTION:
        mend = (
            "`database.external` and `database.externalCa` say where it is and who signs its certificate, and the"
            " engine's host has to reach it"
            if place.external
            else "run the update again"
        )
        raise NoDatabaseError(f"{what}: no database answers at {place.host}{_cause(output)}; {mend}")
    if status:
        raise EngineError(f"{what} failed: {_reason(output)}")
    return output.strip()


def _run(container: Container, statements: str, *, superuser: str, database: str) -> tuple[int, str]:
    command = ["sh", "-c", _RUN, superuser, database]
    return execution.run(container, command, environment={"STATEMENTS": statements}, user="postgres")


def _cause(output: str) -> str:
    """Return why psql could not log in, as it says it; it never says the password."""
    causes = [line.rpartition("failed: ")[2].strip() for line in output.splitlines() if "failed: " in line]
    return f" ({causes[0]})" if causes else ""


def _reason(output: str) -> str:
    """Return Postgres's own message, without the line of SQL that it quotes below."""
    errors = [line.partition("ERROR:")[2].strip() for line in output.splitlines() if "ERROR:" in line]
    return errors[0] if errors else "psql gave no reason"
