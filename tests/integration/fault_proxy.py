"""A TCP proxy between the provider and LiteLLM that loses requests and answers on demand."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


class Fault(Enum):
    """What happens to a request instead of an answer."""

    LOST_ANSWER = "it runs, and the connection is cut before the answer"
    LOST_REQUEST = "the connection is cut before it runs"
    UNAVAILABLE = "the edge answers 503 and it does not run"
    GATEWAY_TIMEOUT = "it runs, and the edge answers 504"
    INTERNAL_ERROR = "it runs, and the answer is 500"
    RATE_LIMITED = "it does not run, and the answer is 429"
    SLOW = "it runs, and the answer takes a while"


NOT_RUN = {Fault.UNAVAILABLE: 503, Fault.RATE_LIMITED: 429}
RUN = {Fault.GATEWAY_TIMEOUT: 504, Fault.INTERNAL_ERROR: 500}
SLOW_SECONDS = 0.7


class FaultProxy:
    """Forwards requests to `target`, except those that a fault is planned for."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.planned: list[tuple[str, Fault | None]] = []
        self.seen: list[str] = []
        self.url = ""

    def plan(self, path: str, *faults: Fault | None) -> None:
        """Let the next requests to `path` meet these faults, or none, in order; no other is planned any more."""
        self.planned = [(path, fault) for fault in faults]
        self.seen = []

    def fault_for(self, path: str) -> Fault | None:
        """Take the fault that is planned for a request to this path."""
        self.seen.append(path)
        for planned in self.planned:
            if planned[0] == path:
                self.planned.remove(planned)
                return planned[1]
        return None


@contextmanager
def fault_proxy(target: str) -> Iterator[FaultProxy]:
    """Run a fault proxy before `target` on a free port of 127.0.0.1."""
    proxy = FaultProxy(target)
    with httpx.Client(timeout=60, trust_env=False) as upstream:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(proxy, upstream))
        server.daemon_threads = True
        proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(proxy: FaultProxy, upstream: httpx.Client) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # One connection a request: the server ends without waiting for idle ones.
        protocol_version = "HTTP/1.0"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            fault = proxy.fault_for(self.path.partition("?")[0])
            if fault is Fault.LOST_REQUEST:
                return
            if fault in NOT_RUN:
                self.send_error(NOT_RUN[fault])
                return
            headers = {name: self.headers[name] for name in ("authorization", "content-type") if name in self.headers}
            answer = upstream.request(self.command, proxy.target + self.path, content=body, headers=headers)
            if fault is Fault.LOST_ANSWER:
                return
            if fault in RUN:
                self.send_error(RUN[fault])
                return
            if fault is Fault.SLOW:
                time.sleep(SLOW_SECONDS)
            self.send_response(answer.status_code)
            self.send_header("content-type", answer.headers.get("content-type", "text/plain"))
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PATCH = do_DELETE = forward  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the test's output quiet."""

    return Handler
