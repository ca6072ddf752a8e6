"""The edge's haproxy.cfg in a real HAProxy, in front of replicas that are told how to behave."""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import httpx
import pytest
from docker.models.containers import Container

from components.edge import CONFIG
from config import haproxy
from config.settings import default_images
from engine import cutover
from tests.integration import replica_server
from tests.waiting import until

SERVER = Path(replica_server.__file__).read_text(encoding="utf-8")
ALIAS = "replicas"
ACTIVE = rf'^haproxy_backend_active_servers{{proxy="{haproxy.BACKEND}"}} ([0-9]+)$'
CHECKED = r'^haproxy_server_check_status{{proxy="{backend}",server="[^"]+",state="L7OK"}} 1$'
CLIENTS = 24


@dataclass(frozen=True, kw_only=True)
class Containers:
    """Containers on a network of their own, which are gone with `remains`."""

    engine: docker.DockerClient
    network: str
    remains: ExitStack

    def run(
        self,
        image: str,
        entrypoint: list[str],
        *,
        alias: str,
        ports: Sequence[int] = (),
        files: Mapping[str, Path] | None = None,
    ) -> tuple[Container, list[int]]:
        """Start one from one of the stack's images, and return it, and where its ports are on 127.0.0.1."""
        published: dict[str, int | list[int] | tuple[str, int] | None] = {
            f"{port}/tcp": ("127.0.0.1", 0) for port in ports
        }
        container = self.engine.containers.run(
            default_images()[image],
            detach=True,
            entrypoint=entrypoint,
            network=self.network,
            networking_config={self.network: docker.types.EndpointConfig("1.41", aliases=[alias])},
            ports=published,
            volumes={str(source): {"bind": target, "mode": "ro"} for target, source in (files or {}).items()},
            environment={"DRAIN_ENDPOINT_TOKEN": "token"},
        )
        self.remains.callback(container.remove, force=True, v=True)
        container.reload()
        found = container.attrs["NetworkSettings"]["Ports"]
        return container, [int(found[f"{port}/tcp"][0]["HostPort"]) for port in ports]


