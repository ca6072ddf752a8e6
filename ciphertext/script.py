"""Runs inside the LiteLLM image: counts what the database holds encrypted, and re-encrypts it in one transaction.

One line of JSON comes in by standard input, one goes out by standard output; neither arguments nor environment hold a
secret, because `docker inspect` and process lists show both. What is a ciphertext, where it stands and how it is made
is LiteLLM's own (litellm/proxy/db/master_key_migration.py, 1.106.2). Imports nothing of this repository.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
import signal
import sys
import time
import types
from collections.abc import Callable, Sequence
from typing import Any

PATIENCE_SECONDS = 60
ORDER_SECONDS = 60
"""How long an order may take to arrive: a run that was killed before it sent one leaves no container for ever."""

MARKED = re.compile(r'(?:litellm_enc::|v2:gcm:)[^"\\]+')
ENCRYPTED_TABLES = ("LiteLLM_ProxyModelTable", "LiteLLM_CredentialsTable")
ENCRYPTED_SETTINGS = ("environment_variables", "cloudzero_settings", "vantage_settings")
"""Rows of LiteLLM_Config. Elsewhere plain values are common, and some look like ciphertext unless it is marked."""

Rows = dict[str, list[tuple[str, Any]]]
Tables = dict[str, list[int]]


class Database:
    """A connection in the words of LiteLLM's Prisma client; remembers the rows that it read, by table."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.rows: Rows = {}

    async def query_raw(self, query: str, *arguments: object) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        cursor = self.connection.execute(query, arguments or None)
        names = [column.name for column in cursor.description]
        found = cursor.fetchall()
        if table := re.search(r'FROM "(\w+)"', query):
            self.rows.setdefault(table[1], []).extend((str(row[0]), row[1]) for row in found)
        return [dict(zip(names, row, strict=True)) for row in found]

    async def execute_raw(self, query: str, *arguments: object) -> int:
        """Return how many rows a statement changed."""
        # Its parameters are numbered in the order in which they stand.
        count: int = self.connection.execute(re.sub(r"\$\d+", "%s", query.replace("%", "%%")), arguments).rowcount
        return count


def looks_encrypted(value: str) -> bool:
    """Tell whether a string has the form that LiteLLM gives to ciphertext: marked, or 40 bytes and more in base64."""
    if MARKED.match(value):
        return True
    try:
        sealed = base64.urlsafe_b64decode(value)
    except (binascii.Error, ValueError):
        return False
    # 24 bytes of nonce and 16 of authentication; other alphabets and line breaks decode too, and encode differently.
    return len(sealed) >= 40 and base64.urlsafe_b64encode(sealed).decode() == value


def all_encrypted(table: str, name: str) -> bool:
    """Tell whether LiteLLM encrypts every text in a row."""
    return table in ENCRYPTED_TABLES or (table == "LiteLLM_Config" and name in ENCRYPTED_SETTINGS)


def marked(value: Any) -> list[str]:
    """Return the ciphertexts in a value that say what they are."""
    return MARKED.findall(json.dumps(value))


def main() -> None:
    """Carry out the order that standard input holds; tell its result, or why there is none."""
    signal.alarm(ORDER_SECONDS)
    order = json.loads(sys.stdin.readline())
    signal.alarm(0)
    try:
        result = asyncio.run({"count": count, "reencrypt": reencrypt}[order["action"]](order))
    except Exception as error:  # whatever it is, the update tells it
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
        sys.exit(1)
    print(json.dumps(result))


def import_litellm(algorithm: str | None) -> None:
    """Import LiteLLM without its server, which takes five seconds more and has settings of its own."""
    import litellm.proxy  # type: ignore[import-not-found]  # noqa: F401  # in the image only

    # Encryption asks the server for one setting.
    server = types.ModuleType("litellm.proxy.proxy_server")
    server.general_settings = {"encryption_algorithm": algorithm}  # type: ignore[attr-defined]
    server.master_key = None  # type: ignore[attr-defined]
    sys.modules["litellm.proxy.proxy_server"] = server


def connect(urls: Sequence[str]) -> Any:
    """Return a connection with the first login that the database takes: its password may be about to rotate too."""
    import psycopg  # type: ignore[import-not-found]  # in the image only

    for url in urls[:-1]:
        try:
            return psycopg.connect(url, connect_timeout=10)
        except psycopg.OperationalError:
            continue
    return psycopg.connect(urls[-1], connect_timeout=10)


async def count(order: dict[str, Any]) -> dict[str, Any]:
    """Count rows and values by table: what `keys` encrypted, and what looks encrypted and none of them can read."""
    with connect(order["urls"]) as connection:
        connection.read_only = True
        if is_empty(connection):
            return {"readable": {}, "unreadable": {}}
        import_litellm(order.get("algorithm"))
        rows = await read(connection, order["keys"][0])
    return {"readable": by_table(rows, decrypted_with(order["keys"])), "unreadable": unreadable(rows, order["keys"])}


