"""The database of a stack on one host, and the replicas that use it, as `make upgrade-database` handles them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from supply import logs
from supply.process import capture, run, succeeds

STOP_SECONDS = "60"  # for requests in flight
_DATA_VERSION = ["sh", "-c", 'cat "$PGDATA/PG_VERSION"']


@dataclass(frozen=True, kw_only=True)
class OnHost:
    """The `container` of the database, in the stack with `label`."""

    container: str
    label: str

    def major(self) -> int:
        """Return Postgres's major version, as its data says it."""
        return int(capture(["docker", "exec", self.container, *_DATA_VERSION], what=f"Asking {self.container}"))

    def is_taken(self, volume: str) -> bool:
        """Tell whether there is a volume of this name."""
        return succeeds(["docker", "volume", "inspect", volume])

    def stop_replicas(self) -> Callable[[], None]:
        """Let nobody write any more; what is returned starts the replicas again."""
        names = [source.container for source in logs.sources(self.label, component="proxy")]
        run(["docker", "stop", "--time", STOP_SECONDS, *names], what="Stopping the replicas")
        return lambda: run(["docker", "start", *names], what="Starting the replicas")
