"""A real alert comes through the stack's Alertmanager to whoever listens, and so does its end."""

from __future__ import annotations

import copy
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import docker
import psutil
import pytest

from engine import execution
from engine.identity import STACK_LABEL
from tests.e2e.stack import Stack
from tests.e2e.upstream import HOST, Upstream, upstream
from tests.e2e.upstream_server import PORT

COVERS = (
    "components/alertmanager.py",
    "components/monitoring.py",
    "config/alerts",
    "config/alertmanager.py",
    "config/prometheus.py",
)
TOKEN = f"canary-{secrets.token_hex(8)}"
WEBHOOK, SLACK = f"/hook/{TOKEN}", f"/slack/{TOKEN}"
PATIENCE = 240
"""Seconds: an alert waits half a minute to fire and ten seconds to be told; its end is told a minute later."""


@pytest.fixture(scope="module")
def listener(stack: Stack, engine: docker.DockerClient) -> Iterator[Upstream]:
    with listening(stack, engine) as server:
        yield server


@contextmanager
def listening(stack: Stack, engine: docker.DockerClient, *, at: str = "127.0.0.1") -> Iterator[Upstream]:
    """Give the stack an Alertmanager, and somebody who listens at the two addresses that it has.

    He is told what to do `at` an address of the engine's host.
    """
    before = copy.deepcopy(stack.config)
    try:
        stack.configure({**before, "monitoring": {"scrapeInterval": "2s"}})
        for name, path in (("webhook", WEBHOOK), ("slackWebhook", SLACK)):
            stack.encrypt(f"monitoring.{name}", f"http://{HOST}:{PORT}{path}")
        preview = stack.pulumi("preview", "--diff")
        with_alertmanager = stack.up("--diff")
        assert TOKEN not in preview + with_alertmanager
        with upstream(engine, stack, at=at) as server:
            yield server
    finally:
        stack.configure(before)
        stack.up()


@pytest.fixture(scope="module")
def told(stack: Stack, engine: docker.DockerClient, listener: Upstream) -> Upstream:
    database = engine.containers.get(f"{stack.prefix}database")
    hear_of_an_outage(listener, begin=database.stop, end=database.start)
    return listener


def hear_of_an_outage(listener: Upstream, *, begin: Callable[[], None], end: Callable[[], None]) -> None:
    """Let the database be gone until somebody is told, and come back, which is told, too."""
    begin()
    try:
        eventually(lambda: of_database(listener, "firing"))
    finally:
        end()
    eventually(lambda: of_database(listener, "resolved"))
    eventually(lambda: [text for text in texts(listener) if text.startswith("over: ")])


def eventually(look: Callable[[], list[Any]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, "nobody was told"
        time.sleep(1)


def posted(listener: Upstream, path: str) -> list[dict[str, Any]]:
    """Return what was posted to an address."""
    return [json.loads(kept["body"]) for kept in listener.kept if kept["path"] == path]


def texts(listener: Upstream) -> list[str]:
    """Return what was written to Slack."""
    return [post["attachments"][0]["text"] for post in posted(listener, SLACK)]


def of_database(listener: Upstream, status: str) -> list[dict[str, Any]]:
    """Return the alerts on the database in this state that came to the webhook."""
    alerts = [alert for post in posted(listener, WEBHOOK) for alert in post["alerts"]]
    return [it for it in alerts if (it["labels"]["alertname"], it["status"]) == ("DatabaseUnreachable", status)]


def test_an_alert_and_its_end_are_told(stack: Stack, told: Upstream) -> None:
    for status in ("firing", "resolved"):
        alert = of_database(told, status)[0]
        assert alert["labels"]["severity"] == "critical"
        assert alert["labels"]["stack"] == stack.name
        assert alert["annotations"]["summary"].startswith("Postgres takes no connections")


def test_slack_is_told_in_its_own_words(stack: Stack, told: Upstream) -> None:
    (attachment,) = posted(told, SLACK)[0]["attachments"]
    assert attachment["title"].startswith(f"{stack.name}: ")
    assert any(text.startswith("Postgres takes no connections") for text in texts(told))
    assert any(text.startswith("over: Postgres takes no connections") for text in texts(told))


def test_what_follows_from_it_is_not_told_while_it_lasts(told: Upstream) -> None:
    first = next(
        place
        for place, post in enumerate(posted(told, WEBHOOK))
        if post["commonLabels"]["alertname"] == "DatabaseUnreachable"
    )
    until_it_is_over = posted(told, WEBHOOK)[first:]
    names = {
        alert["labels"]["alertname"]
        for post in until_it_is_over
        for alert in post["alerts"]
        if post["status"] == "firing"
    }
    # What tests of before have spent does not follow from it.
    assert {name for name in names if not name.startswith("Budget")} == {"DatabaseUnreachable"}


def test_nobody_else_sees_the_addresses(stack: Stack, told: Upstream, engine: docker.DockerClient) -> None:
    assert posted(told, WEBHOOK)
    for path in (
        *(stack.folder / "state").rglob("*"),
        *(stack.folder / "data").rglob("*"),
        *stack.folder.glob("*.yaml"),
    ):
        if path.is_file():
            assert TOKEN not in path.read_text(encoding="utf-8", errors="replace"), path
    label = f"{STACK_LABEL}=litellm-stack/{stack.name}"
    holders = set()
    for container in engine.containers.list(filters={"label": label}, ignore_removed=True):
        if TOKEN in json.dumps(container.attrs):
            holders.add(container.name)
        # The listener says nothing of what it is asked.
        assert TOKEN not in container.logs().decode(errors="replace"), container.name
    assert holders == {f"{stack.prefix}alertmanager"}
    for process in psutil.process_iter(["cmdline"]):
        assert TOKEN not in " ".join(process.info["cmdline"] or ())


def test_alertmanager_itself_does_not_tell_the_addresses(
    stack: Stack, told: Upstream, engine: docker.DockerClient
) -> None:
    assert posted(told, WEBHOOK)
    server = engine.containers.get(f"{stack.prefix}alertmanager")
    status, shown = execution.run(server, ["amtool", "--alertmanager.url=http://127.0.0.1:9093", "config", "show"])
    assert status == 0
    assert "url_file" in shown
    assert TOKEN not in shown
