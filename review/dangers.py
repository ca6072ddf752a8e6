"""What cannot be taken back: data at risk, protection that is lifted, spend that is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from review.grouping import rows
from review.markdown import code, section, table
from review.objects import Object
from review.plan import Action, Change

Danger = tuple[str, str]
"""What it is about and what happens, both as Markdown."""

DATA_FOLDER: Final = "/var/lib/postgresql/data"
_GOES: Final = (Action.DELETE, Action.REPLACE)

SECRETS: Final = {
    "secrets-salt-key": "what the database holds encrypted (models, credentials) cannot be read with another salt key",
    "secrets-seed": "every virtual key and every other derived secret gets another value",
    "secrets-database-password": "another superuser password does not fit the volume, which keeps the first one",
    "secrets-backup-passphrase": "old backups open with the old one only: keep what `make backup-passphrase` prints",
}
"""Generated secrets that data depends on, by the start of their resources' names (components/secrets.py)."""

_FORGOTTEN: Final = {
    "VirtualKey": "removed: applications that use it are refused, and its spend is forgotten",
    "Budget": "removed: its limits hold for nobody any more",
    "Customer": "removed: the spend is forgotten, and the customer falls under the budget of undeclared end users",
    "Team": "removed: its spend is forgotten",
    "User": "removed: the spend is forgotten",
    "TeamMember": "removed: the spend in the team is forgotten",
    "Model": "removed: requests for it are refused where nothing else has its name",
    "Credential": "removed: models that name it stop working",
}


def report(changes: Sequence[Change], objects: Sequence[Object]) -> str:
    """Return the section; nothing where nothing is at risk."""
    found = [*severe(changes), *_spend(objects)]
    return section("Data at risk", table(("what", "what happens"), found)) if found else ""


def severe(changes: Sequence[Change]) -> list[Danger]:
    """Return what puts the stack's data as a whole at risk."""
    return [danger for change in changes for check in _CHECKS for danger in check(change)]


def forgotten(objects: Sequence[Object]) -> list[Object]:
    """Return the objects that go, and those that are made anew: what the proxy counted for them is forgotten."""
    return [
        each
        for each in objects
        if each.action is Action.DELETE
        # Another deployment of a model, or a credential written anew, is no loss.
        or (each.action is Action.REPLACE and not each.rotated and each.kind not in ("Model", "Credential"))
    ]


def _spend(objects: Sequence[Object]) -> list[tuple[str, ...]]:
    return rows((each, (_lost(each),)) for each in forgotten(objects))


def _lost(each: Object) -> str:
    if each.action is Action.DELETE:
        return _FORGOTTEN[each.kind]
    fields = ", ".join(code(name) for name in each.change.changed)
    return f"made anew, because the proxy cannot change {fields or 'it'} in place: **its spend restarts at 0**"


def _volume(change: Change) -> Iterator[Danger]:
    if change.kind != "Volume" or change.action not in _GOES:
        return
    name = str(change.old.inputs.get("name") or change.name)
    what = "metrics" if change.name.startswith("monitoring") else "**database**"
    how = "replaced by an empty one" if change.action is Action.REPLACE else "removed"
    if change.old.protect:
        fate = f"to be {how}, but protected: the update refuses"
    elif change.old.retain_on_delete:
        fate = f"{how} in the stack; the old one stays on the engine, where nothing uses it"
    else:
        fate = f"**{how}: everything in it is lost**"
    yield f"volume {code(name)} ({what})", fate


def _secret(change: Change) -> Iterator[Danger]:
    if change.kind != "RandomPassword" or change.action not in _GOES:
        return
    for start, loss in SECRETS.items():
        if change.name == start or change.name.startswith(f"{start}-"):
            how = "generated anew" if change.action is Action.REPLACE else "removed"
            refused = "; it is protected, so the update refuses" if change.old.protect else ""
            yield f"secret {code(change.name.removeprefix('secrets-'))}", f"**{how}**: {loss}{refused}"


def _moved(change: Change) -> Iterator[Danger]:
    """Tell of a database that is started on another volume."""
    if change.name != "database-postgres" or change.action is not Action.REPLACE:
        return
    old, new = (_mounted(state.inputs.get("mounts")) for state in (change.old, change.new))
    if old and new and old != new:
        yield (
            "the database",
            f"starts on volume {code(new)} instead of {code(old)}: empty, if `make upgrade-database` did not fill it",
        )


def _mounted(mounts: object) -> str:
    given = mounts if isinstance(mounts, list) else []
    found = [mount.get("source") for mount in given if isinstance(mount, dict) and mount.get("target") == DATA_FOLDER]
    return str(found[0]) if found else ""


def _unprotected(change: Change) -> Iterator[Danger]:
    if change.old.protect and not change.new.protect and change.action not in (Action.DELETE, Action.CREATE):
        yield f"{code(change.name)}", "**no longer protected**: from then on an update or `make down` may remove it"


_CHECKS: Final[tuple[Callable[[Change], Iterator[Danger]], ...]] = (_volume, _secret, _moved, _unprotected)
