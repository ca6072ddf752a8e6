"""A Swarm of two hosts that loses things while clients ask at both: the declared state comes back by itself.

What is lost is what was in flight on the thing that died: at most one request of each client.
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from docker.errors import APIError
from docker.models.containers import Container

from tests.e2e.fleet import Host, fleet
from tests.e2e.load import Load, chat, load, paced, stream
from tests.e2e.stack import Stack
from tests.e2e.test_fleet import DATA_LABEL, config, on_nodes, url

PATIENCE_SECONDS = 240
CLIENTS = 3
"""At each host."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the clients of each host saw."""

    at: dict[str, Load] = field(default_factory=dict)

    def failures(self, host: Host) -> list[str]:
        """Return what failed, without the seconds that each took."""
        return [failure.partition(": ")[2] for failure in self.at[host.name].failures]

    def answers(self, host: Host) -> int:
        """Return how many answers there were."""
        return sum(self.at[host.name].answers.values())


@pytest.fixture(scope="module")
def hosts() -> Iterator[list[Host]]:
    with fleet(2) as hosts:
        yield hosts


@pytest.fixture(scope="module")
def stack(hosts: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """Bring the stack up; its data is on the manager."""
    manager = hosts[0]
    node = manager.engine.nodes.get(manager.node_id)
    node.update({**node.attrs["Spec"], "Labels": {DATA_LABEL: "true"}})
    stack = Stack(
        folder=tmp_path_factory.mktemp("faults"), config=config(manager), name=f"fleet-{secrets.token_hex(3)}"
    )
    stack.environment["DOCKER_HOST"] = manager.socket
    stack.up()
    return stack


@contextmanager
def clients(stack: Stack, hosts: list[Host]) -> Iterator[Asked]:
    """Ask at each of `hosts` while the block runs."""
    key = stack.outputs()["virtualKeys"]["app"]
    asked = Asked()
    kinds = [paced(chat(key, "chat")), paced(chat(key, "chat")), paced(stream(key, "chat"))]
    assert len(kinds) == CLIENTS
    first, *rest = hosts
    with load(url=url(first), clients=kinds) as seen:
        asked.at[first.name] = seen
        if rest:
            with clients(stack, rest) as others:
                asked.at.update(others.at)
                time.sleep(2)
                yield asked
        else:
            yield asked


def until(condition: Callable[[], bool]) -> float:
    """Wait, and return how many seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE_SECONDS
        time.sleep(0.5)
    return time.monotonic() - began


def settled(hosts: list[Host]) -> bool:
    """Tell whether each service has the tasks that it wants, all of them healthy."""
    listed: Any = hosts[0].engine.api.services  # docker-py leaves it untyped
    try:
        counts = [service["ServiceStatus"] for service in listed(status=True)]
    except APIError:
        return False  # the manager has only just started
    return all(count["RunningTasks"] == count["DesiredTasks"] for count in counts)


def crash(container: Container) -> None:
    os.kill(container.attrs["State"]["Pid"], signal.SIGKILL)


def report(what: str, asked: Asked, hosts: list[Host], seconds: float) -> None:
    lost = {host.name: dict(Counter(asked.failures(host))) for host in hosts}
    answers = {host.name: asked.answers(host) for host in hosts}
    print(f"{what}: back after {seconds:.0f} s; answers {answers}; lost {lost}")


def test_a_replica_that_is_killed(stack: Stack, hosts: list[Host]) -> None:
    [replica] = on_nodes(hosts[1:], "proxy")
    with clients(stack, hosts) as asked:
        crash(replica)
        time.sleep(3)
        seconds = until(lambda: settled(hosts))
        time.sleep(3)
    report("a replica", asked, hosts, seconds)
    assert sum(len(asked.failures(host)) for host in hosts) <= CLIENTS * len(hosts)
    stack.up("--expect-no-changes")


def test_postgres_that_is_killed(stack: Stack, hosts: list[Host]) -> None:
    [database] = on_nodes(hosts, "database")
    with clients(stack, hosts) as asked:
        crash(database)
        time.sleep(3)
        seconds = until(lambda: settled(hosts))
        time.sleep(20)
    report("Postgres", asked, hosts, seconds)
    assert [asked.failures(host) for host in hosts] == [[], []]
    stack.up("--expect-no-changes")
    assert httpx.get(
        f"{url(hosts[0])}/v1/models", headers={"Authorization": f"Bearer {stack.outputs()['virtualKeys']['app']}"}
    ).is_success


def test_a_cut_between_the_nodes(stack: Stack, hosts: list[Host]) -> None:
    manager, worker = hosts
    with clients(stack, [manager]) as asked:
        worker.cut()
        time.sleep(20)
        worker.heal()
        seconds = until(lambda: settled(hosts))
        time.sleep(3)
    report("a cut", asked, [manager], seconds)
    assert len(asked.failures(manager)) <= CLIENTS
    assert {chat_at(stack, host) for host in hosts} == {"first answer"}
    stack.up("--expect-no-changes")


def test_a_worker_that_dies(stack: Stack, hosts: list[Host]) -> None:
    manager, worker = hosts
    with clients(stack, [manager]) as asked:
        worker.die()
        time.sleep(5)
        seconds = until(lambda: settled([manager]))
        time.sleep(3)
    report("a worker", asked, [manager], seconds)
    assert len(asked.failures(manager)) <= CLIENTS
    worker.live()
    until(lambda: settled(hosts) and len(on_nodes([worker], "edge")) == 1)
    until(lambda: chat_at(stack, worker) == "first answer")
    stack.up()


def chat_at(stack: Stack, host: Host) -> str:
    with httpx.Client(base_url=url(host), timeout=60) as client:
        try:
            return chat(stack.outputs()["masterKey"], "chat")(client)
        except httpx.HTTPError as error:
            return repr(error)
