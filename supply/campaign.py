"""`make campaign`: the tests that `make test` leaves out, part by part, with a record of what passed and when.

A part is a file of tests/campaign, or a folder in it, whose files share a stack. `COVERS` in the file, or in the
folder's conftest.py, names the paths of the checkout that the part proves something about.
"""

from __future__ import annotations

import ast
import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypedDict

from supply.console import Console
from supply.errors import SupplyError
from supply.host import CHECKOUT
from supply.process import capture

FOLDER = CHECKOUT / "tests" / "campaign"
RESULTS = FOLDER / "results.json"
NOTHING_SELECTED = 5
"""pytest's exit status when no test has the marker."""


class Result(TypedDict):
    """The last run of a part: `commit` ends with "+" if the checkout had changes that are in no commit."""

    commit: str
    date: str
    result: str
    seconds: int


def parts() -> list[str]:
    """Return the names of all parts."""
    files = [file.name for file in FOLDER.glob("test_*.py")]
    return sorted([*files, *(file.parent.name for file in FOLDER.glob("*/conftest.py"))])


def results() -> dict[str, Result]:
    """Return the last result of each part that was run, by part."""
    recorded: dict[str, Result] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    return recorded


def run(*, only: str | None, marker: str | None, stale: bool, environment: Mapping[str, str], console: Console) -> int:
    """Run parts that have not passed on this commit; the number of those that failed.

    `only` names one part, which runs in any case; `marker` selects by pytest's marker; `stale` keeps to the parts whose
    code has changed since their last result.
    """
    commit = _commit()
    failed = 0
    for part in _chosen(only, stale=stale, commit=commit):
        console.say(f"$ pytest tests/campaign/{part}")
        began = time.monotonic()
        status = _pytest(part, marker, environment)
        seconds = round(time.monotonic() - began)
        if status == NOTHING_SELECTED:
            continue
        failed += bool(status)
        result = "failed" if status else "passed"
        console.say(f"  {part}: {result} in {seconds} s")
        _record(part, Result(commit=commit, date=_today(), result=result, seconds=seconds))
    return failed


def covers(part: str) -> tuple[str, ...]:
    """Return the paths that a part proves something about, its own tests included."""
    file = FOLDER / part if part.endswith(".py") else FOLDER / part / "conftest.py"
    for statement in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "COVERS":
            return (*ast.literal_eval(statement.value), f"tests/campaign/{part}")
    raise SupplyError(
        f"tests/campaign/{file.relative_to(FOLDER)} does not say what it covers",
        mend='Add `COVERS = ("components", ...)`: the paths that it proves something about.',
    )


def _chosen(only: str | None, *, stale: bool, commit: str) -> list[str]:
    known, recorded = parts(), results()
    if only is not None:
        if only not in known:
            raise SupplyError(f"tests/campaign has no part {only!r}", mend=f"Parts: {', '.join(known)}")
        return [only]
    return [part for part in known if _is_due(part, recorded.get(part), stale=stale, commit=commit)]


def _is_due(part: str, last: Result | None, *, stale: bool, commit: str) -> bool:
    if last is None or last["result"] != "passed":
        return True
    return _has_changed(part, since=last["commit"]) if stale else last["commit"] != commit


def _has_changed(part: str, *, since: str) -> bool:
    """Whether a path that the part covers is another than at the commit `since`, or that commit is not known."""
    command = ["git", "diff", "--quiet", since.removesuffix("+"), "--", *covers(part)]
    return since.endswith("+") or bool(subprocess.run(command, cwd=CHECKOUT, capture_output=True).returncode)


def _commit() -> str:
    head = capture(["git", "rev-parse", "--short=12", "HEAD"], what="Reading the commit", cwd=CHECKOUT)
    status = ["git", "status", "--porcelain", "--", ".", f":!{RESULTS.relative_to(CHECKOUT)}"]
    return f"{head}+" if capture(status, what="Reading the checkout's state", cwd=CHECKOUT) else head


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _pytest(part: str, marker: str | None, environment: Mapping[str, str]) -> int:
    words: Sequence[str] = ["-m", marker] if marker else []
    command = ["python", "-m", "pytest", f"tests/campaign/{part}", *words]
    return subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode


def _record(part: str, result: Result) -> None:
    content = json.dumps({**results(), part: result}, indent=1, sort_keys=True)
    RESULTS.write_text(f"{content}\n", encoding="utf-8")
