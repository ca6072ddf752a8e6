"""Load by Vegeta (https://github.com/tsenart/vegeta): clients that each ask again as soon as they have their answer."""

from __future__ import annotations

import base64
import csv
import json
import os
import statistics
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from supply.cache import build_once
from supply.console import Console
from supply.errors import SupplyError
from supply.folders import user_folders
from supply.process import run

VERSION = "v12.13.0"
MODULE = "github.com/tsenart/vegeta/v12"
OK = "200"
QUESTION = {"model": "chat", "messages": [{"role": "user", "content": "hi"}]}


def provide(console: Console) -> Path:
    """Return the program, built from its Go module where the cache does not have it."""

    def build(workplace: Path) -> None:
        environment = {**os.environ, "GOBIN": str(workplace)}
        run(["go", "install", f"{MODULE}@{VERSION}"], what="Building Vegeta (it needs Go)", step=step, env=environment)

    with console.step(f"Vegeta {VERSION}") as step:
        folder = build_once(user_folders(os.environ).cache / "vegeta" / VERSION, build, step=step)
    return folder / "vegeta"


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What some seconds of load came to: when it took how long (seconds) until all of `latencies` were answered."""

    seconds: float
    latencies: tuple[float, ...]

    @classmethod
    def of(cls, results: Iterable[str]) -> Self:
        """Read Vegeta's results in CSV: a time, a status and a latency first. Raises SupplyError for a failed request.

        Times are in nanoseconds: https://github.com/tsenart/vegeta#encode-command
        """
        rows = list(csv.reader(results))
        failed = [row for row in rows if row[1] != OK]
        if failed or not rows:
            reason = failed[0][5] or f"HTTP {failed[0][1]}" if failed else "there was no answer"
            raise SupplyError(f"{len(failed)} of {len(rows)} requests failed: {reason}")
        times = [(int(row[0]), int(row[2])) for row in rows]
        began, ended = min(start for start, _ in times), max(start + latency for start, latency in times)
        return cls(seconds=(ended - began) / 1e9, latencies=tuple(latency / 1e9 for _, latency in times))

    @classmethod
    def together(cls, parts: Iterable[Answers]) -> Self:
        """Return several as one."""
        every = list(parts)
        latencies = tuple(latency for part in every for latency in part.latencies)
        return cls(seconds=sum(part.seconds for part in every), latencies=latencies)

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        """Return the latency in milliseconds that `percent` of the answers did not exceed."""
        return statistics.quantiles(self.latencies, n=100, method="inclusive")[percent - 1] * 1000


def attack(vegeta: Path, url: str, *, key: str, clients: int, seconds: float) -> Answers:
    """Let `clients` ask the model at `url` for some seconds. The key is in no argument: process lists show those."""
    target = {
        "method": "POST",
        "url": f"{url}/v1/chat/completions",
        "header": {"Authorization": [f"Bearer {key}"], "Content-Type": ["application/json"]},
        "body": base64.b64encode(json.dumps(QUESTION).encode()).decode(),
    }
    command = [str(vegeta), "attack", "-format=json", "-rate=0", f"-max-workers={clients}", f"-workers={clients}"]
    asked = subprocess.run(
        [*command, f"-connections={clients}", f"-duration={seconds}s", "-timeout=60s"],
        input=f"{json.dumps(target)}\n".encode(),
        capture_output=True,
        check=True,
    )
    told = subprocess.run([vegeta, "encode", "-to=csv"], input=asked.stdout, capture_output=True, check=True)
    return Answers.of(told.stdout.decode().splitlines())
