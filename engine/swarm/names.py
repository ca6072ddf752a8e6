"""Names and spans of time as a Swarm has them."""

from __future__ import annotations

NANO = 1_000_000_000
"""A Swarm's API counts seconds, and processors, in billionths."""
LONGEST_NAME = 64
"""Characters of the name of a secret or config (swarmkit, manager/controlapi/common.go)."""


def unique(name: str, digest: str) -> str:
    """Return `name` with `digest` at its end, cut where a Swarm would refuse it as too long."""
    return f"{name[: LONGEST_NAME - len(digest) - 1]}-{digest}"


def duration(seconds: int) -> str:
    """Write a span as the provider reads it back, or each refresh would show a change.

    Go's own form without zeros at the end (shortDur in terraform-provider-docker,
    resource_docker_service_structures.go).
    """
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "m"), (rest, "s")]
    first = next((index for index, (amount, _) in enumerate(parts) if amount), 2)
    written = parts[first:]
    while len(written) > 1 and not written[-1][0]:
        written.pop()
    return "".join(f"{amount}{unit}" for amount, unit in written)
