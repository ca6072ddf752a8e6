"""Runs in a replica before LiteLLM: leaves out a comparison that shows the database's password to the whole host.

Where LiteLLM may not change the schema (DISABLE_SCHEMA_UPDATE), it compares the database with its schema at each start,
by `prisma migrate diff --from-url URL` (litellm/proxy/db/check_migration.py): an argument of a process is for everybody
on the host to read. All that it does with the result is to log it. Here the migration job has brought the schema, and
replicas wait for it (litellm_stack_schema.py).
"""

from types import ModuleType

import litellm_stack_imports

MODULE = "litellm.proxy.db.check_migration"
FUNCTION = "check_prisma_schema_diff"


def leave_out() -> None:
    """Replace the comparison once its module is imported."""
    litellm_stack_imports.follow(MODULE, _replace, hook=__name__)


def _replace(module: ModuleType) -> None:
    if not hasattr(module, FUNCTION):
        raise AttributeError(f"{MODULE} has no {FUNCTION}")
    setattr(module, FUNCTION, _compare_nothing)


def _compare_nothing(*_arguments: object, **_named: object) -> None:
    pass
