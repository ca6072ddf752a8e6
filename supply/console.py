"""What the user sees: one line a step, with its outcome and duration, and progress while a long one runs."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

QUIET_SECONDS = 15.0
REPAINT_SECONDS = 0.2
NAME_WIDTH = 34
OUTCOME_WIDTH = 28


class Step:
    """One step under way. Set `outcome` before it ends; feed `progress` with what it is doing."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.outcome = "done"
        self.started = time.monotonic()
        self.shown = self.started
        self._detail = ""

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self.started

    def progress(self, line: str) -> None:
        """Show `line` as what the step does now."""
        if line.strip():
            self._detail = line.strip()

    def describe(self) -> str:
        """Name, elapsed time and the last progress line."""
        return f"{self.name}: {self.seconds:.0f} s{', ' if self._detail else ''}{self._detail}"


class Console:
    """Prints steps. Several may run at once, from several threads."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._terminal = self._stream.isatty()
        self._lock = threading.Lock()
        self._running: list[Step] = []
        self._wake = threading.Event()

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time a step and print its line at the end; an exception marks it as failed and passes on."""
        step = Step(name)
        with self._lock:
            self._running.append(step)
            if len(self._running) == 1:
                self._wake = threading.Event()
                threading.Thread(target=self._show_progress, args=(self._wake,), daemon=True).start()
        try:
            yield step
        except BaseException:
            step.outcome = "failed"
            raise
        finally:
            with self._lock:
                self._running.remove(step)
                if not self._running:
                    self._wake.set()
                self._write(f"  {step.name:<{NAME_WIDTH}} {step.outcome:<{OUTCOME_WIDTH}} {step.seconds:6.1f} s")

    def say(self, text: str = "") -> None:
        """Print a line that is not a step."""
        with self._lock:
            self._write(text)

    def _show_progress(self, ended: threading.Event) -> None:
        while not ended.wait(REPAINT_SECONDS):
            with self._lock:
                if self._terminal:
                    self._repaint()
                    continue
                for step in self._running:
                    if time.monotonic() - step.shown >= QUIET_SECONDS:
                        step.shown = time.monotonic()
                        self._write(f"    ... {step.describe()}")

    def _repaint(self) -> None:
        text = "  " + " | ".join(step.describe() for step in self._running)
        self._stream.write("\r\033[K" + text[: shutil.get_terminal_size().columns - 1])
        self._stream.flush()

    def _write(self, line: str) -> None:
        self._stream.write(("\r\033[K" if self._terminal else "") + line.rstrip(" ") + "\n")
        self._stream.flush()
