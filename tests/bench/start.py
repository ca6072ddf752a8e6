"""Where the time of a first `pulumi up` goes, and that of a replica's start."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import docker

from supply.errors import SupplyError
from tests.bench import stacks
from tests.bench.samples import Samples, Say
from tests.bench.table import Figures
from tests.e2e.stack import Stack

STEPS = {
    "network": ("network-bridge", "network-bridge"),
    "database: container": ("database-postgres", "database-postgres"),
    "database: until it is healthy": ("database-healthy", "database-healthy"),
    "database: login": ("database-login", "database-login"),
    "migration": ("migration-job", "migration-job"),
    "salt key": ("encryption-salt-key", "encryption-salt-key"),
    "replica: container": ("proxy-replica-0", "proxy-replica-0"),
    "replica: until it is healthy": ("proxy-replica-0-healthy", "proxy-replica-0-healthy"),
    "cutover": ("edge-cutover", "edge-cutover"),
    "keys": ("access-provisioner", f"access-key-{stacks.KEY}"),
    "verification": ("verification-asked", "verification-asked"),
    "prometheus": ("monitoring-prometheus", "monitoring-healthy"),
}
"""Parts of an update: the resource that each begins with, and the one that it ends with."""

EVENT = re.compile(r"^ \+ +\S+ (?P<name>\S+) (?P<what>creating|created)\b")
IMPORT = re.compile(r"import time: +(?P<own>\d+) \| +\d+ \| +(?P<module>\S+)$")
"""What Python says of an import: microseconds that the module took by itself, and its name."""
IMPORTS = "import time, litellm.proxy.proxy_server; print('processor time:', time.process_time())"
"""What LiteLLM's command imports before it serves."""
PROCESSOR = re.compile(r"processor time: (?P<seconds>\S+)$")
CLIENT_TYPES = "prisma.types"
TAIL_LINES = 40


@dataclass(frozen=True, kw_only=True)
class Event:
    """A resource that an update begins to make (`creating`) or has made (`created`), seconds after its start."""

    name: str
    what: str
    seconds: float


def measure(engine: docker.DockerClient, *, runs: int, say: Say) -> dict[str, dict[str, Figures]]:
    """Bring a stack up as often as there are runs, and take each apart."""
    samples = Samples(say)
    for _ in range(runs):
        with stacks.stack(engine, stacks.config()) as made:
            events, whole = watch(made)
            [replica] = stacks.containers(engine, made, "proxy")
            # Once more beside it, in the same surroundings: told by the replica itself, it would cost its start some.
            told = replica.exec_run(["python3", "-X", "importtime", "-c", IMPORTS])
        log = cast("bytes", told.output).decode(errors="replace")
        for name, seconds in {**parts(events, whole=whole), **imports(log.splitlines())}.items():
            samples.record("seconds", name, seconds)
    return samples.figures()


def watch(stack: Stack) -> tuple[list[Event], float]:
    """Run `pulumi up` and return what it made when, and how long it took in all."""
    began = time.monotonic()
    events, said = [], []
    process = subprocess.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"],
        cwd=stack.folder,
        env=stack.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        # Where the runner ignores SIGINT, the engine waits five seconds for each plugin to end.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with process:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if match := EVENT.match(line):
                events.append(Event(name=match["name"], what=match["what"], seconds=time.monotonic() - began))
    if process.returncode:
        raise SupplyError(f"pulumi up ended with exit status {process.returncode}", mend="".join(said[-TAIL_LINES:]))
    return events, time.monotonic() - began


def parts(events: Iterable[Event], *, whole: float) -> dict[str, float]:
    """Return how long each part of an update took, in seconds, and what came before the first and after the last."""
    times = {(event.name, event.what): event.seconds for event in events}
    taken = {"before the first resource": min(times.values())}
    for part, (first, last) in STEPS.items():
        taken[part] = times[last, "created"] - times[first, "creating"]
    return {**taken, "after the last resource": whole - max(times.values()), "whole": whole}


def imports(log: Iterable[str]) -> dict[str, float]:
    """Return what the log of a replica that tells its imports says of them, in seconds: of all, and by package."""
    own: dict[str, float] = {}
    processor = 0.0
    for line in log:
        if match := PROCESSOR.search(line):
            processor = float(match["seconds"])
        if match := IMPORT.search(line):
            own[match["module"]] = own.get(match["module"], 0) + int(match["own"]) / 1e6
    packages: dict[str, float] = {}
    for module, seconds in own.items():
        package = module if module == CLIENT_TYPES else module.partition(".")[0]
        packages[package] = packages.get(package, 0) + seconds
    known = {name: packages.pop(name, 0.0) for name in ("litellm", CLIENT_TYPES)}
    shown = {f"imports: {name}": seconds for name, seconds in known.items()}
    return {
        "imports, processor time": processor,
        "imports": sum(own.values()),
        **shown,
        "imports: all others": sum(packages.values()),
    }
