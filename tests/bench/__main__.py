"""Measure and print: `python -m tests.bench [--runs 5] [--keys 10 100 500] [--groups 100 500]`."""

from __future__ import annotations

import argparse
import sys

from tests.bench import keys, table
from tests.integration.running_gateway import running_gateway


def main() -> None:
    """Measure each case on one proxy."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--runs", type=int, default=5, help="runs of each case (default: 5)")
    parser.add_argument("--keys", type=int, nargs="*", default=[10, 100, 500], help="numbers of keys")
    parser.add_argument("--groups", type=int, nargs="*", default=[10, 100, 500], help="numbers of keys in one group")
    given = parser.parse_args()
    with running_gateway() as gateway:
        cases = {
            f"{number} keys": keys.measure(gateway, keys=number, runs=given.runs, say=_progress)
            for number in given.keys
        }
        cases |= {
            f"{number} in a group": keys.measure(gateway, keys=number, runs=given.runs, say=_progress, grouped=True)
            for number in given.groups
        }
    table.show("Virtual keys, seconds", cases, runs=given.runs)


def _progress(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
