"""The page itself; tests/e2e/test_report.py looks at a real one in a browser."""

from __future__ import annotations

import io
import json
import re
import stat
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from report.__main__ import main
from report.history import History, Line, Plot
from report.page import render
from status.snapshot import Account, Kind, Snapshot
from tests.unit.status.example import NOW, healthy

NOTHING = "http://127.0.0.1:1"
TOKEN = "sk-canary-0123456789abcdef"
HOSTILE = "<script>alert(1)</script>\x1b"


def history() -> History:
    moments = tuple(NOW + timedelta(minutes=minute) for minute in range(-9, 1))
    line = Line(name=HOSTILE, values=(None, *(float(value) for value in range(9))))
    return History(
        moments=moments,
        plots=(
            Plot(title="Spend by key", unit="US dollars in 1 min", summable=True, lines=(line,)),
            Plot(title="Latency by model (p95)", unit="seconds", summable=False, lines=(line,)),
            Plot(title="Tokens by model", unit="tokens in 1 min", summable=True, lines=()),
        ),
    )


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.found)


def hostile() -> Snapshot:
    account = Account(kind=Kind.CUSTOMER, name=HOSTILE, spend=1.0, limit=1.0, expires=NOW)
    return replace(healthy(), accounts=(*healthy().accounts, account))


def test_u02_models_without_a_price_are_marked() -> None:
    assert "no budget counts their requests" in render(healthy(), history())
    assert "no budget counts their requests" not in render(replace(healthy(), unpriced=()), history())


def test_the_page_runs_nothing_and_loads_nothing() -> None:
    page = render(hostile(), history())
    tags = Tags(page)
    assert not {"script", "link", "img", "iframe", "object", "image", "use"} & {tag for tag, _ in tags.found}
    attributes = [(name, value or "") for _, given in tags.found for name, value in given.items()]
    assert not [name for name, value in attributes if name in ("src", "href", "xlink:href") or name.startswith("on")]
    assert not re.search(r"@import|url\((?!#)", page)
    assert "default-src 'none'" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\x1b" not in page


def test_each_plot_that_has_something_to_show_is_a_picture() -> None:
    assert Tags(render(healthy(), history())).count("svg") == len(["spenders", "spend", "latency"])
    assert Tags(render(replace(healthy(), accounts=()), History())).count("svg") == 0


def test_the_page_says_what_is_wrong() -> None:
    assert "Stack prod is healthy" in render(healthy(), history())
    page = render(replace(healthy(), ready=False), history())
    assert "Stack prod is not healthy" in page
    assert "does not say that it and its database work" in page


def test_a_stack_of_which_nothing_can_be_read_is_a_page_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text("an older one")
    file.chmod(0o644)
    where = {"name": "dev", "label": "p/dev", "gateway_url": NOTHING, "prometheus_url": NOTHING, "token": TOKEN}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({**where, "file": str(file)})))
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    assert main() == 0
    assert f"Wrote {file}" in capsys.readouterr().out
    page = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert page.count("Prometheus does not answer") == 1
    assert "canary" not in page
