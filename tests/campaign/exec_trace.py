"""Records the arguments of every program that an engine's containers start: `python -m ... FILE PID...`, as root.

It follows containerd and what comes of it by ptrace(2), which stops a process at each execve, when the new arguments
are in place and none of the program has run: nothing is too short-lived to be seen, as it is in a list of processes.
strace(1), attached to a process, would stop at every system call, and LiteLLM's start would take minutes.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

SEIZE, CONTINUE, LISTEN = 0x4206, 7, 0x4208
FORKED, VFORKED, CLONED, EXECUTED, STOPPED = 1, 2, 3, 4, 128
"""Events of ptrace(2); each but the last is asked for by the bit of its number."""
OPTIONS = sum(1 << event for event in (FORKED, VFORKED, CLONED, EXECUTED))
GROUP_STOPS = (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
ALL_THREADS = 0x40000000
"""__WALL of waitpid(2)."""

ATTACHED = "attached"
"""The first line: what starts from now on is seen."""

_ptrace = ctypes.CDLL(None, use_errno=True).ptrace
_ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)


def follow(file: Path, processes: Iterable[int]) -> None:
    """Write a line for each execve below `processes`: its arguments as a list of Python's. It goes on until killed."""
    for process in processes:
        for entry in Path(f"/proc/{process}/task").iterdir():
            _call(SEIZE, int(entry.name), OPTIONS)
    with file.open("a", encoding="utf-8", buffering=1) as lines:
        lines.write(f"{ATTACHED}\n")
        while True:
            thread, status = os.waitpid(-1, ALL_THREADS)
            if os.WIFSTOPPED(status):
                event, number = status >> 16, os.WSTOPSIG(status)
                if event == EXECUTED:
                    lines.write(f"{_arguments(thread)}\n")
                with suppress(ProcessLookupError):  # killed meanwhile
                    _go_on(thread, event, number)


def _go_on(thread: int, event: int, number: int) -> None:
    if event == STOPPED and number in GROUP_STOPS:
        _call(LISTEN, thread, 0)
    else:
        _call(CONTINUE, thread, 0 if event else number)


def _arguments(process: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    return []


def _call(request: int, thread: int, data: int) -> None:
    if _ptrace(request, thread, None, data) == -1:
        raise OSError(ctypes.get_errno(), "ptrace")


if __name__ == "__main__":
    follow(Path(sys.argv[1]), map(int, sys.argv[2:]))
