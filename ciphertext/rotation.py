"""What a changed salt key means: refused by accident, a rotation on purpose, and the end of one that was cut off."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ciphertext import job, stand_in_service, stand_ins
from ciphertext.tables import Counts
from engine.api import EngineError, connect
from engine.identity import owned_filters
from engine.job import remove

if TYPE_CHECKING:
    from docker import DockerClient

UNSETTLED = (
    "rotation.saltKey {left} was begun and its update cut off, so nothing is changed before it is finished:"
    " `pulumi config set --path rotation.saltKey {left}`, then `pulumi up`. For another salt key raise it after that"
)
BY_ACCIDENT = (
    "the salt key changed or was lost while rotation.saltKey stayed {number}, and it is needed to read {tables}."
    " Nothing was changed. Put the old value back (`pulumi config set --secret saltKey`; the state has it:"
    " `pulumi stack export --show-secrets`, at encryption-salt-key), or let the stack re-encrypt them with the new one:"
    " `pulumi config set --path rotation.saltKey {next}`"
)
FOREIGN = (
    "the database holds {tables} that this stack's salt key cannot read, and the proxy would take them for plain text."
    " Give the key that encrypted them, `pulumi config set --secret saltKey`: that of the installation before, or its"
    " master key where it had no salt key. To have a new one then, raise rotation.saltKey. No replica was changed"
)
NO_RECORD = (
    "PULUMI_SKIP_CHECKPOINTS is set: an update that is cut off would lose the new salt key, and with it all that it"
    " encrypted; unset it for this update"
)


def refusal(olds: Mapping[str, Any], news: Mapping[str, Any]) -> str | None:
    """Return why the change from `olds` to `news` must not be, or None. Reads the database, and changes nothing."""
    before, number = int(olds["rotation"]), int(news["rotation"])
    client = connect()
    try:
        left = _unsettled(client, news) - {number}
        if left:
            return UNSETTLED.format(left=max(left))
        if not is_moved(olds, news):
            return None
        if os.environ.get("PULUMI_SKIP_CHECKPOINTS", "").lower() in ("1", "true"):
            return NO_RECORD
        if before != number:
            return None
        found = _counted(client, olds, news).readable
        return BY_ACCIDENT.format(number=number, tables=found, next=number + 1) if found else None
    finally:
        client.close()


def announcement(olds: Mapping[str, Any], news: Mapping[str, Any]) -> str:
    """Return what a rotation will do, in words."""
    client = connect()
    try:
        found = _counted(client, olds, news).readable
    except EngineError:
        found = None
    finally:
        client.close()
    step = f"rotation.saltKey {int(olds['rotation'])} -> {int(news['rotation'])}: "
    if found is not None and not found:
        return f"{step}the database holds nothing encrypted; replicas with the new salt key replace the old ones"
    what = str(found) if found else "what the database holds encrypted (it cannot be asked now)"
    return (
        f"{step}re-encrypts {what} in one transaction, while stand-ins of the replicas serve from memory; then replicas"
        " with the new salt key replace them. Clients notice nothing: no request fails, and answers in flight finish."
        " Models and credentials that somebody else changes meanwhile are settled before the update ends"
    )


def is_moved(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Tell whether there is another salt key, or one that a preview does not know yet."""
    return bool(olds["salt_key"] != news["salt_key"])


def verify(props: Mapping[str, Any]) -> None:
    """Raise EngineError where the database holds ciphertext that the salt key does not read."""
    client = connect()
    try:
        _refuse_foreign(client, _surroundings(props), [props["salt_key"]])
    finally:
        client.close()


def rotate(olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
    """Re-encrypt with the new salt key what the recorded ones encrypted, while stand-ins serve.

    Where it fails, the replicas of before serve again, with the old salt key and the rows as they were.
    """
    client, where, keys = connect(), _surroundings(news, olds), former(olds)
    try:
        if _unsettled(client, news):
            _refuse_foreign(client, where, [*keys, news["salt_key"]])
        if not job.count(client, where, keys=keys).readable:
            return
        try:
            _stand_ins(news).take_over(client, news)
            job.reencrypt(client, where, keys=keys, to=news["salt_key"], rotation=int(news["rotation"]))
        except EngineError:
            # First, so that one that was given up does not end its work under the replicas of before.
            remove(client, where.name, labels=where.labels)
            _stand_ins(news).give_back(client, news)
            raise
    finally:
        client.close()


def settle(props: Mapping[str, Any]) -> None:
    """Once the edge has the new replicas: end the stand-ins, and re-encrypt what they wrote with the old salt key."""
    client, where = connect(), _surroundings(props)
    try:
        _stand_ins(props).retire(client, props, replicas=props["replicas"])
        if props["former"]:
            job.reencrypt(client, where, keys=props["former"], to=props["salt_key"], rotation=int(props["rotation"]))
        remove(client, where.name, labels=where.labels)
    finally:
        client.close()


def clear(props: Mapping[str, Any]) -> None:
    """Remove what a rotation has on the engine."""
    client = connect()
    try:
        _stand_ins(props).remove(client, props)
        remove(client, props["name"], labels=props["labels"])
    finally:
        client.close()


def is_unsettled(props: Mapping[str, Any]) -> bool:
    """Tell whether a rotation left something on the engine."""
    client = connect()
    try:
        return bool(_unsettled(client, props))
    finally:
        client.close()


def former(olds: Mapping[str, Any]) -> list[str]:
    """Return the salt keys that rows may still be encrypted with, the last one first."""
    return [olds["salt_key"], *(olds.get("former") or ())][:3]


def _unsettled(client: DockerClient, props: Mapping[str, Any]) -> set[int]:
    """Return the numbers of the rotations that have not been settled."""
    labels = owned_filters(props["stack"], props["labels"], job.ROTATION_LABEL)
    found = client.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
    left = {int(container.labels[job.ROTATION_LABEL]) for container in found}
    return left | stand_in_service.rotations(client, props) if props.get("service") else left


def _stand_ins(props: Mapping[str, Any]) -> ModuleType:
    """Return what makes stand-ins of replicas: of a service's tasks, or of containers."""
    return stand_in_service if props.get("service") else stand_ins


def _refuse_foreign(client: DockerClient, where: job.Surroundings, keys: Sequence[str]) -> None:
    if found := job.count(client, where, keys=keys).unreadable:
        raise EngineError(FOREIGN.format(tables=found))


def _counted(client: DockerClient, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Counts:
    return job.count(client, _surroundings(news, olds), keys=former(olds))


def _surroundings(*props: Mapping[str, Any]) -> job.Surroundings:
    """Take each input from the first of `props` that knows it: a preview may not know the new ones yet."""

    def known(name: str) -> Any:
        return next(entry[name] for entry in props if isinstance(entry.get(name), str | Mapping | float | int))

    urls: Sequence[Any] = [entry["database_url"] for entry in props]
    return job.Surroundings(
        name=known("name"),
        image=known("image"),
        network=known("network"),
        user=known("user"),
        environment=known("environment"),
        tmpfs=known("tmpfs"),
        files=known("files"),
        labels=known("labels"),
        timeout=known("timeout"),
        urls=list(dict.fromkeys(url for url in urls if isinstance(url, str))),
        algorithm=props[0].get("algorithm"),
    )
