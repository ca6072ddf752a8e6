"""Restoring a backup: the proxy stands still from before the first row until everything fits together again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backup import database
from backup.archive import Archive
from backup.errors import BackupError
from backup.reencrypt import reencrypt
from engine import job
from engine.api import EngineError, connect
from engine.health import wait_until_healthy
from engine.identity import COMPONENT_LABEL, STACK_LABEL

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

PROXY = "proxy"


@dataclass(frozen=True, kw_only=True)
class Target:
    """The stack that is restored into: its label, its database's container, its migration job, its salt key."""

    stack: str
    label: str
    container: str
    litellm_image: str
    salt_key: str
    migration: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Target({self.stack!r})"


def restore(backup: Archive, target: Target, *, confirmed: bool, say: Callable[[str], None]) -> None:
    """Put a backup in the place of the database's content. Raises BackupError or EngineError; it can be repeated."""
    client = connect()
    try:
        with database.engine_errors(f"the restore into stack {target.stack}"):
            found = database.find(client, target.container)
            if found is None:
                raise BackupError(f"stack {target.stack} has no database; bring it up: make up STACK={target.stack}")
            backup.manifest.refuse_older(postgres_major=found.major, litellm_image=target.litellm_image)
            if not confirmed and (content := found.content()):
                raise BackupError(
                    f"the database of stack {target.stack} is not empty ({content}), and the backup would take its"
                    f" place: save it with `make backup`, and repeat the command with CONFIRM={target.stack}"
                )
            replicas = _stopped(client, target.label)
            say(f"{len(replicas)} replica(s) stopped")
            _replace(found, backup, target, replicas, say)
            _start(replicas, timeout=float(target.migration["timeout"]))
            say("the replicas serve again")
    finally:
        client.close()


def _replace(
    found: database.Database,
    backup: Archive,
    target: Target,
    replicas: Sequence[Container],
    say: Callable[[str], None],
) -> None:
    """Replace the content while the replicas stand: until its end it fits neither their salt key nor their schema."""
    try:
        found.restore(backup)
    except BackupError:
        _start(replicas, timeout=float(target.migration["timeout"]))
        raise
    say("the database holds the backup")
    try:
        reencrypt(target.migration, old=backup.manifest.salt_keys, new=target.salt_key)
        say("its encrypted rows are encrypted with this stack's salt key")
        job.run(target.migration)
        say("its schema is that of this stack's LiteLLM")
    except EngineError as error:
        raise BackupError(
            f"the backup is in the database, and the replicas stay stopped, because this failed: {error}\nRepeat"
            f" `make restore` with CONFIRM={target.stack}"
        ) from None


def _stopped(client: DockerClient, label: str) -> list[Container]:
    labels = [f"{STACK_LABEL}={label}", f"{COMPONENT_LABEL}={PROXY}"]
    present = client.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
    # A restore that failed left them stopped.
    replicas = [replica for replica in present if replica.status == "running"] or present
    for replica in replicas:
        replica.stop(timeout=_grace(replica))
    return replicas


def _grace(replica: Container) -> int:
    """Return the seconds that LiteLLM takes at most for its requests in flight, and a few more to end."""
    environment = dict(entry.partition("=")[::2] for entry in replica.attrs["Config"]["Env"] or ())
    return int(environment.get("GRACEFUL_SHUTDOWN_TIMEOUT", 0)) + 10


def _start(replicas: Sequence[Container], *, timeout: float) -> None:
    for replica in replicas:
        replica.start()
    for replica in replicas:
        wait_until_healthy(str(replica.id), timeout=timeout)
