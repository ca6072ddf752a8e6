"""Measure and print: `python -m tests.bench [subject] [--runs 5]`; without a subject, each but the fleet."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import docker

from supply.console import Console
from supply.errors import SupplyError
from tests.bench import compose, fleet, gateway, keys, load, start, table
from tests.integration.running_gateway import running_gateway


def main() -> int:
    """Measure what was asked for; 1 where something could not be measured."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("subject", nargs="?", choices=list(SUBJECTS), help="what to measure (default: all but fleet)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each case (default: 5)")
    parser.add_argument("--keys", type=int, nargs="*", default=[10, 100, 500], help="keys: numbers of single keys")
    parser.add_argument("--grouped", type=int, nargs="*", default=[100, 500], help="keys: numbers of keys in a group")
    parser.add_argument("--seconds", type=float, default=4, help="seconds of each slice of load (default: 4)")
    given = parser.parse_args()
    try:
        for subject in [given.subject] if given.subject else BY_DEFAULT:
            SUBJECTS[subject](given)
    except SupplyError as error:
        print(f"error: {error.message}\n{error.mend}", file=sys.stderr)
        return 1
    return 0


def _keys(given: argparse.Namespace) -> None:
    with running_gateway() as proxy:
        cases = {
            f"{number} keys": keys.measure(proxy, keys=number, runs=given.runs, say=_progress) for number in given.keys
        }
        cases |= {
            f"{number} in a group": keys.measure(proxy, keys=number, runs=given.runs, say=_progress, grouped=True)
            for number in given.grouped
        }
    table.show("Virtual keys, seconds", cases, runs=given.runs)


def _gateway(given: argparse.Namespace) -> None:
    vegeta = load.provide(Console(sys.stderr))
    with _engine() as engine:
        measured = gateway.measure(engine, vegeta, runs=given.runs, seconds=given.seconds, say=_progress)
    table.show("The edge", measured.edge, runs=given.runs, targets=gateway.TARGETS)
    table.show("Replicas, through the edge", measured.replicas, runs=given.runs)


def _start(given: argparse.Namespace) -> None:
    with _engine() as engine:
        table.show("A first start", start.measure(engine, runs=given.runs, say=_progress), runs=given.runs)


def _compose(given: argparse.Namespace) -> None:
    with _engine() as engine:
        figures = compose.measure(engine, runs=given.runs, say=_progress)
    table.show("From nothing to the first answer", figures, runs=given.runs, targets=compose.TARGETS)


def _fleet(given: argparse.Namespace) -> None:
    vegeta = load.provide(Console(sys.stderr))
    figures = fleet.measure(vegeta, runs=given.runs, seconds=given.seconds, say=_progress)
    table.show(f"Replicas over {fleet.NODES} nodes, {fleet.CLIENTS} clients", figures, runs=given.runs)


@contextmanager
def _engine() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    try:
        yield client
    finally:
        client.close()


def _progress(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


SUBJECTS: Mapping[str, Callable[[argparse.Namespace], None]] = {
    "keys": _keys,
    "gateway": _gateway,
    "start": _start,
    "compose": _compose,
    "fleet": _fleet,
}
BY_DEFAULT = tuple(subject for subject in SUBJECTS if subject != "fleet")
"""A fleet is asked for by name only: it takes root, several engines and this machine's bridges."""

if __name__ == "__main__":
    sys.exit(main())
