"""Start-up hooks that do not fit an image (c17), and what LiteLLM is given of the user's own (PYTHONPATH, hooks)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from components.litellm_runtime import STARTUP, STARTUP_SOURCE, modules_path

OFF = "litellm-stack: start-up hook {} does not fit this image and is off: "
SECRET = "postgresql://user:canary-0123456789@database"
START = "import litellm_stack_hooks as hooks; hooks.after_imports(); print('starts')"
BEFORE = ("stop", "garbage", "types", "diff")
AFTER = ("garbage", "schema", "leave")

PSYCOPG = {
    "__init__": "class Error(Exception): ...\nclass OperationalError(Error): ...",
    "conninfo": "def conninfo_to_dict(url): ...",
    "pq": (
        "class Option:\n    def __init__(self, name): self.keyword = name.encode()\n"
        "class Conninfo:\n    get_defaults = staticmethod(lambda: [Option(name) for name in "
        "('sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'connect_timeout', 'options', 'application_name')])"
    ),
    "sql": "class SQL:\n    def __init__(self, _): ...\n    def format(self, _): ...\ndef Identifier(*_): ...",
}
"""Of psycopg, what the hook needs that waits for the schema."""
MIGRATIONS = {f"migrations/{name}/migration.sql": "" for name in ("1_first", "2_second")}
DIFF = "litellm.proxy.db.check_migration"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def package(folder: Path, name: str, modules: dict[str, str]) -> None:
    """Write a package of that dotted name, with its modules."""
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        write(folder, {"/".join([*parts[:depth], "__init__.py"]): ""})
    write(folder.joinpath(*parts), {f"{module}.py": source for module, source in modules.items()})


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder with the parts of an image that the hooks need."""
    folder = tmp_path / "packages"
    package(folder, "psycopg", PSYCOPG)
    package(folder, "litellm_proxy_extras", {})
    write(folder / "litellm_proxy_extras", MIGRATIONS)
    package(folder, "prisma", {"_types": "HttpConfig = dict", "types": "class BudgetInclude: ..."})
    write(folder, {"prisma/__init__.py": "from . import types\nfrom .types import HttpConfig"})
    package(folder, "litellm.proxy.db", {"check_migration": "def check_prisma_schema_diff(db_url=None): print(db_url)"})
    return folder


def run(
    program: str, *paths: Path, startup: Path = STARTUP_SOURCE, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, (startup, *paths))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DATABASE_URL": SECRET,
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def lines(program: str, *paths: Path, startup: Path = STARTUP_SOURCE, **variables: str) -> list[str]:
    """Return what a program prints in an interpreter that starts as a replica's does."""
    done = run(program, *paths, startup=startup, **variables)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "canary" not in done.stdout
    return done.stdout.splitlines()


@pytest.mark.parametrize("broken", [None, f"raise RuntimeError({SECRET!r})"])
@pytest.mark.parametrize("hook", sorted({*BEFORE, *AFTER}))
def test_a_hook_that_cannot_be_imported_is_off_and_the_start_goes_on_c17(
    hook: str, broken: str | None, packages: Path, tmp_path: Path
) -> None:
    startup = tmp_path / "startup"
    shutil.copytree(STARTUP_SOURCE, startup, ignore=shutil.ignore_patterns("__pycache__"))
    module = startup / f"litellm_stack_{hook}.py"
    module.unlink()
    if broken:
        module.write_text(broken)
    printed = lines(START, packages, startup=startup)
    own = [line for line in printed if line.startswith(OFF.format(f"litellm_stack_{hook}"))]
    assert len(own) == (hook in BEFORE) + (hook in AFTER)
    assert printed[-1] == "starts"


def test_each_hook_has_a_line_of_its_own_in_a_process_without_litellm_c17() -> None:
    *off, last = lines(START)
    assert [line.partition(" does not")[0] for line in off] == [
        "litellm-stack: start-up hook litellm_stack_schema",
        "litellm-stack: start-up hook litellm_stack_leave",
    ]
    assert "ModuleNotFoundError" in off[0]
    assert "No module named 'psycopg'" in off[0]
    assert last == "starts"


