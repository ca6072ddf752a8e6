"""The standard input of a process in a container, as the engine hands it out."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docker.models.containers import Container


class StandardInput:
    """What a process reads. Not every engine passes an end on, so a process has to know by itself when it has all."""

    def __init__(self, connection: Any) -> None:
        """Take what docker-py returns for an attached socket."""
        self._holder = connection
        # Of a local engine this is a reader around the socket; of one behind TLS or SSH, the connection itself.
        self._connection = getattr(connection, "_sock", connection)
        # A process may be busy for longer than an answer of the engine takes.
        self._connection.settimeout(None)

    def write(self, data: bytes, /) -> int:
        """Send all of `data`. Raises OSError where nobody listens any more."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._connection.send(rest) :]
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Send no more."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        release(self._holder)


def start(container: Container, given: str) -> None:
    """Start a container and give it a text by standard input, the only way that neither shows nor stays."""
    # Attached before the start, or the process might look for its input first.
    standard_input = StandardInput(container.attach_socket(params={"stdin": 1, "stream": 1}))
    try:
        container.start()
        standard_input.write(given.encode())
    finally:
        standard_input.close()


def release(connection: Any) -> None:
    """Close what docker-py keeps open below a stream or socket that it returned, and leaves to the collector."""
    response = getattr(connection, "_response", None)
    if response is not None:
        response.close()
    connection.close()
