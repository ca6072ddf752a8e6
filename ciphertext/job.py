"""Runs `script.py` beside the database: one container, one order, one result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from requests.exceptions import ConnectionError as EngineConnectionError
from requests.exceptions import ReadTimeout

from ciphertext.tables import Counts, Tables
from engine import execution
from engine.api import EngineError
from engine.connection import start
from engine.job import create, remove
from engine.logs import redact

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

SCRIPT = Path(__file__).with_name("script.py")
ROTATION_LABEL = "io.litellm-stack.salt-key.rotation"
"""On what a rotation leaves on the engine until all of its rows are settled: its number."""


class JobFailedError(EngineError):
    """The job ended without a result; its transaction, if it had one, was rolled back."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where the job runs: what SaltKey's inputs say, without the salt key.

    `urls` are logins of the database, tried one after the other; `files` what they need (`engine.job.create`).
    `timeout` is in seconds.
    """

    name: str
    image: str
    network: str
    user: str
    environment: Mapping[str, str]
    tmpfs: Mapping[str, str]
    labels: Mapping[str, str]
    timeout: float
    urls: Sequence[str]
    algorithm: str | None
    files: Mapping[str, str] = field(default_factory=dict)


def count(client: DockerClient, where: Surroundings, *, keys: Sequence[str]) -> Counts:
    """Count what `keys` encrypted in the database, and what something else did."""
    # A name of its own: the container of a rotation that is not settled yet has to stay.
    name = f"{where.name}-count"
    try:
        return _run(client, where, name=name, labels={}, order={"action": "count", "keys": list(keys)})
    finally:
        remove(client, name, labels=where.labels)


def reencrypt(
    client: DockerClient, where: Surroundings, *, keys: Sequence[str], to: str, rotation: int | None = None
) -> Counts:
    """Re-encrypt with `to` what `keys` encrypted.

    The container stays: with the number of a `rotation`, as a mark that this one is not settled.
    """
    order = {"action": "reencrypt", "keys": list(keys), "to": to, "algorithm": where.algorithm}
    labels = {} if rotation is None else {ROTATION_LABEL: str(rotation)}
    return _run(client, where, name=where.name, labels=labels, order=order)


def _run(
    client: DockerClient, where: Surroundings, *, name: str, labels: Mapping[str, str], order: Mapping[str, Any]
) -> Counts:
    """Run the script, again where the engine lost its result: who has re-encrypted everything, finds nothing to do."""

    def once() -> tuple[int, bytes]:
        remove(client, name, labels=where.labels)
        container = create(
            client,
            where.image,
            files=where.files,
            name=name,
            entrypoint=execution.marked(["python3", "-c", SCRIPT.read_text(encoding="utf-8")]),
            stdin_open=True,
            environment=dict(where.environment),
            labels={**where.labels, **labels},
            network=where.network,
            user=where.user,
            tmpfs=dict(where.tmpfs),
        )
        start(container, f"{json.dumps({**order, 'urls': list(where.urls)})}\n")
        return _status(container, where.timeout), container.logs(stdout=True, stderr=False)

    code, said = execution.until_whole(once, container=name)
    secrets = [*where.urls, *order["keys"], order.get("to", "")]
    return _result(client.containers.get(name), code, said, secrets)


def _status(container: Container, timeout: float) -> int:
    try:
        return int(container.wait(timeout=timeout)["StatusCode"])
    except (ReadTimeout, EngineConnectionError):
        raise EngineError(
            f"job {container.name} did not end within {timeout:.0f} s (startTimeout); run the update again"
        ) from None


def _result(container: Container, code: int, said: str, secrets: Sequence[str]) -> Counts:
    try:
        # Imports may have said something before.
        result: Mapping[str, Any] = json.loads(said.strip().rpartition("\n")[2])
    except ValueError:
        result = {}
    if code or "readable" not in result:
        log = result.get("error") or container.logs(tail=20).decode(errors="replace")
        raise JobFailedError(f"job {container.name} failed with exit code {code}: {redact(str(log), secrets)}")
    return Counts(readable=Tables(result["readable"]), unreadable=Tables(result["unreadable"]))
