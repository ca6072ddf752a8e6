"""The first answered request of a deployment that is being brought up."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from supply.errors import SupplyError
from tests.bench.load import QUESTION

POLL_SECONDS = 0.1
PATIENCE_SECONDS = 300
TAIL = 3000


@dataclass(frozen=True, kw_only=True)
class Started:
    """Seconds from the command's start until the first answered request, and until the command's end."""

    answer: float
    command: float


def bring_up(command: Sequence[str], *, folder: Path, environment: Mapping[str, str], url: str, key: str) -> Started:
    """Run the command that brings a gateway up and ask a model at `url` until it answers.

    Raises SupplyError where the command fails, or nothing answers within five minutes.
    """
    with (folder / "output").open("w+") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        ended: float | None = None
        answered: float | None = None
        while ended is None or answered is None:
            if ended is None and process.poll() is not None:
                ended = time.monotonic() - began
                if process.returncode:
                    output.seek(0)
                    raise SupplyError(f"{' '.join(command)} failed:\n{output.read()[-TAIL:]}")
            if answered is None and _answers(url, key):
                answered = time.monotonic() - began
            if time.monotonic() - began > PATIENCE_SECONDS:
                process.terminate()
                raise SupplyError(f"{url} did not answer within {PATIENCE_SECONDS} s of `{' '.join(command)}`")
            time.sleep(POLL_SECONDS)
    return Started(answer=answered, command=ended)


def _answers(url: str, key: str) -> bool:
    try:
        answer = httpx.post(
            f"{url}/v1/chat/completions",
            json=QUESTION,
            headers={"Authorization": f"Bearer {key}"},
            timeout=5,
            trust_env=False,
        )
    except httpx.TransportError:
        return False
    return answer.is_success
