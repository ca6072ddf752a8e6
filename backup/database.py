"""A database: asked, dumped and filled by the tools of its image, whose version is the server's.

They run inside its container (exec) and log in through its socket, so that no password is needed; or, where that
container may be on another host, or the server is somebody else's, inside one beside it (`postgres_admin.beside`).
What is piped through them is never on a disk in clear.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from docker.errors import APIError, NotFound
from requests.exceptions import RequestException

from backup.errors import BackupError
from engine import execution
from engine.connection import StandardInput, release
from engine.swarm.scale import named
from postgres_admin import beside

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

    from backup.archive import Archive
    from postgres_admin.beside import Beside

POLL_SECONDS = 0.2
START_SECONDS = 60
LOG = "/tmp/litellm-stack-restore.log"  # noqa: S108  # a path in the container, in memory
LISTING = "/tmp/litellm-stack-listing.sql"  # noqa: S108  # a path in the container, in memory
RESTORED = "litellm-stack: restored"
LISTED = "litellm-stack: listed"
_MARK = execution.MARK.encode()
_PSQL = 'psql -X -q -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v ON_ERROR_STOP=1'

# Rows of the stack's own: the next `up` makes them, with values of its own.
_OWN = r"litellm-stack-%"
_BEGIN = """
BEGIN;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()
  -- Whoever is no superuser may end his own sessions only. Nobody logged in to those of Postgres itself.
  AND coalesce(pg_has_role(usesysid, 'MEMBER'), (SELECT rolsuper FROM pg_roles WHERE rolname = current_user));
DROP SCHEMA public CASCADE;
SELECT format('SET ROLE %I', pg_get_userbyid(datdba)) FROM pg_database
  WHERE datname = current_database() AND pg_has_role(datdba, 'MEMBER') \\gexec
CREATE SCHEMA public;
"""
_END = f"""
DELETE FROM public."LiteLLM_VerificationToken" WHERE key_alias LIKE '{_OWN}';
COMMIT;
\\echo {RESTORED}
"""  # noqa: S608  # a constant
# One transaction that only a whole dump ends: without the last lines, which follow a good pg_restore alone, psql leaves
# and Postgres forgets all of it. Messages are terse, because their details quote rows.
_RESTORE = f"""
head -c "$SIZE" |
{{ printf '%s\\n' "$BEGIN" && pg_restore --no-owner --no-privileges --file=- && printf '%s' "$END"; }} |
{_PSQL} -v VERBOSITY=terse -v SHOW_CONTEXT=never -o /dev/null > {LOG} 2>&1
"""
# Into memory, and read from there once pg_restore has ended well: what is piped back may be cut off.
_LIST = f"""
head -c "$SIZE" | pg_restore --data-only $TABLES --file={LISTING} 2> {LOG} && echo "{LISTED}" >> {LOG}
"""
_COUNT = f"""
SELECT string_agg(n || ' ' || kind, ', ') FROM (
  SELECT count(*) n, 'virtual keys' kind FROM "LiteLLM_VerificationToken"
    WHERE coalesce(key_alias, '') NOT LIKE '{_OWN}'
  UNION ALL SELECT count(*), 'teams' FROM "LiteLLM_TeamTable"
  UNION ALL SELECT count(*), 'users' FROM "LiteLLM_UserTable"
    WHERE user_id NOT LIKE '{_OWN}' AND user_id <> 'default_user_id'
  UNION ALL SELECT count(*), 'customers' FROM "LiteLLM_EndUserTable"
  UNION ALL SELECT count(*), 'models' FROM "LiteLLM_ProxyModelTable"
  UNION ALL SELECT count(*), 'credentials' FROM "LiteLLM_CredentialsTable"
  UNION ALL SELECT count(*), 'logged requests' FROM "LiteLLM_SpendLogs"
) counted WHERE n > 0
"""  # noqa: S608  # constants


class Database:
    """A Postgres that the tools in `container` reach, whose environment names user and database."""

    def __init__(self, container: Container) -> None:
        self._container = container

    @property
    def major(self) -> int:
        """Postgres's major version."""
        return int(self._ask("SHOW server_version_num")) // 10000

    @property
    def is_empty(self) -> bool:
        """Whether LiteLLM never made its tables here."""
        return self._ask("SELECT to_regclass('public.\"LiteLLM_VerificationToken\"') IS NULL") == "t"

    def content(self) -> str:
        """Count in words what users would miss; empty if there is nothing."""
        return "" if self.is_empty else self._ask(_COUNT)

    def dump(self) -> Dump:
        """Start pg_dump."""
        return Dump(self._container)

    def restore(self, archive: Archive) -> None:
        """Put the archive's content in the place of everything that is there, in one transaction."""
        if reason := self._pipe(archive, _RESTORE, end=RESTORED, BEGIN=_BEGIN, END=_END):
            raise BackupError(f"the backup could not be restored; the database is as it was:\n{reason}")

    def rows_of(self, archive: Archive, tables: Iterable[str]) -> str:
        """Return the archive's rows of some tables as pg_restore prints them; the database is not touched."""
        named = " ".join(f"--table={table}" for table in tables)
        try:
            if reason := self._pipe(archive, _LIST, end=LISTED, TABLES=named):
                raise BackupError(f"the backup could not be read; nothing was changed:\n{reason}")
            return self._run(f"cat {LISTING}")
        finally:
            self._run(f"rm -f {LISTING}")

    def _pipe(self, archive: Archive, script: str, *, end: str, **environment: str) -> str:
        """Run a script that reads the archive's dump; return why it did not end well, nothing if its log ends so."""
        environment["SIZE"] = str(archive.checked_size())
        with _stdin(self._container, ["sh", "-c", script], environment) as (started, pipe):
            try:
                archive.copy(pipe)
            except OSError:
                # Whoever stopped listening says why in the log; whoever still listens gets no more.
                pipe.close()
            _wait(self._container, started)
        log = self._run(f"cat {LOG}").strip().splitlines()
        self._run(f"rm -f {LOG}")
        if log and log[-1] == end:
            return ""
        return "\n".join(f"    {line}" for line in log[:10]) or "    (Postgres gave no reason)"

    def wait(self) -> None:
        """Wait until the server answers."""
        deadline = time.monotonic() + START_SECONDS
        while self._execute('pg_isready -q -h "${PGHOST:-127.0.0.1}" -U "$POSTGRES_USER" -d "$POSTGRES_DB"')[0]:
            if time.monotonic() > deadline:
                raise BackupError(f"Postgres in container {self._container.name} does not answer; see `make logs`")
            time.sleep(POLL_SECONDS)

    def _ask(self, query: str) -> str:
        return self._run(f'{_PSQL} -A -t -c "$QUERY"', QUERY=query).strip()

    def _run(self, script: str, **environment: str) -> str:
        code, output = self._execute(script, **environment)
        if code:
            raise BackupError(f"container {self._container.name} could not be asked: {output.strip()[-500:]}")
        return output

    def _execute(self, script: str, **environment: str) -> tuple[int, str]:
        return execution.run(self._container, ["sh", "-c", script], environment=environment)


