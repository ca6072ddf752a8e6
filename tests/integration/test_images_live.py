"""u13: an image that the engine neither has nor can pull is refused; a real engine asks a registry on this host."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from config.settings import default_images
from engine import preflight
from engine.api import EngineError

LOGIN = base64.b64encode(b"reader:canary-0123456789").decode()
MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {
            "mediaType": "application/vnd.docker.container.image.v1+json",
            "size": 2,
            "digest": f"sha256:{'a' * 64}",
        },
        "layers": [],
    }
).encode()


@dataclass
class Registry:
    """A registry on this host, which Docker takes without TLS.

    private: whether it asks for a login. asked: the paths of the requests.
    """

    address: str = ""
    private: bool = False
    asked: list[str] = field(default_factory=list)

    def image(self, kind: str) -> str:
        return f"{self.address}/{kind}/image:1"


@pytest.fixture
def registry() -> Iterator[Registry]:
    answers = Registry()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        ANSWERS: ClassVar = {"missing": 404, "denied": 403, "broken": 500}

        def do_GET(self) -> None:
            answers.asked.append(self.path)
            kind = self.path.split("/")[2]
            status = self.ANSWERS.get(kind, 200)
            if answers.private and self.headers.get("Authorization") != f"Basic {LOGIN}":
                status = 401
            body = MANIFEST if status == 200 and "/manifests/" in self.path else b"{}"
            self.send_response(status)
            self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="test"')
            if body is MANIFEST:
                self.send_header("Content-Type", "application/vnd.docker.distribution.manifest.v2+json")
                self.send_header("Docker-Content-Digest", f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answers.address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield answers
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_u13_images_that_are_at_hand_or_in_a_registry_pass(registry: Registry) -> None:
    own = {f"images.{name}": default_images()[name] for name in ("litellm", "postgres", "haproxy", "prometheus")}
    preflight.check_images(own)
    assert registry.asked == []
    preflight.check_images({**own, "images.redis": registry.image("fine")})
    assert any("/fine/image/manifests/1" in path for path in registry.asked)


def test_u13_images_that_cannot_be_pulled_are_named_together_with_the_cause(registry: Registry) -> None:
    wanted = {
        "images.litellm": registry.image("missing"),
        "images.postgres": registry.image("denied"),
        "images.haproxy": registry.image("broken"),
        "images.prometheus": "127.0.0.1:9/prometheus:1",
        "images.redis": "registry.invalid/redis:7",
        "images.grafana": "Not::a::name",
        "images.pgbouncer": f"sha256:{'b' * 64}",
        "images.alertmanager": registry.image("fine"),
    }
    with pytest.raises(EngineError) as caught:
        preflight.check_images(wanted)
    first, *lines = str(caught.value).splitlines()
    assert first == "the Docker engine does not have these images and cannot pull them; nothing was touched:"
    causes = dict(line.removeprefix("  - ").split(": ", 1) for line in lines)
    assert list(causes) == [place for place in wanted if place != "images.alertmanager"]
    assert causes["images.litellm"] == (
        f"{wanted['images.litellm']}: its registry has no such image; check the name and the tag"
    )
    assert "denies access, or has no such image; see `docker login`" in causes["images.postgres"]
    assert "its registry cannot be asked (" in causes["images.haproxy"]
    assert "connection refused" in causes["images.prometheus"]
    assert "registry.invalid/redis:7: " in causes["images.redis"]
    assert "not the name of an image" in causes["images.grafana"]
    assert "not the name of an image in a registry" in causes["images.pgbouncer"]


def test_u13_a_registry_is_asked_with_the_login_of_the_docker_config(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.private = True
    wanted = {"images.litellm": registry.image("fine")}
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(EngineError, match="denies access"):
        preflight.check_images(wanted)
    (tmp_path / "config.json").write_text(json.dumps({"auths": {registry.address: {"auth": LOGIN}}}))
    preflight.check_images(wanted)
