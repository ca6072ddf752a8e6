"""A LiteLLM proxy and its Postgres in containers, for the length of a test session."""

from __future__ import annotations

import io
import json
import os
import secrets
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import httpx
import psutil
import yaml
from docker.models.containers import Container

LABEL = "io.litellm-stack.admin-test"
IMAGES = Path(__file__).parents[2] / "config" / "images.json"
START_SECONDS = 300  # 20 s on an idle machine, over 100 s where both cores are busy
CONFIG = {
    "model_list": [
        {"model_name": "chat", "litellm_params": {"model": "openai/gpt-4o-mini", "mock_response": "Hello."}},
        {
            "model_name": "embeddings",
            "litellm_params": {"model": "openai/text-embedding-3-small", "mock_response": [0.1]},
        },
        {
            "model_name": "grouped",
            "litellm_params": {"model": "openai/gpt-4o-mini", "mock_response": "Hello."},
            "model_info": {"access_groups": ["cheap"]},
        },
        {"model_name": "any/*", "litellm_params": {"model": "openai/*", "mock_response": "Hello."}},
    ],
    "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
}


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """A proxy that answers at `url`."""

    url: str
    master_key: str
    database: Container
    another: Callable[[Mapping[str, Any]], str]
    """Start another proxy on the same database, with these litellm_settings, and return its address."""

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """Stop the database for a while, and go on when the proxy has it back."""
        self.database.stop(timeout=5)
        try:
            yield
        finally:
            self.database.start()
            _wait(self.database, lambda: _ready(self.url) and self._answers())

    def _answers(self) -> bool:
        # The proxy's readiness is up to 15 s old.
        return self.call("GET", "/key/list").is_success

    def call(self, method: str, path: str, *, token: str | None = None, **request: Any) -> httpx.Response:
        """Call the proxy beside the code under test; with the master key, unless another is given."""
        headers = {"Authorization": f"Bearer {token or self.master_key}"}
        return httpx.request(method, self.url + path, headers=headers, timeout=60, trust_env=False, **request)

    def admin(self, method: str, path: str, **request: Any) -> Any:
        """Make an admin call that has to succeed and return its JSON."""
        answer = self.call(method, path, **request)
        assert answer.is_success, answer.text
        return answer.json()


@contextmanager
def running_gateway() -> Iterator[Gateway]:
    """Start a database, migrate it, start a proxy on it; remove all of it in the end."""
    images = json.loads(IMAGES.read_text())
    with ExitStack() as cleanup:
        engine = docker.from_env()
        cleanup.callback(engine.close)
        remove_leftovers(engine)
        start = _Starter(engine, cleanup)
        password = secrets.token_hex(12)
        database = start.container(
            "database",
            images["postgres"],
            environment={"POSTGRES_PASSWORD": password, "POSTGRES_USER": "llmproxy", "POSTGRES_DB": "litellm"},
        )
        _wait(database, lambda: database.exec_run(["pg_isready", "-h", "127.0.0.1", "-U", "llmproxy"])[0] == 0)
        environment = {
            "DATABASE_URL": f"postgresql://llmproxy:{password}@database:5432/litellm",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_LOG": "ERROR",
        }
        _migrate(start, images["litellm"], environment)
        master_key = f"sk-{secrets.token_hex(16)}"
        environment |= {
            "DISABLE_SCHEMA_UPDATE": "true",
            "LITELLM_MASTER_KEY": master_key,
            "LITELLM_SALT_KEY": secrets.token_hex(16),
            "STORE_MODEL_IN_DB": "True",
        }

        def another(litellm_settings: Mapping[str, Any]) -> str:
            config = {**CONFIG, "litellm_settings": dict(litellm_settings)}
            return _proxy(start, f"proxy-{secrets.token_hex(4)}", images["litellm"], environment, config)

        url = _proxy(start, "proxy", images["litellm"], environment, CONFIG)
        yield Gateway(url=url, master_key=master_key, database=database, another=another)


def remove_leftovers(engine: docker.DockerClient) -> None:
    """Remove what runs that were killed left behind."""
    for container in engine.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True):
        if not psutil.pid_exists(int(container.labels[LABEL])):
            container.remove(force=True, v=True)
    for network in engine.networks.list(filters={"label": LABEL}):
        if not psutil.pid_exists(int(network.attrs["Labels"][LABEL])):
            network.remove()


class _Starter:
    def __init__(self, engine: docker.DockerClient, cleanup: ExitStack) -> None:
        self._engine = engine
        self._cleanup = cleanup
        self._run = f"admin-test-{secrets.token_hex(4)}"
        self._labels = {LABEL: str(os.getpid())}
        network = engine.networks.create(f"{self._run}-net", labels=self._labels)
        cleanup.callback(network.remove)

    def container(self, alias: str, image: str, *, files: dict[str, str] | None = None, **options: Any) -> Container:
        container = self._engine.containers.create(
            image, name=f"{self._run}-{alias}", network=f"{self._run}-net", labels=self._labels, **options
        )
        self._cleanup.callback(container.remove, force=True, v=True)
        network = self._engine.networks.get(f"{self._run}-net")
        network.disconnect(container)
        network.connect(container, aliases=[alias])
        if files:
            container.put_archive("/app", _archive(files))
        container.start()
        return container


def _migrate(start: _Starter, image: str, environment: dict[str, str]) -> None:
    job = start.container(
        "migration",
        image,
        command=["--skip_server_startup"],
        environment={**environment, "USE_PRISMA_MIGRATE": "True", "ENFORCE_PRISMA_MIGRATION_CHECK": "true"},
    )
    outcome = job.wait(timeout=START_SECONDS)
    assert outcome["StatusCode"] == 0, _last_lines(job)


def _proxy(start: _Starter, alias: str, image: str, environment: Mapping[str, str], config: Mapping[str, Any]) -> str:
    """Start a proxy, and return its address when it is ready."""
    proxy = start.container(
        alias,
        image,
        command=["--config", "/app/config.yaml", "--port", "4000"],
        files={"config.yaml": yaml.safe_dump(config)},
        ports={"4000/tcp": ("127.0.0.1", None)},
        environment=dict(environment),
    )
    proxy.reload()
    port = proxy.attrs["NetworkSettings"]["Ports"]["4000/tcp"][0]["HostPort"]
    url = f"http://127.0.0.1:{port}"
    _wait(proxy, lambda: _ready(url))
    return url


def _ready(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/health/readiness", timeout=10, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.is_success and answer.json().get("db") == "connected"


def _wait(container: Container, ready: Any) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        container.reload()
        assert container.status == "running", f"{container.name} stopped:\n{_last_lines(container)}"
        assert time.monotonic() < deadline, f"{container.name} is not ready:\n{_last_lines(container)}"
        time.sleep(0.5)


def _last_lines(container: Container) -> str:
    return str(container.logs(tail=40).decode(errors="replace"))


def _archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content.encode()), 0o644
            archive.addfile(entry, io.BytesIO(content.encode()))
    return buffer.getvalue()
