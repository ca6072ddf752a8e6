"""Virtual keys: by `pulumi up` and by plain calls to the same proxy, in the same run."""

from __future__ import annotations

import resource
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from supply import bulk
from tests.bench.table import Figures
from tests.integration.pulumi_program import KEY_GROUP, MANY_KEYS, PulumiProgram
from tests.integration.running_gateway import Gateway

CLIENTS = 4
"""Calls at a time: as many as the engine makes to a dynamic provider."""


@contextmanager
def stack(gateway: Gateway, keys: int, program: str = MANY_KEYS) -> Iterator[PulumiProgram]:
    """Make a stack of `keys` virtual keys that is not up yet; its objects are removed in the end."""
    name = f"bench-{secrets.token_hex(3)}"
    hidden = {"master_key": gateway.master_key, "seed": secrets.token_hex(16)}
    with TemporaryDirectory(prefix="litellm-stack-bench.") as folder:
        made = PulumiProgram(Path(folder), program, {"url": gateway.url, "name": name, "keys": str(keys)}, hidden)
        try:
            yield made
        finally:
            made.run("destroy", "--yes", "--skip-preview", environment=bulk.SKIP_CHECKPOINTS)


def raw(gateway: Gateway, keys: int) -> float:
    """Return the seconds that plain clients need to generate the keys."""
    name = f"raw-{secrets.token_hex(3)}"
    login = {"Authorization": f"Bearer {gateway.master_key}"}
    with httpx.Client(base_url=gateway.url, headers=login, timeout=60, trust_env=False) as client:

        def generate(number: int) -> str:
            body = {
                "key": f"sk-{secrets.token_urlsafe(24)}",
                "key_alias": f"{name}-{number}",
                "models": ["chat"],
                "max_budget": 10,
                "budget_duration": "30d",
                "rpm_limit": 60,
            }
            return str(client.post("/key/generate", json=body).raise_for_status().json()["token"])

        with ThreadPoolExecutor(CLIENTS) as pool:
            began = time.monotonic()
            made = list(pool.map(generate, range(keys)))
            took = time.monotonic() - began
        for start in range(0, keys, 100):
            client.post("/key/delete", json={"keys": made[start : start + 100]}).raise_for_status()
    return took


def measure(
    gateway: Gateway, *, keys: int, runs: int, say: Callable[[str], None], grouped: bool = False
) -> dict[str, Figures]:
    """Return figures, each in seconds but the state's, which is in bytes a key.

    grouped: the keys are one group, and not a resource each.
    """
    shape = KEY_GROUP if grouped else MANY_KEYS
    figures: dict[str, list[float]] = {}

    def record(name: str, value: float) -> None:
        figures.setdefault(name, []).append(value)
        say(f"{keys} keys{' in a group' if grouped else ''}: {name} {value:.2f}")

    for _ in range(runs):
        with stack(gateway, keys, shape) as program, stack(gateway, 0, shape) as empty:
            # As `make up` does, where many objects are changed alone.
            environment = bulk.SKIP_CHECKPOINTS if keys >= bulk.MANY and not grouped else None
            before = worked()
            none = timed(empty, "up", "--yes", "--skip-preview")
            between = worked()
            many = timed(program, "up", "--yes", "--skip-preview", environment=environment)
            work = worked() - between - (between - before)
            plain = raw(gateway, keys)
            record("up less an empty stack's, CPU seconds of Pulumi", work)
            record("plain calls", plain)
            record("up, whole", many)
            record("up less an empty stack's", many - none)
            record("ratio to plain calls", (many - none) / plain)
            for words in (("up", "--yes", "--skip-preview"), ("preview",), ("refresh", "--yes", "--skip-preview")):
                whole = timed(program, *words)
                record(f"no-op {words[0]}, whole", whole)
                record(f"no-op {words[0]} less an empty stack's", whole - timed(empty, *words))
            record("state, bytes a key", (program.state_size() - empty.state_size()) / keys)
    return {name: Figures.of(values) for name, values in figures.items()}


def worked() -> float:
    """Return the CPU seconds of all commands so far, which other work on the machine hardly changes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(program: PulumiProgram, *words: str, environment: Mapping[str, str] | None = None) -> float:
    """Return the seconds that a command takes."""
    began = time.monotonic()
    program.run(*words, environment=environment)
    return time.monotonic() - began
