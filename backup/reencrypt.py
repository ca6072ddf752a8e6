"""Rows that were encrypted with a backup's salt key, encrypted with the stack's own instead.

LiteLLM does it itself (litellm/proxy/db/master_key_migration.py), in a container of the image that will read the rows.
Keys and the database's address go through standard input: arguments and environment of a container can be read by all
who may ask the engine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine import job

DATABASE_URL = "DATABASE_URL"

SCRIPT = """
import asyncio, json, os, sys
given = json.loads(sys.stdin.readline())
os.environ["DATABASE_URL"] = given["url"]
from litellm.proxy.db.master_key_migration import count_values_encrypted_with as count, reencrypt_stored_values
from prisma import Prisma
async def main():
    database = Prisma()
    await database.connect()
    try:
        for key in given["old"]:
            await reencrypt_stored_values(database, from_key=key, to_key=given["new"])
        return sum([await count(database, key) for key in given["old"]])
    finally:
        await database.disconnect()
left = asyncio.run(main())
sys.exit(f"{left} values are still encrypted with the old salt key" if left else 0)
"""


def reencrypt(migration: Mapping[str, Any], *, old: Sequence[str], new: str) -> None:
    """Encrypt with the salt key `new` what is encrypted with one of `old`; values of other keys are left alone.

    `migration` is the stack's migration job, as engine.job runs it: the same image on the same database. Raises
    EngineError.
    """
    others = [key for key in old if key != new]
    if not others:
        return
    environment = dict(migration["environment"])
    url = str(environment.pop(DATABASE_URL))
    given = json.dumps({"url": url, "old": others, "new": new})
    props = {
        **migration,
        "container_name": f"{migration['container_name']}-reencryption",
        "entrypoint": ["python3", "-c", SCRIPT],
        "command": [],
        "environment": environment,
    }
    job.run(props, stdin=given, hidden=[url, *others, new])
