"""What the edge sees of a replica: readiness that can be late or refused, and answers that take a while.

Runs in a container, with the standard library alone. `PUT /told` sets `ready` and `alive` (the status of readiness and
liveness), `late` (the seconds that both take), `takes` (those of an answer) and `status` (its own); `GET /told` returns
how many requests were answered, on how many connections. `GET /health/drain` is LiteLLM's: neither ready nor alive from
then on.
"""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORT = 4000
CHECKS = {"/health/readiness": "ready", "/health/liveness": "alive"}

lock = threading.Lock()
told: dict[str, Any] = {"ready": 200, "alive": 200, "late": 0, "takes": 0.3, "status": 200}
answered = {"requests": 0, "connections": 0}


class Handler(BaseHTTPRequestHandler):
    """Answer as a replica does."""

    protocol_version = "HTTP/1.1"
    has_asked = False

    def do_GET(self) -> None:
        if self.path == "/told":
            self._answer(200, answered)
        elif what := CHECKS.get(self.path):
            time.sleep(told["late"])
            self._answer(told[what], {})
        elif self.path == "/health/drain":
            told.update(ready=503, alive=503)
            self._answer(200, {})
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        self._read()
        time.sleep(told["takes"])
        with lock:
            answered["requests"] += 1
            answered["connections"] += not self.has_asked
        self.has_asked = True  # one of these handles a connection
        self._answer(told["status"], {})

    def do_PUT(self) -> None:
        told.update(json.loads(self._read()))
        self._answer(200, told)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name in the base class
        """Say nothing."""

    def _read(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    request_queue_size = 128


if __name__ == "__main__":
    Server(("", PORT), Handler).serve_forever()