@dataclass(frozen=True, kw_only=True)
class Replica:
    """A server behind the edge that does as it is told."""

    container: Container
    client: httpx.Client

    def tell(self, **behaviour: Any) -> None:
        """Change what replica_server.py says can be changed."""
        self.client.put("/told", json=behaviour).raise_for_status()

    @property
    def answered(self) -> int:
        """How many requests it has answered."""
        return self._counted("requests")

    @property
    def connections(self) -> int:
        """How many connections those came on."""
        return self._counted("connections")

    def _counted(self, what: str) -> int:
        return int(self.client.get("/told").raise_for_status().json()[what])


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A running HAProxy."""

    containers: Containers
    container: Container
    client: httpx.Client
    status: httpx.Client
    remains: ExitStack

    def replica(self) -> Replica:
        """Start a replica, and return it when the edge has found it ready and alive.

        It gets requests before, and none any more if the first check fails: one lost packet is enough.
        """
        before = self._checked
        command = ["python3", "-c", SERVER]
        container, [port] = self.containers.run("litellm", command, ports=[replica_server.PORT], alias=ALIAS)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)
        replica = Replica(container=container, client=self.remains.enter_context(client))
        until(lambda: answers(client, "/told"))
        until(lambda: all(now > then for now, then in zip(self._checked, before, strict=True)))
        return replica

    def starting(self) -> None:
        """Start what is a replica that has not come so far: it has an address, and nobody listens there."""
        self.containers.run("litellm", ["sleep", "600"], alias=ALIAS)

    @property
    def serving(self) -> int:
        """How many replicas get requests: a new one does until the edge has looked."""
        found = re.search(ACTIVE, self._metrics, re.MULTILINE)
        assert found
        return int(found[1])

    @property
    def said(self) -> str:
        """What it logged: which replica left and why."""
        return self.container.logs(timestamps=True).decode()

    @property
    def _checked(self) -> list[int]:
        """How many replicas the edge has found ready, and how many alive."""
        metrics = self._metrics
        backends = (haproxy.BACKEND, haproxy.LATE_BACKEND)
        return [len(re.findall(CHECKED.format(backend=backend), metrics, re.MULTILINE)) for backend in backends]

    @property
    def _metrics(self) -> str:
        return self.status.get(haproxy.METRICS_PATH).text

    @contextmanager
    def load(self) -> Iterator[Counter[int]]:
        """Ask all the time while the block runs; what comes is counted by status."""
        seen: Counter[int] = Counter()
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                seen[self.client.post("/v1/chat/completions", json={}).status_code] += 1

        with ThreadPoolExecutor(CLIENTS) as pool:
            asking = [pool.submit(ask) for _ in range(CLIENTS)]
            try:
                yield seen
            finally:
                stop.set()
                for each in asking:
                    each.result()


def answers(client: httpx.Client, path: str) -> bool:
    """Tell whether somebody answers there."""
    try:
        return client.get(path).is_success
    except httpx.TransportError:
        return False


def answers_steadily(client: httpx.Client, path: str) -> bool:
    """Tell whether somebody goes on answering there for two seconds."""
    for _ in range(10):
        if not answers(client, path):
            return False
        time.sleep(0.2)
    return True


def is_left_alone(replica: Replica) -> bool:
    """Tell whether it gets nothing for two seconds: on a busy host the other one may have failed a check meanwhile."""
    before = replica.answered
    time.sleep(2)
    return replica.answered == before


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    config = tmp_path / "haproxy.cfg"
    config.write_text(
        haproxy.render(
            upstream=f"{ALIAS}:{replica_server.PORT}",
            database=haproxy.own_database("database", 5432),
            request_timeout=60,
            keep_connections=True,
        )
    )
    tmp_path.chmod(0o755)
    with ExitStack() as remains:
        engine = remains.enter_context(closing(docker.from_env()))
        network = f"edge-test-{secrets.token_hex(3)}"
        remains.callback(engine.networks.create(network).remove)
        containers = Containers(engine=engine, network=network, remains=remains)
        command = ["haproxy", "-W", "-db", "-f", CONFIG]
        ports = [haproxy.PORT, haproxy.STATUS_PORT]
        container, found = containers.run("haproxy", command, alias=haproxy.ALIAS, ports=ports, files={CONFIG: config})
        limits = httpx.Limits(max_connections=CLIENTS)
        clients = [
            remains.enter_context(
                httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, limits=limits, timeout=60)
            )
            for port in found
        ]
        [client, status] = clients
        until(lambda: answers(status, haproxy.METRICS_PATH))
        yield Edge(containers=containers, container=container, client=client, status=status, remains=remains)


def test_no_request_is_lost_to_replicas_that_are_starting(edge: Edge) -> None:
    replica = edge.replica()
    with edge.load() as seen:
        time.sleep(1)
        for _ in range(5):
            edge.starting()
        time.sleep(5)
    assert seen.keys() == {200}, edge.said
    assert replica.answered == seen[200], "no request runs twice"


def test_replicas_that_are_too_busy_for_the_checks_are_asked_while_no_other_is_left(edge: Edge) -> None:
    replicas = [edge.replica(), edge.replica()]
    with edge.load() as seen:
        for replica in replicas:
            replica.tell(late=8)
        until(lambda: edge.serving == 0)
        time.sleep(10)
    assert seen.keys() == {200}, edge.said
    assert sum(replica.answered for replica in replicas) == seen[200]


def test_replicas_that_drain_get_nothing(edge: Edge) -> None:
    replica = edge.replica()
    replica.tell(ready=503, alive=503)
    until(lambda: edge.client.post("/v1/chat/completions", json={}).status_code == 503)
    before = replica.answered
    assert {edge.client.post("/v1/chat/completions", json={}).status_code for _ in range(10)} == {503}
    assert replica.answered == before
    replica.tell(ready=200, alive=200)
    until(lambda: edge.client.post("/v1/chat/completions", json={}).status_code == 200)


def test_replicas_that_are_alive_and_not_ready_are_asked_while_none_is_ready(edge: Edge) -> None:
    one, other = edge.replica(), edge.replica()
    with edge.load() as seen:
        one.tell(ready=503)
        until(lambda: is_left_alone(one))
        other.tell(ready=503)
        until(lambda: edge.serving == 0)
        time.sleep(2)
    assert seen.keys() == {200}, edge.said
    assert one.answered + other.answered == seen[200]


def test_a_key_that_is_refused_while_there_is_no_database_is_to_be_tried_again(edge: Edge) -> None:
    # There is no database in this network.
    edge.replica().tell(status=401)
    answer = edge.client.post("/v1/chat/completions", json={})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_no_request_is_lost_to_a_replica_that_is_withdrawn_and_stopped(edge: Edge) -> None:
    stays, goes = edge.replica(), edge.replica()
    with edge.load() as seen:
        until(lambda: goes.answered > CLIENTS)
        cutover.withdraw(goes.container, status_url=haproxy.STATUS_URL, grace=10)
        answered = goes.answered
        goes.container.kill()
        time.sleep(3)
    assert seen.keys() == {200}, edge.said
    assert stays.answered + answered == seen[200]


def test_a_replica_gets_requests_on_connections_that_are_kept(edge: Edge) -> None:
    replica = edge.replica()
    with edge.load() as seen:
        time.sleep(3)
    assert seen.keys() == {200}, edge.said
    assert replica.connections <= CLIENTS < replica.answered


def test_connections_that_a_replica_closed_are_not_used(edge: Edge) -> None:
    replica = edge.replica()
    for _ in range(3):
        with edge.load() as seen:
            time.sleep(1)
        assert seen.keys() == {200}, edge.said
        replica.container.restart(timeout=0)
        # HAProxy takes it for good when its name is back, and again when it has looked.
        until(lambda: answers_steadily(edge.client, "/told"))
