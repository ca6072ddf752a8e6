"""A provider that speaks OpenAI's API and does as it is told; runs in a container, with the standard library alone.

Each deployment has a name of its own in its address: http://upstream:8080/<name>/v1. What is not a chat is a webhook,
a trace or whatever else the proxy sends somewhere: it is kept and answered with 200.
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORT = 8080
TOKENS_PER_CALL = 20
CHAT = "/v1/chat/completions"

lock = threading.Lock()
behaviours: dict[str, dict[str, Any]] = {}
calls: Counter[str] = Counter()
kept: list[dict[str, str]] = []


class Handler(BaseHTTPRequestHandler):
    """`/control/...` is for the tests, everything else for the proxy."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._read()
        self._answer(200, {"calls": calls, "kept": kept} if self.path == "/control" else {"path": self.path})

    def do_PUT(self) -> None:
        """Tell a deployment what to do: `status`, `delay` in seconds, `error` as OpenAI words it."""
        with lock:
            behaviours[self.path.removeprefix("/control/")] = json.loads(self._read())
        self._answer(200, {})

    def do_DELETE(self) -> None:
        """Forget all that was told and seen."""
        with lock:
            behaviours.clear()
            calls.clear()
            kept.clear()
        self._answer(200, {})

    def do_POST(self) -> None:
        body = self._read()
        if self.path.endswith(CHAT):
            self._chat(self.path.removesuffix(CHAT).strip("/"), json.loads(body))
            return
        with lock:
            login = self.headers.get("Authorization", "")
            kept.append({"path": self.path, "authorization": login, "body": body.decode(errors="replace")})
        # Slack says that it is ok, and who asked it wants to read that.
        self._answer(200, {"ok": True, "path": self.path})

    def _chat(self, name: str, question: Mapping[str, Any]) -> None:
        with lock:
            calls[name] += 1
            behaviour = behaviours.get(name, {})
        time.sleep(behaviour.get("delay", 0))
        if behaviour.get("status", 200) != 200:
            self._answer(behaviour["status"], {"error": behaviour.get("error", {"message": "told to fail"})})
            return
        answer = {
            "id": f"chatcmpl-{time.time_ns()}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": question["model"],
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": f"from {name}"}, "finish_reason": "stop"}
            ],
            "usage": {"prompt_tokens": 10, "completion_tokens": TOKENS_PER_CALL - 10, "total_tokens": TOKENS_PER_CALL},
        }
        self._answer(200, answer)

    def _read(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _answer(self, status: int, content: Mapping[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: what was asked is in `/control`."""


if __name__ == "__main__":
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()
