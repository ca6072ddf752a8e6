"""Rows that were encrypted with a backup's salt key, encrypted with the stack's own instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ciphertext import job
from engine.api import connect
from engine.job import remove

DATABASE_URL = "DATABASE_URL"


def reencrypt(migration: Mapping[str, Any], *, old: Sequence[str], new: str) -> None:
    """Encrypt with the salt key `new` what is encrypted with one of `old`; values of other keys are left alone.

    `migration` is the stack's migration job, as engine.job runs it: the same image on the same database. Raises
    EngineError.
    """
    others = [key for key in old if key != new]
    if not others:
        return
    where = _surroundings(migration)
    client = connect()
    try:
        job.reencrypt(client, where, keys=others, to=new)
    finally:
        remove(client, where.name, labels=where.labels)
        client.close()


def _surroundings(migration: Mapping[str, Any]) -> job.Surroundings:
    environment = dict(migration["environment"])
    url = str(environment.pop(DATABASE_URL))
    return job.Surroundings(
        name=f"{migration['container_name']}-reencryption",
        image=migration["image"],
        network=migration["network"],
        user=migration["user"],
        environment=environment,
        tmpfs=migration["tmpfs"],
        labels=migration["labels"],
        timeout=migration["timeout"],
        urls=[url],
        algorithm=None,
        files=migration.get("files") or {},
    )
