"""Runs in a replica once LiteLLM is imported and before it reads anything: waits for the database's schema.

The first replicas of a stack start beside the database and the migration: their imports, most of a start, need neither.
What LiteLLM writes as it starts it tries once: without its table, the budget of the whole proxy is not enforced until
the replica starts again (add_proxy_budget_to_db in litellm/proxy/proxy_server.py). LiteLLM calls this through
litellm_stack_hooks.
"""

import importlib.util
import os
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import litellm_stack_stop

# The image has it, the checks of this repository do not.
import psycopg  # type: ignore[import-not-found]
from psycopg import conninfo, pq, sql

POLL_SECONDS = 0.1
NO_ANSWER_SECONDS = 120
"""How long to wait for a database that does not let this login in. LiteLLM itself can serve without one."""
INCOMPLETE_SECONDS = 900
"""How long to wait for migrations of a database that answers: they are under way, and nothing works before."""
APPLIED = "SELECT migration_name FROM {} WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL"
_UNCHECKED = "accept_invalid_certs"


def wait() -> None:
    """Return when the database has every migration of this image, or report that it does not and that waiting ends."""
    wanted = migrations()
    if not wanted:
        raise LookupError("no migrations in the package litellm_proxy_extras")
    url, schema = as_libpq_reads_it(os.environ["DATABASE_URL"])
    conninfo.conninfo_to_dict(url)  # raises ProgrammingError if libpq cannot read it: then there is no use in waiting
    started = time.monotonic()
    with litellm_stack_stop.meanwhile():
        while True:
            found = applied(url, schema)
            if found is not None and wanted <= found:
                return
            if time.monotonic() - started > (NO_ANSWER_SECONDS if found is None else INCOMPLETE_SECONDS):
                print(_gives_up(wanted, found), flush=True)
                return
            time.sleep(POLL_SECONDS)


def migrations() -> set[str]:
    """Return the names of the migrations in this image, without importing all of LiteLLM for them."""
    package = importlib.util.find_spec("litellm_proxy_extras")
    places = package.submodule_search_locations if package else None
    return {file.parent.name for place in places or () for file in Path(place).glob("migrations/*/migration.sql")}


def applied(url: str, schema: str) -> set[str] | None:
    """Return the names of those that the database has; None if it does not answer, or not this login, yet."""
    query = sql.SQL(APPLIED).format(sql.Identifier(schema, "_prisma_migrations"))
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            return {str(name) for (name,) in connection.execute(query)}
    except psycopg.OperationalError:
        return None
    except psycopg.Error:
        return set()  # there is no such table yet, or this login may not read it yet


def as_libpq_reads_it(url: str) -> tuple[str, str]:
    """Return a URL of Prisma's for libpq, and the schema that it names.

    LiteLLM's command line writes DATABASE_URL for Prisma before hooks run (litellm/proxy/proxy_cli.py): with parameters
    that libpq refuses, such as connection_limit, and TLS in Prisma's words (translate_libpq_ssl_params in
    litellm/proxy/db/db_url_settings.py).
    """
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    kept = {name: value for name, value in _with_tls_of_libpq(given).items() if name in known}
    return parts._replace(query=urlencode(kept, quote_via=quote)).geturl(), given.get("schema") or "public"


def _with_tls_of_libpq(given: Mapping[str, str]) -> dict[str, str]:
    # Prisma's sslcert is what signed the server's certificate; libpq's is the client's own, which comes with a key.
    if "sslkey" in given or given.get("sslmode") == "disable":
        return {name: value for name, value in given.items() if name != "sslcert" or "sslkey" in given}
    rest = {name: value for name, value in given.items() if name != "sslcert"}
    # Prisma checks nothing unless it is told to, and then the name too.
    if given.get("sslaccept", _UNCHECKED) == _UNCHECKED:
        return rest
    signed_by = given.get("sslcert") or rest.get("sslrootcert") or "system"
    return {**rest, "sslmode": "verify-full", "sslrootcert": signed_by}


def _gives_up(wanted: set[str], found: set[str] | None) -> str:
    state = (
        f"the database did not let this replica in for {NO_ANSWER_SECONDS} s"
        if found is None
        else f"the database has {len(wanted & found)} of this image's {len(wanted)} migrations after"
        f" {INCOMPLETE_SECONDS} s"
    )
    return (
        f"litellm-stack: {state}; LiteLLM starts without its schema, and without the budget of the whole proxy."
        " Restart this container when the migration is done."
    )
