"""The Docker engine: where it is, whether it answers and whether it is new enough."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from supply import docker_install
from supply.console import Console
from supply.errors import NoEngineError, SupplyError
from supply.process import capture

DEFAULT_HOST = "unix:///var/run/docker.sock"
OLDEST_API = (1, 41)
OLDEST_ENGINE = "20.10"
ANSWER_SECONDS = 20.0


class OutdatedEngineError(NoEngineError):
    """The engine answers, and lacks what the stack uses."""


@dataclass(frozen=True, kw_only=True)
class DockerEngine:
    """An engine that answers. `host` is its address as DOCKER_HOST has it."""

    host: str
    version: str

    @property
    def environment(self) -> dict[str, str]:
        """What other programs need to find the same engine: nothing where it is at the default address."""
        return {} if self.host == DEFAULT_HOST else {"DOCKER_HOST": self.host}


def find_engine(console: Console, environment: Mapping[str, str]) -> DockerEngine:
    """Return the engine that answers; on Debian and Ubuntu, as root, install and start one where there is none."""
    with console.step("Docker engine") as step:
        host, problem = _host(environment), ""
        if shutil.which("docker"):
            try:
                engine = _ask(host, environment)
                step.outcome = f"{engine.version}, running"
                return engine
            except OutdatedEngineError:
                raise
            except SupplyError as error:
                problem = error.mend.splitlines()[0] if error.mend else error.message
        if host != DEFAULT_HOST:
            raise NoEngineError(
                f"The Docker engine at {host} does not answer: {problem or 'the docker command is not installed'}",
                mend="Start it, or point DOCKER_HOST (or `docker context use`) at one that runs.",
            )
        docker_install.install_and_start(step, lambda: _answers(host, environment), problem=problem)
        engine = _ask(host, environment)
        step.outcome = f"{engine.version}, started"
        return engine


def _host(environment: Mapping[str, str]) -> str:
    """DOCKER_HOST, else the address of the current context: Docker Desktop and colima have sockets of their own."""
    if environment.get("DOCKER_HOST"):
        return environment["DOCKER_HOST"]
    if not shutil.which("docker"):
        return DEFAULT_HOST
    return capture(
        ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], what="Reading the Docker context"
    )


def _ask(host: str, environment: Mapping[str, str]) -> DockerEngine:
    answer = capture(
        ["docker", "version", "--format", "{{json .Server}}"],
        what="Asking the Docker engine",
        env={**environment, "DOCKER_HOST": host},
        timeout=ANSWER_SECONDS,
    )
    server = json.loads(answer)
    check_version(api=server["ApiVersion"], engine=server["Version"], host=host)
    return DockerEngine(host=host, version=server["Version"])


def check_version(*, api: str, engine: str, host: str) -> None:
    """Refuse an engine that lacks what the stack uses."""
    if tuple(int(part) for part in api.split(".")) < OLDEST_API:
        wanted = ".".join(map(str, OLDEST_API))
        raise OutdatedEngineError(
            f"The Docker engine at {host} is too old: {engine} (API {api})",
            mend=f"The stack needs {OLDEST_ENGINE} (API {wanted}) or newer: https://docs.docker.com/engine/install/",
        )


def _answers(host: str, environment: Mapping[str, str]) -> bool:
    try:
        _ask(host, environment)
    except OutdatedEngineError:
        raise
    except SupplyError:
        return False
    return True
