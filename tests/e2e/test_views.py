"""What `make status` and `make report` show of a stack that was used, the page in a real browser."""

from __future__ import annotations

import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from playwright.sync_api import Page, sync_playwright

from tests.e2e.gateway import Gateway
from tests.e2e.stack import Stack
from tests.e2e.test_admin_ui import FLAGS
from tests.e2e.test_monitoring import eventually
from tests.e2e.views import view

PLOTS = (
    "Top spenders",
    "Spend by key",
    "Requests by model",
    "Failed requests by status",
    "Tokens by model",
    "Latency by model (p95)",
)
WRITTEN = 60
"""Seconds until spend is in the database, which LiteLLM does every ten seconds, and until a busy host is quiet."""


@pytest.fixture
def used(stack: Stack, gateway: Gateway) -> Stack:
    """The stack after requests of keys and a customer, answered and refused, when Prometheus has seen them."""
    for _ in range(3):
        assert gateway.chat(user="HyperUser").status_code == 200
        assert gateway.chat(alias="loader", model="slow").status_code == 200
        assert gateway.chat(alias="chat-only", model="slow").status_code == 403
    # Two scrapes of the last one: what was seen once has no rate.
    eventually(stack, 'count_over_time(litellm_spend_metric_total{api_key_alias="loader"}[5m]) >= 2')
    eventually(stack, 'count_over_time(litellm_proxy_failed_requests_metric_total{exception_status="403"}[5m]) >= 2')
    return stack


def secrets(stack: Stack) -> list[str]:
    outputs = stack.outputs()
    return [outputs["masterKey"], *outputs["virtualKeys"].values()]


def test_status_shows_a_healthy_stack(used: Stack) -> None:
    deadline = time.monotonic() + WRITTEN
    while not _is_read(shown := view("status", used)):
        assert time.monotonic() < deadline, shown.stdout
    assert shown.returncode == 0, shown.stdout
    assert f"Stack {used.name} is healthy" in shown.stdout
    rows = [line.split() for line in shown.stdout.splitlines()]
    assert any(row[:2] == ["edge", f"{used.prefix}edge"] and "healthy" in row for row in rows)
    assert any(row[:2] == ["customer", "HyperUser"] and "$0.50" in row for row in rows)
    assert any(row[:2] == ["key", "chat-app"] and "$1.00" in row for row in rows)
    assert not [secret for secret in secrets(used) if secret in shown.stdout]


def _is_read(shown: subprocess.CompletedProcess[str]) -> bool:
    """Tell whether LiteLLM has written what was spent, and Prometheus has read how long the slow model took."""
    latencies = (line.split() for line in shown.stdout.splitlines())
    spent = "loader" in shown.stdout.partition("Top spenders")[2]
    return spent and any(row[:1] == ["slow"] and "s" in row for row in latencies)


def test_status_says_what_is_broken(stack: Stack, engine: docker.DockerClient) -> None:
    prometheus = engine.containers.get(f"{stack.prefix}prometheus")
    prometheus.pause()
    try:
        shown = view("status", stack)
    finally:
        prometheus.unpause()
    assert shown.returncode == 1
    assert f"Stack {stack.name} is not healthy" in shown.stdout
    assert "Prometheus does not answer" in " ".join(shown.stdout.split())
    assert f"{stack.prefix}edge" in shown.stdout, "the rest is shown"


@pytest.fixture
def page(used: Stack, tmp_path: Path) -> Iterator[tuple[Page, Path, list[str], list[str]]]:
    """The report in a browser, with what it asked for and what the browser complained of."""
    file = tmp_path / "report.html"
    deadline = time.monotonic() + WRITTEN
    # What does not answer in time on a busy host is told as a fault, as it should be.
    while "is healthy" not in _report(used, file):
        assert time.monotonic() < deadline, file.read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        opened = browser.new_page(viewport={"width": 1400, "height": 900})
        requests: list[str] = []
        complaints: list[str] = []
        opened.on("request", lambda request: requests.append(request.url))
        opened.on("console", lambda message: complaints.append(message.text))
        opened.goto(file.as_uri())
        yield opened, file, requests, complaints
        browser.close()


def _report(stack: Stack, file: Path) -> str:
    written = view("report", stack, file=str(file))
    assert written.returncode == 0, written.stdout
    return file.read_text(encoding="utf-8")


def test_report_is_a_page_with_plots_that_needs_nothing_else(
    used: Stack, page: tuple[Page, Path, list[str], list[str]], tmp_path: Path
) -> None:
    opened, file, requests, complaints = page
    picture = opened.screenshot(path=tmp_path / "report.png", full_page=True)
    assert requests == [file.as_uri()]
    assert complaints == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not [secret for secret in secrets(used) if secret in file.read_text()]
    assert opened.get_by_role("heading", name=f"Stack {used.name} is healthy").is_visible()
    for title in PLOTS:
        section = opened.locator("section.plot").filter(has=opened.get_by_role("heading", name=title, exact=True))
        box = section.locator("svg").bounding_box()
        assert box, f"{title} is not there"
        assert box["width"] > 300
        assert box["height"] > 80
        # Bars or dots that can be seen, not only axes.
        drawn = [shape.bounding_box() for shape in section.locator(".series rect, .series circle").all()]
        assert any(shape and shape["width"] >= 1 and shape["height"] >= 1 for shape in drawn), f"{title} is empty"
    assert len(picture) > 50_000, "a page without its plots is far smaller"


def test_nothing_of_the_report_is_cut_off(page: tuple[Page, Path, list[str], list[str]]) -> None:
    opened, *_ = page
    for width in (1400, 800):
        opened.set_viewport_size({"width": width, "height": 900})
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
