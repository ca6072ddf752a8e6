"""A replica whose database is empty when it starts, and gets its schema while the replica waits for it."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import httpx
import yaml
from docker.models.containers import Container

from components import litellm_runtime
from config.settings import default_images
from tests.integration.running_gateway import START_SECONDS, Gateway
from tests.waiting import until

ENVIRONMENT = {**litellm_runtime.ENVIRONMENT, litellm_runtime.MODULES_PATH: litellm_runtime.STARTUP}
VOLUMES = {str(litellm_runtime.STARTUP_SOURCE): {"bind": litellm_runtime.STARTUP, "mode": "ro"}}
CUSTOM = "/app/custom"
BUDGET = {"max_budget": 0.5, "budget_duration": "1d"}
PROXY = {
    "model_list": [
        {
            "model_name": "chat",
            "litellm_params": {
                "model": "openai/gpt-4o-mini",
                "mock_response": "Hello.",
                "input_cost_per_token": 1,
                "output_cost_per_token": 1,
            },
        }
    ],
    "litellm_settings": BUDGET,
    "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
}


@dataclass(frozen=True, kw_only=True)
class Replica:
    """A replica that came up on the database called `name`."""

    url: str
    master_key: str
    log: str
    gateway: Gateway
    name: str

    def post(self, path: str, key: str, **body: Any) -> httpx.Response:
        """Call the replica with a key."""
        login = {"Authorization": f"Bearer {key}"}
        return httpx.post(self.url + path, headers=login, json=body, timeout=60, trust_env=False)

    def budget(self) -> dict[str, Any]:
        """Return the row of the proxy-wide budget; empty if there is none."""
        row = "SELECT row_to_json(u) FROM \"LiteLLM_UserTable\" u WHERE user_id = 'litellm-proxy-budget'"
        found = sql(self.gateway, self.name, row)
        return dict(json.loads(found)) if found else {}


@contextmanager
def replica_before_its_schema(
    gateway: Gateway, folder: Path, *, seconds: float, **environment: str
) -> Iterator[Replica]:
    """Start LiteLLM by its image's entry point on an empty database; migrate that `seconds` after the wait began.

    The replica has `folder` as /app/custom.
    """
    name, master_key = f"late_{secrets.token_hex(3)}", f"sk-{secrets.token_hex(16)}"
    with ExitStack() as cleanup:
        engine = docker.from_env()
        cleanup.callback(engine.close)
        url = _empty_database(gateway, name, cleanup)
        config = folder / "config.yaml"
        config.write_text(yaml.safe_dump(PROXY))
        folder.chmod(0o755)
        run: Any = engine.containers.run
        image = {"image": default_images()["litellm"], "network": _network(gateway), "detach": True}
        container = run(
            **image,
            command=["--config", f"{CUSTOM}/config.yaml", "--port", "4000"],
            environment={
                **ENVIRONMENT,
                **environment,
                "DATABASE_URL": url,
                "DISABLE_SCHEMA_UPDATE": "true",
                "LITELLM_MASTER_KEY": master_key,
                "LITELLM_SALT_KEY": secrets.token_hex(16),
            },
            volumes={**VOLUMES, str(folder): {"bind": CUSTOM, "mode": "ro"}},
            ports={"4000/tcp": ("127.0.0.1", None)},
        )
        cleanup.callback(container.remove, force=True, v=True)
        until(lambda: _logins(gateway, name) > 2, within=START_SECONDS)
        time.sleep(seconds)
        migration = {"DATABASE_URL": url, "USE_PRISMA_MIGRATE": "True", "ENFORCE_PRISMA_MIGRATION_CHECK": "true"}
        job = run(**image, command=["--skip_server_startup"], environment=migration)
        cleanup.callback(job.remove, force=True, v=True)
        assert job.wait(timeout=START_SECONDS)["StatusCode"] == 0, job.logs()
        yield _started(gateway, name, container, master_key)


def sql(gateway: Gateway, database: str, statement: str) -> str:
    """Return what a statement gives, without decoration."""
    result: Any = gateway.database.exec_run(
        ["psql", "-X", "-A", "-t", "-U", "llmproxy", "-d", database, "-c", statement]
    )
    assert result.exit_code == 0, result.output
    return str(result.output.decode()).strip()


def _empty_database(gateway: Gateway, name: str, cleanup: ExitStack) -> str:
    sql(gateway, "postgres", f"CREATE DATABASE {name}")
    cleanup.callback(sql, gateway, "postgres", f"DROP DATABASE {name} WITH (FORCE)")
    variables = dict(entry.split("=", 1) for entry in gateway.database.attrs["Config"]["Env"])
    return f"postgresql://llmproxy:{variables['POSTGRES_PASSWORD']}@database:5432/{name}"


def _network(gateway: Gateway) -> str:
    [network] = gateway.database.attrs["NetworkSettings"]["Networks"]
    return str(network)


def _logins(gateway: Gateway, name: str) -> int:
    return int(sql(gateway, "postgres", f"SELECT sessions FROM pg_stat_database WHERE datname = '{name}'"))  # noqa: S608


def _started(gateway: Gateway, name: str, container: Container, master_key: str) -> Replica:
    container.reload()
    url = f"http://127.0.0.1:{container.attrs['NetworkSettings']['Ports']['4000/tcp'][0]['HostPort']}"
    until(lambda: _is_ready(url), within=START_SECONDS)
    log = container.logs().decode(errors="replace")
    return Replica(url=url, master_key=master_key, log=log, gateway=gateway, name=name)


def _is_ready(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/health/readiness", timeout=10, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.is_success and answer.json().get("db") == "connected"
