"""u13: which images are asked for before anything is touched, and what a refusal says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import requests
from docker.errors import APIError, ImageNotFound

from engine import preflight
from engine.api import EngineError


class Engine:
    """An engine with the images `held`, whose registries answer as `answers` say: a status and a message."""

    def __init__(self, held: set[str], answers: dict[str, tuple[int, str]], *, mirrors: tuple[str, ...] = ()) -> None:
        self.held, self.answers, self.mirrors = held, answers, mirrors
        self.asked: list[str] = []
        self.images = SimpleNamespace(get=self.get, get_registry_data=self.get_registry_data)

    def get(self, reference: str) -> None:
        if reference not in self.held:
            raise ImageNotFound("none")

    def get_registry_data(self, reference: str) -> None:
        self.asked.append(reference)
        if "slow" in reference:
            raise requests.ReadTimeout
        if reference in self.answers:
            status, message = self.answers[reference]
            response = requests.Response()
            response.status_code = status
            raise APIError("refused", response=response, explanation=message)

    def info(self) -> dict[str, Any]:
        return {"RegistryConfig": {"Mirrors": list(self.mirrors)}}

    def close(self) -> None:
        """Nothing is open."""


def refusal(monkeypatch: pytest.MonkeyPatch, engine: Engine, **images: str) -> str | None:
    monkeypatch.setattr(preflight, "connect", lambda: engine)
    try:
        preflight.check_images({f"images.{name}": reference for name, reference in images.items()})
    except EngineError as error:
        return str(error)
    return None


def test_u13_no_registry_is_asked_about_an_image_that_the_engine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine({"redis:7"}, {"redis:7": (500, "no such host")})
    assert refusal(monkeypatch, engine, redis="redis:7") is None
    assert engine.asked == []


def test_u13_one_error_names_every_image_and_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "ghcr.io/acme/litellm:1": (404, "manifest unknown"),
        "ghcr.io/acme/postgres:1": (403, "denied"),
        "redis:nonesuch": (401, "unauthorized"),
        "gone.invalid/haproxy:1": (500, "dial tcp: lookup gone.invalid: no such host"),
        "own.example/redis-exporter:1": (500, 'Head "https://own.example/v2/": no basic auth credentials'),
        "old.example/postgres-exporter:1": (500, "error parsing HTTP 404 response body: unexpected end of JSON input"),
        "busy.example/prometheus:1": (500, "received unexpected HTTP status: 502 Bad Gateway"),
        "Acme:1": (400, "invalid reference format: repository name must be lowercase"),
    }
    names = ("litellm", "postgres", "redis", "haproxy", "redisExporter", "postgresExporter", "prometheus", "grafana")
    wanted = dict(zip(names, answers, strict=True)) | {"pgbouncer": "ghcr.io/acme/pgbouncer:1"}
    assert refusal(monkeypatch, Engine(set(), answers), **wanted) == (
        "the Docker engine does not have these images and cannot pull them; nothing was touched:\n"
        "  - images.litellm: ghcr.io/acme/litellm:1: its registry has no such image; check the name and the tag\n"
        "  - images.postgres: ghcr.io/acme/postgres:1: its registry denies access, or has no such image; see"
        " `docker login`\n"
        "  - images.redis: redis:nonesuch: its registry denies access, or has no such image; see `docker login`\n"
        "  - images.haproxy: gone.invalid/haproxy:1: this host does not know the registry's name, or has no internet;"
        " load the image with `docker load`\n"
        "  - images.redisExporter: own.example/redis-exporter:1: its registry denies access, or has no such image; see"
        " `docker login`\n"
        "  - images.postgresExporter: old.example/postgres-exporter:1: its registry has no such image; check the name"
        " and the tag\n"
        "  - images.prometheus: busy.example/prometheus:1: its registry cannot be asked (received unexpected HTTP"
        " status: 502 Bad Gateway)\n"
        "  - images.grafana: Acme:1: not the name of an image in a registry (invalid reference format: repository name"
        " must be lowercase)"
    )


def test_u13_a_registry_that_does_not_answer_is_a_cause_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found = refusal(monkeypatch, Engine(set(), {}), litellm="slow.example/litellm:1")
    assert str(found).endswith("  - images.litellm: slow.example/litellm:1: its registry does not answer in time")


def test_u13_what_a_mirror_of_docker_hub_lacks_is_left_to_the_pull(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"redis:7": (404, "manifest unknown"), "ghcr.io/acme/litellm:1": (404, "manifest unknown")}
    engine = Engine(set(), answers, mirrors=("https://mirror.example",))
    assert refusal(monkeypatch, engine, redis="redis:7") is None
    found = refusal(monkeypatch, engine, redis="redis:7", litellm="ghcr.io/acme/litellm:1")
    assert found is not None
    assert "images.litellm" in found
    assert "redis" not in found
