"""The policy pack's findings, taken out of Pulumi's event log without keeping that.

The event log holds everything that is said during a preview, the plugins' debug messages among it, and these hold
secrets in clear. So it goes through a pipe, and all but the findings is dropped.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FINDING = "policyEvent"
"""The event of a finding (apitype.EngineEvent in pulumi/sdk/go)."""
NEEDED = {"PULUMI_DEBUG_COMMANDS": "true"}
"""Without it `pulumi preview` does not know --event-log (pulumi/pkg/cmd/pulumi/operations/preview.go)."""
_CHUNK = 65536
_PAUSE = 0.05


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A pipe to give to `--event-log`, and the findings that came through it by the end."""

    path: Path
    found: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    """Read a pipe as long as the body runs; `found` is complete after it."""
    with tempfile.TemporaryDirectory() as folder:
        listener = Listener(path=Path(folder) / "events")
        os.mkfifo(listener.path, mode=0o600)
        # Not blocking, because a preview that fails early never opens the other end.
        pipe = os.open(listener.path, os.O_RDONLY | os.O_NONBLOCK)
        ended = threading.Event()
        reader = threading.Thread(target=_read, args=(pipe, listener.found, ended))
        reader.start()
        try:
            yield listener
        finally:
            ended.set()
            reader.join()
            os.close(pipe)


def _read(pipe: int, found: list[dict[str, Any]], ended: threading.Event) -> None:
    rest = b""
    while True:
        over = ended.is_set()
        try:
            chunk = os.read(pipe, _CHUNK)
        except BlockingIOError:
            chunk = b""
        if not chunk:
            if over:
                return
            ended.wait(_PAUSE)
            continue
        *lines, rest = (rest + chunk).split(b"\n")
        found += [event for line in lines for event in _finding(line)]


def _finding(line: bytes) -> list[dict[str, Any]]:
    try:
        event = json.loads(line).get(FINDING)
    except (ValueError, AttributeError):
        return []
    return [event] if isinstance(event, dict) else []