class Dump:
    """What pg_dump prints, as a file to read. A mark after it tells that the engine lost nothing of it."""

    def __init__(self, container: Container) -> None:
        self._api = _api(container)
        script = 'exec pg_dump --format=custom -U "$POSTGRES_USER" -d "$POSTGRES_DB"'
        self._exec = self._api.exec_create(container.id, execution.marked(["sh", "-c", script]))["Id"]
        self._frames = self._api.exec_start(self._exec, stream=True, demux=True)
        self._rest, self._said, self._name = b"", b"", container.name

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes; none at the end."""
        while len(self._rest) <= len(_MARK):
            frame = next(self._frames, None)
            if frame is None:
                return b""
            self._rest += frame[0] or b""
            self._said = (self._said + (frame[1] or b""))[-1000:]
        known = len(self._rest) - len(_MARK)
        size = known if size < 0 else min(size, known)
        part, self._rest = self._rest[:size], self._rest[size:]
        return part

    def finish(self) -> None:
        """Raise BackupError unless pg_dump ended well."""
        release(self._frames)
        if self._api.exec_inspect(self._exec)["ExitCode"] != 0:
            said = self._said.decode(errors="replace").strip() or "it was cut off"
            raise BackupError(f"pg_dump in container {self._name} failed: {said}")
        if self._rest != _MARK:
            raise BackupError(
                f"the engine lost the end of what pg_dump in container {self._name} printed: its host is too busy;"
                " take the backup again"
            )


@contextmanager
def opened(client: DockerClient, name: str, *, place: Beside | None = None) -> Iterator[Database | None]:
    """Yield the database called `name`, reached from `place` where its container may be on another host.

    None where there is none. Raises BackupError where it does not run.
    """
    if place is None:
        yield _inside(client, name)
        return
    if not place.external and not named(client, name):
        yield None
        return
    with beside.tools(client, place) as container:
        yield _answering(container)


def _inside(client: DockerClient, name: str) -> Database | None:
    try:
        container = client.containers.get(name)
    except NotFound:
        return None
    if container.status != "running":
        raise BackupError(f"container {name} is {container.status}; start it first: docker start {name}")
    return _answering(container)


def _answering(container: Container) -> Database:
    database = Database(container)
    database.wait()
    return database


@contextmanager
def engine_errors(what: str) -> Iterator[None]:
    """Turn what the engine says into an error that names `what` failed."""
    try:
        yield
    except (APIError, RequestException) as error:
        raise BackupError(f"{what} failed: the Docker engine says: {error}") from None


def _api(container: Container) -> Any:
    return container.client.api  # type: ignore[union-attr]  # a container that came from a client has it


@contextmanager
def _stdin(
    container: Container, command: list[str], environment: dict[str, str]
) -> Iterator[tuple[str, StandardInput]]:
    """Start a process and yield its id and what it reads."""
    api = _api(container)
    started = api.exec_create(container.id, command, stdin=True, environment=environment)["Id"]
    with closing(StandardInput(api.exec_start(started, socket=True))) as pipe:
        yield started, pipe


def _wait(container: Container, started: str) -> None:
    api = _api(container)
    while api.exec_inspect(started)["Running"]:
        time.sleep(POLL_SECONDS)
