"""Restoring a backup: the proxy stands still from before the first row until everything fits together again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backup import collisions, database, replicas
from backup.archive import Archive
from backup.collisions import Declared
from backup.errors import BackupError
from backup.reencrypt import reencrypt
from engine import job
from engine.api import EngineError, connect
from postgres_admin.beside import Beside


@dataclass(frozen=True, kw_only=True)
class Target:
    """The stack that is restored into: its label, its database's container, its migration job, its salt key.

    `place` is from where to reach the database, unless that is inside its container. `declared` are the objects that
    the config declares in `section`, and `seeds` are all that the values of its keys were derived from.
    """

    stack: str
    label: str
    container: str
    litellm_image: str
    salt_key: str
    migration: Mapping[str, Any]
    declared: Sequence[Declared] = ()
    section: str = "access"
    seeds: Sequence[str] = ()
    place: Beside | None = None

    def __repr__(self) -> str:
        return f"Target({self.stack!r})"

    @property
    def hidden(self) -> list[str]:
        """What no message may show."""
        secrets = [self.salt_key, *self.seeds, str(self.migration["environment"]["DATABASE_URL"])]
        return [*secrets, self.place.password] if self.place else secrets


def restore(backup: Archive, target: Target, *, confirmed: bool, say: Callable[[str], None]) -> None:
    """Put a backup in the place of the database's content. Raises BackupError or EngineError; it can be repeated."""
    client = connect()
    try:
        with (
            database.engine_errors(f"the restore into stack {target.stack}"),
            database.opened(client, target.container, place=target.place) as found,
        ):
            if found is None:
                raise BackupError(f"stack {target.stack} has no database; bring it up: make up STACK={target.stack}")
            backup.manifest.refuse_older(postgres_major=found.major, litellm_image=target.litellm_image)
            _refuse(found, backup, target, confirmed=confirmed)
            stopped, start = replicas.stop(
                client, target.label, timeout=float(target.migration["timeout"]), hidden=target.hidden
            )
            say(f"{stopped} stopped")
            _replace(found, backup, target, start, say)
            start()
            say("the replicas serve again")
    finally:
        client.close()


def _refuse(found: database.Database, backup: Archive, target: Target, *, confirmed: bool) -> None:
    """Raise BackupError with all reasons for which the restore, or the update after it, would fail."""
    reasons = []
    if not confirmed and (content := found.content()):
        reasons.append(
            f"the database of stack {target.stack} is not empty ({content}), and the backup would take its"
            f" place: save it with `make backup`, and repeat the command with CONFIRM={target.stack}"
        )
    rows = collisions.parse(found.rows_of(backup, collisions.TABLES))
    if taken := list(collisions.collisions(target.declared, rows, seeds=target.seeds)):
        reasons.append(collisions.explained(taken, stack=target.stack, section=target.section))
    if reasons:
        raise BackupError("\n  and ".join(reasons) + "\n  Nothing was stopped or changed.")


def _replace(
    found: database.Database,
    backup: Archive,
    target: Target,
    start: replicas.Start,
    say: Callable[[str], None],
) -> None:
    """Replace the content while the replicas stand: until its end it fits neither their salt key nor their schema."""
    try:
        found.restore(backup)
    except BackupError:
        start()
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