def test_the_wait_for_the_schema_is_off_in_an_image_without_migrations_c17(packages: Path) -> None:
    shutil.rmtree(packages / "litellm_proxy_extras" / "migrations")
    [line] = lines("import litellm_stack_hooks as hooks; hooks.run('litellm_stack_schema:wait')", packages)
    assert line.startswith(OFF.format("litellm_stack_schema"))
    assert line.endswith("no migrations in the package litellm_proxy_extras")


def test_a_url_that_libpq_cannot_read_is_reported_without_it(packages: Path) -> None:
    write(packages, {"psycopg/conninfo.py": "def conninfo_to_dict(url): raise ValueError(url)"})
    [line] = lines("import litellm_stack_hooks as hooks; hooks.run('litellm_stack_schema:wait')", packages)
    assert line.startswith(OFF.format("litellm_stack_schema"))
    assert "ValueError at litellm_stack_schema.py:" in line


def test_declarations_are_loaded_as_ever_where_the_client_has_another_layout_c17(packages: Path) -> None:
    (packages / "prisma" / "_types.py").unlink()
    (packages / "prisma" / "__init__.py").write_text("from . import types")
    line, found = lines("import prisma; print(prisma.types.BudgetInclude.__name__)", packages)
    assert line.startswith(OFF.format("litellm_stack_types"))
    assert found == "BudgetInclude"


def test_a_star_import_has_every_declaration(packages: Path) -> None:
    assert lines("from prisma.types import *; print(BudgetInclude.__name__)", packages) == ["BudgetInclude"]


def test_the_schema_is_not_compared_h05(packages: Path) -> None:
    program = f"from {DIFF} import check_prisma_schema_diff as compare; compare(db_url=None); compare('x'); print('on')"
    assert lines(program, packages) == ["on"]


@pytest.mark.parametrize("source", ["", "def another_name(): ..."])
def test_an_image_that_compares_by_another_function_says_so_c17(packages: Path, source: str) -> None:
    write(packages, {"litellm/proxy/db/check_migration.py": source})
    line, last = lines(f"import {DIFF}; print('on')", packages)
    assert line.startswith(OFF.format("litellm_stack_diff"))
    assert line.endswith(f"{DIFF} has no check_prisma_schema_diff")
    assert last == "on"


LEAVE = """
import asyncio, os, signal
import litellm_stack_hooks as hooks
async def main():
    told = asyncio.Event()
    signal.signal(signal.SIGTERM, lambda *_: asyncio.get_running_loop().call_soon(told.set))  # as uvicorn's
    hooks.run("litellm_stack_leave:prepare")
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(told.wait(), 1)
    print("stops")
asyncio.run(main())
"""
MANAGERS = {
    "no module": None,
    "no class": "",
    "no method": "class GracefulShutdownManager: ...",
    "another signature": (
        "class GracefulShutdownManager:\n"
        "    is_shutting_down = staticmethod(lambda: False)\n    start_shutdown = staticmethod(lambda reason: None)"
    ),
}


@pytest.mark.parametrize("manager", MANAGERS.values(), ids=MANAGERS.keys())
def test_an_image_that_shuts_down_by_other_means_stops_as_it_would_c17(packages: Path, manager: str | None) -> None:
    if manager is not None:
        package(packages, "litellm.proxy.shutdown", {"graceful_shutdown_manager": manager})
    line, last = lines(LEAVE, packages)
    assert line.startswith(OFF.format("litellm_stack_leave"))
    assert last == "stops"


def test_pythonpath_is_extended_c17() -> None:
    assert modules_path("") == STARTUP
    assert modules_path("/app/custom:/opt/more") == f"{STARTUP}:/app/custom:/opt/more"


def test_modules_of_the_users_folder_are_found_and_its_sitecustomize_runs_c17(tmp_path: Path) -> None:
    write(tmp_path, {"sitecustomize.py": "print('user')", "callbacks.py": "print('callbacks')"})
    assert lines("import callbacks, gc; print(gc.isenabled())", tmp_path) == ["user", "callbacks", "False"]


