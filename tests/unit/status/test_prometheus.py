"""The client against a server that answers as Prometheus does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from status.prometheus import Prometheus, PrometheusError, Sample
from status.snapshot import Target

ROW = {"metric": {"requested_model": "chat"}, "value": [1795644273.0, "2.5"]}
UNDEFINED = {"metric": {"requested_model": "idle"}, "value": [1795644273.0, "NaN"]}
TARGETS = [
    {"labels": {"job": "litellm", "instance": "b"}, "health": "down", "lastError": "connection refused"},
    {"labels": {"job": "edge", "instance": "a"}, "health": "unknown", "lastError": ""},
]
ANSWERS: dict[str, Any] = {
    "/api/v1/query": {"result": [ROW, UNDEFINED]},
    "/api/v1/query_range": {
        "result": [
            {"metric": {}, "values": [[1, "1"], [2, "NaN"], [3, "3"]]},
            {"metric": {"requested_model": "idle"}, "values": [[1, "NaN"]]},
        ]
    },
    "/api/v1/targets": {"activeTargets": TARGETS},
}


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if "nonsense" in path.query:
            self._send(400, json.dumps({"status": "error", "error": "1:9: parse error"}))
        elif "html" in path.query:
            self._send(200, "<html>")
        else:
            self._send(200, json.dumps({"status": "success", "data": ANSWERS[path.path]}))

    def _send(self, status: int, text: str) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def prometheus() -> Iterator[Prometheus]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Prometheus(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


def test_what_is_no_number_is_left_out(prometheus: Prometheus) -> None:
    assert prometheus.query("up") == [Sample(labels={"requested_model": "chat"}, value=2.5)]
    now = datetime.now(UTC)
    (series,) = prometheus.over_time("up", start=now, end=now, step=1)
    assert series.points == ((1.0, 1.0), (3.0, 3.0))


def test_a_target_of_which_nothing_is_known_yet_is_not_down(prometheus: Prometheus) -> None:
    assert prometheus.targets() == [
        Target(job="edge", instance="a", up=True),
        Target(job="litellm", instance="b", up=False, error="connection refused"),
    ]


@pytest.mark.parametrize(("query", "message"), [("nonsense", "parse error"), ("html", "is no Prometheus")])
def test_what_prometheus_refuses_is_an_error(prometheus: Prometheus, query: str, message: str) -> None:
    with pytest.raises(PrometheusError, match=message):
        prometheus.query(query)


def test_no_prometheus_is_an_error() -> None:
    with pytest.raises(PrometheusError, match=r"does not answer at http://127\.0\.0\.1:1 \(ConnectError\)"):
        Prometheus("http://127.0.0.1:1").targets()
