"""Runs in a replica once LiteLLM is imported and before it reads anything: waits for the database's schema.

The first replicas of a stack start beside the database and the migration: their imports, most of a start, need neither.
LiteLLM calls it: LITELLM_WORKER_STARTUP_HOOKS (proxy_startup_event in litellm/proxy/proxy_server.py).
"""

import importlib.util
import os
import time
from pathlib import Path

import litellm_stack_stop
import psycopg  # type: ignore[import-not-found]  # the image has it, the checks of this repository do not

POLL_SECONDS = 0.1
PATIENCE_SECONDS = 120
APPLIED = "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL"


def wait() -> None:
    """Return when the database has every migration, or after PATIENCE_SECONDS: LiteLLM says what is wrong then."""
    url = os.environ["DATABASE_URL"]
    try:
        psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return  # with parameters that only Prisma knows
    wanted, deadline = migrations(), time.monotonic() + PATIENCE_SECONDS
    with litellm_stack_stop.meanwhile():
        while not wanted <= applied(url):
            if time.monotonic() > deadline:
                print(f"the database does not have LiteLLM's schema after {PATIENCE_SECONDS} s", flush=True)
                return
            time.sleep(POLL_SECONDS)


def migrations() -> set[str]:
    """Return the names of the migrations in this image, without importing all of LiteLLM for them."""
    package = importlib.util.find_spec("litellm_proxy_extras")
    places = package.submodule_search_locations if package else None
    return {file.parent.name for place in places or () for file in Path(place).glob("migrations/*/migration.sql")}


def applied(url: str) -> set[str]:
    """Return the names of those that the database has; none where it does not answer, or not this login, yet."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            return {str(name) for (name,) in connection.execute(APPLIED)}
    except psycopg.Error:
        return set()
