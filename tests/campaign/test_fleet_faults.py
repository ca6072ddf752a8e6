"""A Swarm of two hosts that loses things while clients ask at both: the declared state comes back by itself.

What is lost is what was in flight on the thing that died: at most one request of each client.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import Any

import docker
import httpx
import pytest
from docker.models.containers import Container

from config.settings import default_images
from tests.e2e.fleet import Host, copy
from tests.e2e.load import chat, load, stream
from tests.e2e.stack import Stack
from tests.e2e.swarm_stack import declared, on_nodes, scale, url
from tests.waiting import until

COVERS = ("components", "config/haproxy.py", "config/startup", "engine")
CLIENTS = 3
"""At each host."""

mended = partial(until, within=240, every=0.5)


@pytest.fixture(scope="module")
def stack(hosts: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """Bring the stack up; its data is on the manager."""
    stack = declared(hosts[0], data=hosts[0], folder=tmp_path_factory.mktemp("faults"))
    stack.up()
    return stack


@contextmanager
def asked(
    stack: Stack, hosts: list[Host], what: str, *, at: Sequence[Host] | None = None, longer: float = 3
) -> Iterator[list[str]]:
    """Ask at each of `hosts`, or those `at` which it is said, while the block breaks `what`, until it is mended.

    It goes on for some seconds `longer`, and what failed is in the list then, without the seconds that each took.
    """
    key, lost = stack.outputs()["virtualKeys"]["app"], list[str]()
    kinds = [chat(key, "chat"), chat(key, "chat"), stream(key, "chat")]
    assert len(kinds) == CLIENTS
    with ExitStack() as loads:
        seen = {host.name: loads.enter_context(load(url=url(host), clients=kinds)) for host in at or hosts}
        time.sleep(2)
        yield lost
        seconds = mended(lambda: settled(hosts[0]))
        time.sleep(longer)
    # Of a node that was cut off, the manager learns what it runs only now.
    mended(lambda: all(settled(hosts[0]) for _ in seconds_in_a_row(5)))
    for name, part in seen.items():
        failures = [failure.partition(": ")[2] for failure in part.failures]
        print(f"{what}: back after {seconds:.0f} s; {name}: {part.answers.total()} answers, lost {Counter(failures)}")
        lost += failures


def settled(manager: Host) -> bool:
    """Tell whether each service has the tasks that it wants, all of them healthy, as far as the manager knows.

    Its own count (ServiceStatus) has those tasks too that ran on a node when that died.
    """
    api: Any = manager.engine.api  # docker-py leaves it untyped
    healthy = Counter(
        task["ServiceID"]
        for task in api.tasks(filters={"desired-state": "running"})
        if task["Status"]["State"] == "running"
    )
    nodes = sum(node["Status"]["State"] == "ready" for node in api.nodes())
    return all(
        healthy[service["ID"]] == service["Spec"]["Mode"].get("Replicated", {}).get("Replicas", nodes)
        for service in api.services()
    )


def knows_of_its_death(manager: Host, node_id: str) -> bool:
    [node] = manager.engine.api.nodes(filters={"id": node_id})
    return bool(node["Status"]["State"] == "down")


def seconds_in_a_row(count: int) -> Iterator[None]:
    for _ in range(count):
        yield
        time.sleep(1)


def is_spread(hosts: list[Host]) -> bool:
    return all(len(on_nodes([host], "proxy")) == 1 for host in hosts)


def spread(stack: Stack, hosts: list[Host]) -> None:
    """Have a replica on each node, in the way of docs/swarm.md: a Swarm moves none by itself."""
    if is_spread(hosts):
        return
    for replicas in (3, 2):
        scale(hosts[0], f"{stack.prefix}proxy", replicas)
        mended(lambda: settled(hosts[0]))
    # The one too many goes on until it has answered what it has.
    mended(lambda: is_spread(hosts))


def crash(container: Container) -> None:
    os.kill(container.attrs["State"]["Pid"], signal.SIGKILL)
    time.sleep(3)


def test_a_replica_that_is_killed(stack: Stack, hosts: list[Host]) -> None:
    [replica] = on_nodes(hosts[1:], "proxy")
    with asked(stack, hosts, "a replica") as lost:
        crash(replica)
    assert len(lost) <= CLIENTS * len(hosts)
    stack.up("--expect-no-changes")


def test_postgres_that_is_killed(stack: Stack, hosts: list[Host]) -> None:
    [database] = on_nodes(hosts, "database")
    with asked(stack, hosts, "Postgres", longer=20) as lost:
        crash(database)
    assert lost == []
    stack.up("--expect-no-changes")
    assert httpx.get(
        f"{url(hosts[0])}/v1/models", headers={"Authorization": f"Bearer {stack.outputs()['virtualKeys']['app']}"}
    ).is_success


@contextmanager
def image_that_migrates_and_does_not_serve(hosts: list[Host]) -> Iterator[str]:
    """Give all hosts an image of LiteLLM that fails once it is to answer."""
    with ExitStack() as cleanup:
        own = cleanup.enter_context(closing(docker.from_env()))
        good: Any = own.images.get(default_images()["litellm"])
        migrates = f'[ "$1" = --skip_server_startup ] && exec {shlex.join(good.attrs["Config"]["Entrypoint"])} "$@"'
        entrypoint = json.dumps(["sh", "-c", f"{migrates}; exit 3", "sh"])
        container = own.containers.create(good)
        cleanup.callback(container.remove)
        [image] = container.commit("litellm-stack-test", "does-not-serve", changes=f"ENTRYPOINT {entrypoint}").tags
        cleanup.callback(own.images.remove, image, force=True)
        copy(image, hosts)
        yield image


def test_a_bad_image(stack: Stack, hosts: list[Host]) -> None:
    good = stack.config
    with image_that_migrates_and_does_not_serve(hosts) as image, asked(stack, hosts, "a bad image") as lost:
        stack.configure({**good, "images": {"litellm": image}})
        result = stack.run("up", "--yes", "--skip-preview")
    assert result.returncode != 0
    assert "was rolled back to what ran before" in result.stdout, result.stdout[-3000:]
    assert lost == []
    stack.configure(good)
    stack.up()
    stack.up("--expect-no-changes")


def test_a_manager_that_loses_power_and_starts_again(stack: Stack, hosts: list[Host]) -> None:
    manager, worker = hosts
    spread(stack, hosts)
    with asked(stack, hosts, "a manager", at=[worker], longer=20) as lost:
        manager.die()
        time.sleep(5)
        manager.live()
    assert len(lost) <= CLIENTS
    mended(lambda: chat_at(stack, manager) == "first answer")
    stack.up()
    stack.up("--expect-no-changes")


def test_a_cut_between_the_nodes(stack: Stack, hosts: list[Host]) -> None:
    manager, worker = hosts
    spread(stack, hosts)
    with asked(stack, hosts, "a cut", at=[manager]) as lost:
        worker.cut()
        time.sleep(20)
        worker.heal()
    assert len(lost) <= CLIENTS
    assert {chat_at(stack, host) for host in hosts} == {"first answer"}
    stack.up("--expect-no-changes")


def test_replicas_that_are_spread_over_the_nodes_again(stack: Stack, hosts: list[Host]) -> None:
    assert not is_spread(hosts), "the cut left them on one node"
    with asked(stack, hosts, "spreading") as lost:
        spread(stack, hosts)
    assert lost == []
    stack.up("--expect-no-changes")


def test_a_worker_that_dies(stack: Stack, hosts: list[Host]) -> None:
    manager, worker = hosts
    node_id = worker.node_id
    spread(stack, hosts)
    with asked(stack, hosts, "a worker", at=[manager]) as lost:
        worker.die()
        until(lambda: knows_of_its_death(manager, node_id))
    assert len(lost) <= CLIENTS
    assert len(on_nodes([manager], "proxy")) == 2
    worker.live()
    mended(lambda: settled(manager) and len(on_nodes([worker], "edge")) == 1)
    mended(lambda: chat_at(stack, worker) == "first answer")
    stack.up()


def chat_at(stack: Stack, host: Host) -> str:
    with httpx.Client(base_url=url(host), timeout=60) as client:
        try:
            return chat(stack.outputs()["masterKey"], "chat")(client)
        except httpx.HTTPError as error:
            return repr(error)
