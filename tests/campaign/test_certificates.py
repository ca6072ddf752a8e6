"""A certificate that ends soon raises an alert, and so does an address that shows none."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import httpx
import pytest

from config.settings import default_images
from engine.identity import STACK_LABEL
from tests.campaign.tls_server import PORT
from tests.e2e.stack import Stack

COVERS = ("components/certificates.py", "components/monitoring.py", "config/alerts", "config/certificates.py")
SERVER = Path(__file__).with_name("tls_server.py")
ENDS_SOON, NOBODY = f"ends-soon:{PORT}", f"nobody-there:{PORT}"
PATIENCE = 180


@pytest.fixture
def looking(stack: Stack, engine: docker.DockerClient) -> Iterator[None]:
    """The stack with an eye on two addresses; behind one of them is a certificate that ends in five days."""
    before = copy.deepcopy(stack.config)
    container = engine.containers.run(
        default_images()["litellm"],
        detach=True,
        entrypoint=["python3", "-c", SERVER.read_text(encoding="utf-8")],
        name=f"{stack.prefix}ends-soon",
        labels={STACK_LABEL: f"litellm-stack/{stack.name}"},
        network=f"{stack.prefix}network",
        networking_config={f"{stack.prefix}network": docker.types.EndpointConfig("1.43", aliases=["ends-soon"])},
    )
    try:
        stack.configure({**before, "monitoring": {"certificates": [ENDS_SOON, NOBODY]}})
        stack.up()
        yield
    finally:
        container.remove(v=True, force=True)
        stack.configure(before)
        stack.up()


def alerts(stack: Stack) -> set[tuple[str, str, str, str]]:
    """Return the alerts on certificates: name, address, severity and state."""
    found: list[dict[str, Any]] = httpx.get(f"{stack.outputs()['prometheusUrl']}/api/v1/alerts").json()["data"][
        "alerts"
    ]
    return {
        (it["labels"]["alertname"], it["labels"]["instance"], it["labels"]["severity"], it["state"])
        for it in found
        if it["labels"]["alertname"].startswith("Certificate")
    }


@pytest.mark.usefixtures("looking")
def test_an_end_that_is_near_is_told_and_what_shows_no_certificate_too(stack: Stack) -> None:
    # The second waits for ten minutes, because an address that is away for a moment is no reason to look.
    expected = {
        ("CertificateExpires", ENDS_SOON, "warning", "firing"),
        ("CertificateUnseen", NOBODY, "warning", "pending"),
    }
    deadline = time.monotonic() + PATIENCE
    while (found := alerts(stack)) != expected:
        assert time.monotonic() < deadline, found
        time.sleep(2)
