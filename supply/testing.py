"""`make test` and `make check`: the tests and the static checks, with everything that they need."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from supply import browser, virtualenv
from supply.console import Console
from supply.errors import NoEngineError, SupplyError
from supply.folders import user_folders
from supply.host import CHECKOUT, search_path, supply
from supply.process import capture
from supply.toolchain import Toolchain

# Each layer with what it needs beside Python packages.
LAYERS = {"unit": (), "integration": ("engine",), "e2e": ("engine", "browser")}
ALL = "all"
E2E = "tests/e2e"
APART = tuple(
    tuple(f"tests/e2e/test_{name}.py" for name in names)
    for names in (
        ("make", "workflows", "external_stores", "pooler"),
        ("salt_rotation",),
        ("environments", "backup"),
        ("alertmanager", "alerts", "certificates", "fault_alerts"),
        ("rotation",),
        ("routing", "stored_settings", "shared_state"),
    )
)
"""Tests that run make in a checkout of their own, or have stacks of their own: a process for each of these.

In the order in which they begin: the longest first, so that none is left over at the end, but `rotation`, which loads
its stack all the time, beside those that mostly wait for an alert.
"""
PROCESSES = 3
"""How many run beside each other: what is busy then are both cores of a small host."""
SUMMARY_CHARACTERS = 400
"""How much the summary at the end of a run says of a failure: the whole is in the output before."""
NOTHING_SELECTED = 5
"""pytest's exit status where it had no test to run."""
PYTHON_SOURCES = "*.py"
GO_SOURCES = "*.go"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a run of pytest counted, and a line for each failure."""

    tests: int
    skipped: int
    failures: tuple[str, ...]


def check(console: Console) -> int:
    """Run the linters and the type checker; the number of those that found something."""
    folder = virtualenv.ensure(
        virtualenv.DEVELOPMENT, checkout=CHECKOUT, folders=user_folders(os.environ), console=console
    )
    environment = {**os.environ, "PATH": search_path(folder, Toolchain(folder=None), os.environ)}
    commands = [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy", *_tracked(PYTHON_SOURCES)],
    ]
    failed = 0
    for command in commands:
        console.say(f"$ {' '.join(command[:3])}")
        failed += bool(subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode)
    if shutil.which("gofmt"):
        console.say("$ gofmt -l")
        unformatted = capture(["gofmt", "-l", *_tracked(GO_SOURCES)], what="gofmt", cwd=CHECKOUT)
        console.say(unformatted)
        failed += bool(unformatted)
    return failed


def test(layer: str, arguments: Sequence[str], console: Console) -> int:
    """Prepare for the layers asked for and run pytest on them; its exit status."""
    if layer != ALL and layer not in LAYERS:
        raise SupplyError(f"There is no test layer {layer!r}", mend=f"Layers: {', '.join(LAYERS)}, {ALL}")
    layers = list(LAYERS) if layer == ALL else [layer]
    strict = os.environ.get("CI", "").lower() == "true"
    folder = virtualenv.ensure(
        virtualenv.DEVELOPMENT, checkout=CHECKOUT, folders=user_folders(os.environ), console=console
    )
    runnable, environment, reason = _prepare(layers, folder, console)
    missing = [name for name in layers if name not in runnable]
    status = _pytest(runnable, arguments, environment, strict=strict, console=console) if runnable else 0
    for name in missing:
        console.say(f"not run: tests/{name} ({reason})")
    if missing and (strict or not runnable):
        console.say("In CI, and where it was asked for by name, a layer that cannot be run is a failure.")
        return status or 1
    return status


def bench(arguments: Sequence[str], console: Console) -> int:
    """Prepare for the integration layer and run the measurements on it; their exit status."""
    folder = virtualenv.ensure(
        virtualenv.DEVELOPMENT, checkout=CHECKOUT, folders=user_folders(os.environ), console=console
    )
    _, environment, reason = _prepare(["integration"], folder, console)
    if reason:
        return 1
    command = ["python", "-m", "tests.bench", *arguments]
    return subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode


def _prepare(layers: Sequence[str], folder: Path, console: Console) -> tuple[list[str], dict[str, str], str]:
    """Supply what the layers need; those that can be run, their environment, and why others cannot."""
    needs = {need for name in layers for need in LAYERS[name]}
    bare = _environment(folder, Toolchain(folder=None), {})
    if "engine" not in needs:
        return list(layers), bare, ""
    try:
        with ThreadPoolExecutor(1) as background:
            browsing = background.submit(browser.provide, console, environment=bare) if "browser" in needs else None
            engine, toolchain = supply(user_folders(os.environ), console, every_image=True)
            if browsing:
                browsing.result()
    except NoEngineError as error:
        console.say(str(error))
        return [name for name in layers if "engine" not in LAYERS[name]], bare, error.message
    return list(layers), _environment(folder, toolchain, engine.environment), ""


def _environment(folder: Path, toolchain: Toolchain, additions: Mapping[str, str]) -> dict[str, str]:
    path = search_path(folder, toolchain, os.environ)
    # Where somebody has set it, the program of a test's stack would be compiled anew by each run of the CLI.
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **additions, "PATH": path}


def _pytest(
    layers: Sequence[str], arguments: Sequence[str], environment: dict[str, str], *, strict: bool, console: Console
) -> int:
    """Run pytest; where there are several layers, in several processes."""
    with tempfile.TemporaryDirectory(prefix="litellm-stack-test.") as folder:
        runs = [
            Run(words=words, report=Path(folder) / f"{share}.xml", output=Path(folder) / f"{share}")
            for share, words in enumerate(_shares(layers))
        ]
        try:
            statuses = _together(runs, arguments, environment, console)
        except KeyboardInterrupt:
            return 130
        reports = [read_report(run.report) for run in runs if run.report.exists()]
    # A selection (ARGS='-k ...') may leave nothing to one of them.
    failed = [status for status in statuses if status not in (0, NOTHING_SELECTED)]
    status = failed[0] if failed else min(statuses)
    skipped = sum(report.skipped for report in reports)
    if len(runs) > 1:
        # pytest says it of each process, with the output of the next below it.
        for failure in chain.from_iterable(report.failures for report in reports):
            console.say(f"failed: {failure}")
    if strict and skipped and status == 0:
        console.say(f"{skipped} tests were skipped; in CI that is a failure.")
        return 1
    return status


def _together(
    runs: Sequence[Run], arguments: Sequence[str], environment: Mapping[str, str], console: Console
) -> list[int]:
    """Run each in a process, PROCESSES of them beside each other; their exit statuses.

    The first is shown as it goes, because it is among the longest; the others when they and it have ended.
    """
    with ThreadPoolExecutor(PROCESSES) as pool:
        started = [pool.submit(run.start, arguments, environment, watched=run is runs[0]) for run in runs]
        statuses = []
        try:
            for run, status in zip(runs, started, strict=True):
                statuses.append(status.result())
                if run is not runs[0]:
                    console.say(run.output.read_text())
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return statuses


@dataclass(frozen=True, kw_only=True)
class Run:
    """One pytest process: what it runs, and where its report and, if nobody watches, its output go."""

    words: Sequence[str]
    report: Path
    output: Path

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], *, watched: bool) -> int:
        """Run to the end and return the exit status."""
        command = ["python", "-m", "pytest", *self.words, f"--junit-xml={self.report}", *arguments]
        with self.output.open("w") as output:
            return subprocess.run(
                command,
                cwd=CHECKOUT,
                env=environment,
                stdout=None if watched else output,
                stderr=None if watched else subprocess.STDOUT,
                check=False,
            ).returncode


def _shares(layers: Sequence[str]) -> list[list[str]]:
    """Divide the layers among processes, in the order in which those begin."""
    folders = [f"tests/{name}" for name in layers]
    if "e2e" not in layers:
        return [folders]
    if layers == ["e2e"]:
        return [folders]
    apart = [file for files in APART for file in files]
    shared_stack = [E2E, *(f"--ignore={file}" for file in apart)]
    return [shared_stack, [folder for folder in folders if folder != E2E], *map(list, APART)]


def read_report(report: Path) -> Report:
    """Return what pytest's JUnit report says; it counts expected failures as skipped."""
    root = ElementTree.parse(report).getroot()  # noqa: S314  # pytest wrote it just now
    suites = list(root.iter("testsuite"))
    return Report(
        tests=sum(int(suite.get("tests", 0)) for suite in suites),
        skipped=sum(int(suite.get("skipped", 0)) for suite in suites),
        failures=tuple(
            _shortened(f"{case.get('classname')}.{case.get('name')}: {found.get('message')}")
            for case in root.iter("testcase")
            for found in case
            if found.tag in ("failure", "error")
        ),
    )


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SUMMARY_CHARACTERS else f"{line[:SUMMARY_CHARACTERS]} [...]"


def _tracked(pattern: str) -> list[str]:
    """Return the checkout's own sources: what git has, and what it would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", pattern]
    listed = capture(command, what="Listing the sources", cwd=CHECKOUT).splitlines()
    return [name for name in listed if (CHECKOUT / name).exists()]
