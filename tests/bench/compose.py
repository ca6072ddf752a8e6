"""From nothing to the first answered request: the stack against Docker Compose with the same images, in turn.

Nothing: no container, network or volume; images, tools and the files that describe the deployment are there.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import docker

from config.settings import default_images
from supply.process import run
from tests.bench import stacks
from tests.bench.answer import Started, bring_up
from tests.bench.samples import Samples, Say
from tests.bench.table import Figures, Target
from tests.e2e.stack import free_port

FILES = Path(__file__).with_name("compose")
COLUMN = "seconds"
COMPOSE, PULUMI = "docker compose up", "pulumi up"
RATIO = "pulumi up to compose, until the first answer"
TARGETS = (Target(row=RATIO, column=COLUMN, at_most=0.8),)


def measure(engine: docker.DockerClient, *, runs: int, say: Say) -> dict[str, dict[str, Figures]]:
    """Bring both up in turn, in the other order every other time."""
    samples = Samples(say)
    ways: dict[str, Callable[[], Started]] = {COMPOSE: composed, PULUMI: partial(provisioned, engine)}
    for index in range(runs):
        order = list(ways) if index % 2 == 0 else list(reversed(ways))
        started = {name: ways[name]() for name in order}
        for name in ways:
            samples.record(COLUMN, f"{name}: first answer", started[name].answer)
            samples.record(COLUMN, f"{name}: end of the command", started[name].command)
        samples.record(COLUMN, RATIO, started[PULUMI].answer / started[COMPOSE].answer)
    return samples.figures()


def provisioned(engine: docker.DockerClient) -> Started:
    """Bring a stack up, and remove it."""
    # Given, so that it is known before the stack is up.
    master_key = f"sk-{secrets.token_hex(16)}"
    with stacks.stack(engine, stacks.config()) as made:
        made.encrypt("masterKey", master_key)
        return bring_up(
            ["pulumi", "up", "--yes", "--skip-preview"],
            folder=made.folder,
            environment=made.environment,
            url=f"http://127.0.0.1:{made.config['ports']['gateway']}",
            key=master_key,
        )


def composed() -> Started:
    """Bring the composed deployment up, and remove it."""
    master_key, port = f"sk-{secrets.token_hex(16)}", free_port()
    environment = {**os.environ, **variables(master_key=master_key, port=port)}
    with _project(environment) as folder:
        return bring_up(
            ["docker-compose", "up", "--detach"],
            folder=folder,
            environment=environment,
            url=f"http://127.0.0.1:{port}",
            key=master_key,
        )


def variables(*, master_key: str, port: int) -> dict[str, str]:
    """Return what the composed deployment is told; its name and its secrets are new ones."""
    return {
        **{f"{name.upper()}_IMAGE": image for name, image in default_images().items()},
        "COMPOSE_PROJECT_NAME": f"litellm-bench-{secrets.token_hex(3)}",
        "DATABASE_PASSWORD": secrets.token_hex(16),
        "GATEWAY_PORT": str(port),
        "MASTER_KEY": master_key,
        "PROMETHEUS_PORT": str(free_port()),
        "SALT_KEY": secrets.token_hex(16),
    }


@contextmanager
def _project(environment: Mapping[str, str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="litellm-stack-bench.") as name:
        folder = Path(name)
        for file in FILES.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        folder.chmod(0o755)  # LiteLLM's user reads its config there
        try:
            yield folder
        finally:
            command = ["docker-compose", "down", "--volumes", "--timeout", "5"]
            run(command, what="Removing the composed deployment", cwd=folder, env=dict(environment))
