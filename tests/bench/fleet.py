"""Replicas over the nodes of a Swarm: what more of them answer, and what each of them takes.

The nodes are on this machine (tests/e2e/fleet.py) and share its processors, so the share of them that is busy is in the
table: once it is all of them, more replicas cannot answer more here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from docker.models.containers import Container

from components.database import LOGIN
from tests.bench import load
from tests.bench.samples import Samples, Say
from tests.bench.stacks import cpu_seconds
from tests.bench.table import Figures
from tests.database import query
from tests.e2e.fleet import Host, fleet
from tests.e2e.stack import Stack
from tests.e2e.swarm_stack import declared, on_nodes, url
from tests.waiting import until

NODES = 2
REPLICAS = (1, 2, 4)
CLIENTS = 16
"""Four for each of the most replicas: more than one keeps up with, and less than would fill a replica's queue."""
PERCENTILES = (50, 99)
CONNECTIONS = f"SELECT count(*) FROM pg_stat_activity WHERE usename LIKE '{LOGIN}\\_%'"  # noqa: S608  # a constant
MIB = 1 << 20

scaled = partial(until, within=300, every=0.5)


def measure(vegeta: Path, *, runs: int, seconds: float, say: Say) -> dict[str, dict[str, Figures]]:
    """Measure one stack with each number of replicas in turn, `runs` times; its data is on the second node."""
    samples = Samples(say)
    with fleet(NODES) as hosts, tempfile.TemporaryDirectory(prefix="litellm-stack-bench.") as folder:
        stack = declared(hosts[0], data=hosts[1], folder=Path(folder))
        # With one replica as well: what is compared is their number alone.
        stack.config["cache"] = {"enabled": True}
        for _ in range(runs):
            for number in REPLICAS:
                _scale(stack, hosts, number, say)
                _measure(stack, hosts, samples, vegeta, seconds)
    return samples.figures()


def _scale(stack: Stack, hosts: Sequence[Host], number: int, say: Say) -> None:
    say(f"bringing up {number} of {stack.name}")
    stack.configure({**stack.config, "replicas": number})
    stack.up()
    scaled(lambda: len(on_nodes(hosts, "proxy")) == number)


def _measure(stack: Stack, hosts: Sequence[Host], samples: Samples, vegeta: Path, seconds: float) -> None:
    key = stack.outputs()["virtualKeys"]["app"]
    attack = partial(load.attack, vegeta, url(hosts[0]), key=key, clients=CLIENTS)
    replicas = on_nodes(hosts, "proxy")
    attack(seconds=2)  # what each replica does once
    used = sum(map(cpu_seconds, replicas))
    psutil.cpu_percent()
    answers = attack(seconds=seconds)
    busy = psutil.cpu_percent()
    spent = (sum(map(cpu_seconds, replicas)) - used) / len(answers.latencies) * 1000
    column = "1 replica" if len(replicas) == 1 else f"{len(replicas)} replicas"
    samples.record(column, "requests/s", answers.per_second)
    for percent in PERCENTILES:
        samples.record(column, f"p{percent} ms", answers.percentile(percent))
    samples.record(column, "processors of the machine busy, %", busy)
    samples.record(column, "processor, ms a request: replicas", spent)
    samples.record(column, "memory of a replica, MiB", max(map(_memory, replicas)))
    [database] = on_nodes(hosts, "database")
    samples.record(column, "connections to Postgres, of replicas", int(query(database, CONNECTIONS)))
    samples.record(column, "memory of Postgres, MiB", _memory(database))


def _memory(container: Container) -> float:
    """Return what it holds, less the files that are only kept because there is room."""
    stats: Any = container.stats(stream=False)  # an iterator only where they are streamed
    used = stats["memory_stats"]
    return float(used["usage"] - used["stats"]["inactive_file"]) / MIB
