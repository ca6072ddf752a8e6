"""Running other programs: output kept for the error, its last line shown as progress."""

from __future__ import annotations

import signal
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from supply.console import Step
from supply.errors import SupplyError

KEPT_LINES = 30


def run(
    argv: Sequence[str | Path],
    *,
    what: str,
    step: Step | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
) -> None:
    """Run `argv` to its end; `what` names the action in the error, which carries the last lines of the output."""
    kept: deque[str] = deque(maxlen=KEPT_LINES)
    try:
        process = subprocess.Popen(
            [str(word) for word in argv],
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError as error:
        raise SupplyError(f"{what}: the program {argv[0]} is not installed or not on PATH") from error
    with process:
        if stdin is not None and process.stdin:
            process.stdin.write(stdin)
            process.stdin.close()
        for line in process.stdout or ():
            kept.append(line.rstrip())
            if step:
                step.progress(line)
    if process.returncode:
        output = "\n".join(f"    {line}" for line in kept)
        raise SupplyError(f"{what} failed (exit status {process.returncode})", mend=output)


def capture(
    argv: Sequence[str | Path],
    *,
    what: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float | None = None,
) -> str:
    """Return what `argv` prints, without the white space around it."""
    try:
        result = subprocess.run(
            [str(word) for word in argv],
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
    except FileNotFoundError as error:
        raise SupplyError(f"{what}: the program {argv[0]} is not installed or not on PATH") from error
    except subprocess.TimeoutExpired as error:
        raise SupplyError(f"{what}: {argv[0]} gave no answer within {timeout} s") from error
    if result.returncode:
        raise SupplyError(f"{what} failed (exit status {result.returncode})", mend=result.stderr.strip())
    return result.stdout.strip()


def succeeds(argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> bool:
    """Whether `argv` can be run and ends with status 0; its output is dropped."""
    try:
        return subprocess.run([str(word) for word in argv], env=env, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def restore_interrupt() -> None:
    """Take SIGINT's default handling back, in this process and so in its children.

    A shell starts background jobs with SIGINT ignored; Pulumi ends its plugins with it, and would wait 5 s for each.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
