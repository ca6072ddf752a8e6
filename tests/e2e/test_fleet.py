"""The stack on a Swarm of two hosts."""

from __future__ import annotations

import time
from collections.abc import Iterator

import docker
import pytest

from config.settings import default_images
from tests.e2e.fleet import Host, fleet

ASK = """
import socket, urllib.request as u
addresses = sorted({found[4][0] for found in socket.getaddrinfo("echo", 5000)})
print(*[u.urlopen(f"http://{address}:5000/", timeout=5).status for address in addresses])
"""


@pytest.fixture(scope="module")
def hosts() -> Iterator[list[Host]]:
    with fleet(2) as hosts:
        yield hosts


def test_a_container_on_one_host_finds_by_dns_and_reaches_the_tasks_on_every_other(hosts: list[Host]) -> None:
    manager, image = hosts[0].engine, default_images()["litellm"]
    network = manager.networks.create("bed", driver="overlay", attachable=True)
    service = manager.services.create(  # type: ignore[no-untyped-call]  # docker-py leaves it untyped
        manager.images.get(image).id,
        command=["python3", "-m", "http.server", "5000", "--directory", "/tmp"],
        name="echo",
        networks=["bed"],
        mode="global",
        endpoint_spec=docker.types.EndpointSpec(mode="dnsrr"),
    )
    try:
        deadline = time.monotonic() + 60
        while [task["Status"]["State"] for task in service.tasks()] != ["running"] * 2:
            assert time.monotonic() < deadline, service.tasks()
            time.sleep(0.2)
        said = manager.containers.run(image, ["-c", ASK], entrypoint="python3", network="bed", remove=True)
        assert said.split() == [b"200", b"200"]
    finally:
        service.remove()
        network.remove()
