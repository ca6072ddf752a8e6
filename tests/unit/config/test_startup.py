"""What Python does in a replica before LiteLLM."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from components.litellm_runtime import STARTUP_SOURCE

STOP = "import os, signal; import litellm_stack_stop as stop; told = lambda: os.kill(os.getpid(), signal.SIGTERM)"
STOPPED = 128 + 15

DECLARED = """
print("declarations are loaded")
class BudgetInclude: ...
"""
BASE = "HttpConfig = dict"
CLIENT = "from . import types\nfrom .types import HttpConfig"


def run(program: str, *, packages: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program in an interpreter that starts as a replica's does."""
    path = os.pathsep.join(str(folder) for folder in (STARTUP_SOURCE, packages) if folder)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def say(program: str, *, packages: Path | None = None) -> str:
    """Return what a program prints there."""
    done = run(program, packages=packages)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout.strip()


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder with a package that has the database client's layout."""
    prisma = tmp_path / "prisma"
    prisma.mkdir()
    for name, source in {"__init__": CLIENT, "_types": BASE, "types": DECLARED}.items():
        (prisma / f"{name}.py").write_text(source)
    return tmp_path


def test_no_garbage_is_looked_for_until_litellm_calls() -> None:
    program = (
        "import gc, litellm_stack_garbage; print(gc.isenabled())\n"
        "litellm_stack_garbage.look(); print(gc.isenabled(), len(gc.get_objects()))"
    )
    assert say(program).split() == ["False", "True", "0"], "and what there is by then stays"


def test_the_clients_declarations_are_not_loaded_with_it(packages: Path) -> None:
    assert say("import prisma; print(prisma.HttpConfig is dict)", packages=packages) == "True"


def test_a_declaration_is_there_for_who_asks(packages: Path) -> None:
    program = "from prisma import types; print(types.BudgetInclude); from prisma.types import BudgetInclude"
    assert say(program, packages=packages).splitlines() == [
        "declarations are loaded",
        "<class 'prisma.types.BudgetInclude'>",
    ]


def test_a_name_that_is_not_declared_is_told(packages: Path) -> None:
    program = "from prisma import types; print([hasattr(types, name) for name in ('Budget', 'User', 'BudgetInclude')])"
    assert say(program, packages=packages).splitlines() == ["declarations are loaded", "[False, False, True]"]


def test_an_image_without_the_client_starts() -> None:
    assert say("import importlib.util; print(importlib.util.find_spec('prisma'))") == "None"


def test_told_to_stop_while_it_starts_it_stops() -> None:
    assert run(f"{STOP}; told(); print('goes on')").returncode == STOPPED


def test_told_to_stop_while_it_waits_it_stops_though_uvicorn_would_not_yet() -> None:
    uvicorn = f"{STOP}; signal.signal(signal.SIGTERM, lambda *_: print('later'))"
    assert run(f"{uvicorn}\nwith stop.meanwhile(): told(); print('goes on')").returncode == STOPPED
    assert say(f"{uvicorn}\nwith stop.meanwhile(): pass\ntold()") == "later"


def test_once_it_serves_uvicorn_ends_it_to_the_end() -> None:
    assert say(f"{STOP}; stop.in_order(); told(); print('ends')") == "ends"
