"""The gateway under load: what the edge costs, and what a second replica gives.

Figures of things that are compared come from short slices in turn, first one, then the other, then the other way round:
whatever else the host does then meets both.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import docker

from components import proxy
from config import haproxy
from tests.bench import load, stacks
from tests.bench.samples import Samples, Say
from tests.bench.table import Figures, Target
from tests.e2e.stack import Stack

DIRECT, INSIDE, EDGE = "straight to the proxy", "through the edge, inside its network", "through the edge"
"""Ways to the replica. From the host, the engine's proxy for published ports stands before the edge's port.

What the edge itself costs is told by the first two, which are alike: addresses of containers.
"""
PERCENTILES = (50, 95, 99)
THROUGHPUT_COST = "throughput that the edge costs, %"
LATENCY_COST = "p50 that the edge costs, ms"
PORT_COST = "p50 that the published port costs, ms"
ALONE, MANY = 1, 8
"""Clients: one, whose latency is nothing but the work on its request, and more than one replica keeps up with."""
TARGETS = (
    Target(row=THROUGHPUT_COST, column=f"{MANY} clients", at_most=5),
    Target(row=LATENCY_COST, column=f"{ALONE} client", at_most=1),
)

Attack = Callable[[str], load.Answers]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The edge's figures by number of clients, and those of one and two replicas."""

    edge: dict[str, dict[str, Figures]]
    replicas: dict[str, dict[str, Figures]]


def measure(engine: docker.DockerClient, vegeta: Path, *, runs: int, seconds: float, say: Say) -> Measured:
    """Measure two stacks, of one replica and of two, with slices of `seconds`."""
    with (
        stacks.stack(engine, stacks.config()) as one,
        stacks.stack(engine, stacks.config(replicas=2)) as two,
    ):
        for stack in (one, two):
            say(f"bringing up {stack.name}")
            stack.up()
        keys = {stack.name: stack.outputs()["virtualKeys"][stacks.KEY] for stack in (one, two)}
        edge, replicas = Samples(say), Samples(say)

        def attack(stack: Stack, clients: int, url: str) -> load.Answers:
            return load.attack(vegeta, url, key=keys[stack.name], clients=clients, seconds=seconds)

        for stack in (one, two):
            attack(stack, MANY, _gateway(stack))  # what is done once, before it is measured
        for _ in range(runs):
            for clients in (ALONE, MANY):
                _edge(engine, one, edge, clients, partial(attack, one, clients))
            for clients in (ALONE, MANY):
                slices = {
                    "1 replica": partial(attack, one, clients, _gateway(one)),
                    "2 replicas": partial(attack, two, clients, _gateway(two)),
                }
                _replicas(replicas, clients, slices)
        return Measured(edge=edge.figures(), replicas=replicas.figures())


def in_turn(slices: Mapping[str, Callable[[], load.Answers]]) -> dict[str, load.Answers]:
    """Run slices in turn, then the other way round (a, b, b, a), and return the answers of each."""
    order = [*slices, *reversed(list(slices))]
    parts: dict[str, list[load.Answers]] = {name: [] for name in slices}
    for name in order:
        parts[name].append(slices[name]())
    return {name: load.Answers.together(answers) for name, answers in parts.items()}


def _edge(engine: docker.DockerClient, stack: Stack, samples: Samples, clients: int, attack: Attack) -> None:
    [replica] = stacks.containers(engine, stack, "proxy")
    [edge] = stacks.containers(engine, stack, "edge")
    urls = {
        DIRECT: f"http://{stacks.address(replica)}:{proxy.PORT}",
        INSIDE: f"http://{stacks.address(edge)}:{haproxy.PORT}",
        EDGE: _gateway(stack),
    }
    busy = dict.fromkeys(urls, 0.0)

    def metered(way: str) -> load.Answers:
        before = stacks.cpu_seconds(edge)
        answers = attack(urls[way])
        busy[way] += stacks.cpu_seconds(edge) - before
        return answers

    used, client = stacks.cpu_seconds(replica), _client_seconds()
    answers = in_turn({way: partial(metered, way) for way in urls})
    column = _clients(clients)
    _record(samples, column, answers)
    direct, inside, through = (answers[way] for way in urls)
    samples.record(column, THROUGHPUT_COST, (1 - inside.per_second / direct.per_second) * 100)
    samples.record(column, LATENCY_COST, inside.percentile(50) - direct.percentile(50))
    samples.record(column, PORT_COST, through.percentile(50) - inside.percentile(50))
    every = sum(len(part.latencies) for part in answers.values())
    replica_ms = (stacks.cpu_seconds(replica) - used) / every * 1000
    samples.record(column, "processor, ms a request: replica", replica_ms)
    # Less what it does anyway: checks of replicas, and of itself.
    edge_ms = (busy[EDGE] - busy[DIRECT]) / len(through.latencies) * 1000
    samples.record(column, "processor, ms a request: edge", edge_ms)
    samples.record(column, "processor, ms a request: client", (_client_seconds() - client) / every * 1000)


def _replicas(samples: Samples, clients: int, slices: Mapping[str, Callable[[], load.Answers]]) -> None:
    answers = in_turn(slices)
    _record(samples, _clients(clients), answers)
    one, two = answers.values()
    samples.record(_clients(clients), "throughput of two to one", two.per_second / one.per_second)


def _record(samples: Samples, column: str, answers: Mapping[str, load.Answers]) -> None:
    for name, part in answers.items():
        samples.record(column, f"requests/s, {name}", part.per_second)
    for percent in PERCENTILES:
        for name, part in answers.items():
            samples.record(column, f"p{percent} ms, {name}", part.percentile(percent))


def _client_seconds() -> float:
    """Return the processor time of all programs that this one ran: the load's."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _gateway(stack: Stack) -> str:
    return f"http://127.0.0.1:{stack.config['ports']['gateway']}"


def _clients(number: int) -> str:
    return f"{number} client" if number == 1 else f"{number} clients"