def is_empty(connection: Any) -> bool:
    """Tell whether no table of LiteLLM's has a row, as in a new installation: its code takes seconds to import."""
    tables = connection.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE tablename LIKE 'LiteLLM\\_%'")
    asked = " UNION ALL ".join(f"(SELECT 1 FROM {table} LIMIT 1)" for (table,) in tables)  # noqa: S608  # quoted
    return not asked or connection.execute(asked).fetchone() is None


async def reencrypt(order: dict[str, Any]) -> dict[str, Any]:
    """Re-encrypt with `to` what `keys` encrypted, and commit only what reads back as it was."""
    import_litellm(order.get("algorithm"))
    from litellm.proxy.db.master_key_migration import (  # type: ignore[import-not-found]
        count_values_encrypted_with,
        reencrypt_stored_values,
    )

    keys, to = [key for key in order["keys"] if key != order["to"]], order["to"]
    with connect(order["urls"]) as connection:
        tables = sorted(await read(connection, to))
        lock(connection, tables)
        before = await read(connection, to)
        done = by_table(before, decrypted_with(keys))
        for key in keys:
            await reencrypt_stored_values(Database(connection), from_key=key, to_key=to)
        left = sum([await count_values_encrypted_with(Database(connection), key) for key in keys])
        if left:
            raise RuntimeError(f"{left} values are still encrypted with the old salt key; nothing was changed")
        if plain(before, [*keys, to]) != plain(await read(connection, to), [to]):
            raise RuntimeError("what was re-encrypted does not read back as it was; nothing was changed")
    return {"readable": done, "unreadable": unreadable(before, [*keys, to])}


def lock(connection: Any, tables: Sequence[str]) -> None:
    """Keep writers out of `tables` until the transaction ends; readers are not held up.

    Never waits for one table while it holds another, because a replica that holds that one may want this one.
    """
    import psycopg

    names = ", ".join(f'"{table}"' for table in tables)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while tables:
        connection.rollback()
        try:
            connection.execute(f"LOCK TABLE {names} IN EXCLUSIVE MODE NOWAIT")
        except psycopg.errors.LockNotAvailable:
            if time.monotonic() > deadline:
                raise RuntimeError(f"others wrote to {names} for {PATIENCE_SECONDS} s without a pause") from None
            time.sleep(0.05)
        else:
            return


async def read(connection: Any, key: str) -> Rows:
    """Return every row that may hold a ciphertext, by table: those that LiteLLM's own count reads."""
    from litellm.proxy.db.master_key_migration import count_values_encrypted_with

    database = Database(connection)
    await count_values_encrypted_with(database, key)
    return database.rows


def by_table(rows: Rows, found: Callable[[str], str | None]) -> Tables:
    """Return how many rows and how many values of each table `found` has an answer for."""
    from litellm.proxy.db.master_key_migration import replace_ciphertexts

    tables: Tables = {}
    for table, entries in rows.items():
        counts = [replace_ciphertexts(value, found)[1] for _, value in entries]
        if any(counts):
            tables[table] = [sum(1 for values in counts if values), sum(counts)]
    return tables


def plain(rows: Rows, keys: Sequence[str]) -> dict[str, list[str]]:
    """Return the rows as they read with any of `keys`, in an order that does not depend on when they were written."""
    from litellm.proxy.db.master_key_migration import replace_ciphertexts

    decrypted = decrypted_with(keys)
    return {
        table: sorted(json.dumps([name, replace_ciphertexts(value, decrypted)[0]]) for name, value in entries)
        for table, entries in rows.items()
    }


def decrypted_with(keys: Sequence[str]) -> Callable[[str], str | None]:
    """Return what replaces a ciphertext by what it says, and anything else by nothing."""
    from litellm.proxy.common_utils.encrypt_decrypt_utils import (  # type: ignore[import-not-found]
        decrypt_if_encrypted_with,
    )

    def readable(value: str) -> str | None:
        return next((text for key in keys if (text := decrypt_if_encrypted_with(value, key)) is not None), None)

    return readable


def unreadable(rows: Rows, keys: Sequence[str]) -> Tables:
    """Return how many rows and values of each table look encrypted, and are not with any of `keys`."""
    decrypted = decrypted_with(keys)
    suspects = {
        table: [(name, value if all_encrypted(table, name) else marked(value)) for name, value in entries]
        for table, entries in rows.items()
    }
    return by_table(suspects, lambda value: value if looks_encrypted(value) and decrypted(value) is None else None)


if __name__ == "__main__":
    main()