def test_a_users_sitecustomize_that_fails_does_not_end_the_start_c17(tmp_path: Path) -> None:
    write(tmp_path, {"sitecustomize.py": "import no_such_module"})
    done = run("import gc; print(gc.isenabled())", tmp_path)
    assert (done.returncode, done.stdout) == (0, "False\n")
    assert "no_such_module" in done.stderr, "as Python itself says it"


def test_litellm_calls_the_stacks_hooks_first_and_then_the_users_c17() -> None:
    show = "import os; print(os.environ['LITELLM_WORKER_STARTUP_HOOKS'])"
    own = "litellm_stack_hooks:after_imports"
    assert lines(show) == [own]
    assert lines(show, LITELLM_WORKER_STARTUP_HOOKS="mine:first, mine:second") == [f"{own},mine:first, mine:second"]
    worker = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {show!r}])"
    assert lines(worker, LITELLM_WORKER_STARTUP_HOOKS="mine:first") == [f"{own},mine:first"], "once, in workers too"


CA = "/app/database-ca.pem"


@pytest.mark.parametrize(
    ("prisma", "libpq", "schema"),
    [
        ("", "", "public"),
        ("?connection_limit=10&pool_timeout=60&max_idle_connection_lifetime=60", "", "public"),
        ("?pgbouncer=true&connect_timeout=3&schema=gateway&socket_timeout=9", "?connect_timeout=3", "gateway"),
        ("?options=-c+lock_timeout%3D5&schema=", "?options=-c%20lock_timeout%3D5", "public"),
        (f"?sslmode=require&sslcert={CA}&sslaccept=strict", f"?sslmode=verify-full&sslrootcert={CA}", "public"),
        # As LiteLLM got it, should an image not translate it.
        (f"?sslmode=verify-full&sslrootcert={CA}", f"?sslmode=verify-full&sslrootcert={CA}", "public"),
        (f"?sslmode=require&sslcert={CA}&sslaccept=accept_invalid_certs", "?sslmode=require", "public"),
        (f"?sslmode=require&sslcert={CA}", "?sslmode=require", "public"),
        ("?sslaccept=strict", "?sslmode=verify-full&sslrootcert=system", "public"),
        (f"?sslmode=disable&sslcert={CA}&sslaccept=strict", "?sslmode=disable", "public"),
        (f"?sslmode=require&sslcert={CA}&sslkey=/key", f"?sslmode=require&sslcert={CA}&sslkey=/key", "public"),
    ],
)
def test_the_url_is_read_as_prisma_means_it_h04(packages: Path, prisma: str, libpq: str, schema: str) -> None:
    base = "postgresql://u:p%40%2F@host:5432/litellm"
    program = f"import litellm_stack_schema as s; print(*s.as_libpq_reads_it({base + prisma!r}))"
    [line] = lines(program, packages)
    url, found = line.split()
    assert url.replace("%2F", "/") == (base + libpq).replace("%2F", "/")
    assert found == schema


WAITED = """
import litellm_stack_schema as s
s.NO_ANSWER_SECONDS, s.INCOMPLETE_SECONDS, s.POLL_SECONDS = 0.05, 0.1, 0.01
answers = iter({answers})
s.applied = lambda *_: next(answers)
s.wait()
print("goes on")
"""


def test_it_waits_for_every_migration_however_late_the_database_comes_h04(packages: Path) -> None:
    answers = "[None, set(), {'1_first'}, {'1_first', '2_second', '3_newer'}]"
    assert lines(WAITED.format(answers=answers), packages) == ["goes on"]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ("lambda: None, 0", "the database did not let this replica in for 0.05 s"),
        ("lambda: {'1_first', '3_newer'}, 0", "the database has 1 of this image's 2 migrations after 0.1 s"),
    ],
)
def test_it_gives_up_with_one_line_h04(packages: Path, answers: str, words: str) -> None:
    line, last = lines(WAITED.replace("iter({answers})", f"iter({answers})"), packages)
    assert line.startswith(f"litellm-stack: {words}; LiteLLM starts without its schema")
    assert last == "goes on"
