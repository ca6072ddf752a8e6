from __future__ import annotations

import io
import json

import pytest

from status.__main__ import main

NOTHING = "http://127.0.0.1:1"
TOKEN = "sk-canary-0123456789abcdef"


def test_what_cannot_be_read_is_said_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"name": "dev", "label": "p/dev", "gateway_url": NOTHING, "prometheus_url": NOTHING, "token": TOKEN}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(given)))
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    assert main() == 1
    printed = capsys.readouterr()
    text = " ".join(printed.out.split())
    assert "Stack dev is not healthy" in text
    assert "cannot list budgets: nothing answers at the gateway's address" in text
    assert "no Docker engine answers at tcp://127.0.0.1:1" in text
    assert "make up" not in text.replace("(`make up` does so", ""), "whether there are containers is not known"
    assert text.count("Prometheus does not answer at http://127.0.0.1:1") == 1
    assert "CANARY" not in (printed.out + printed.err).upper()
