"""Runs `script.py` beside the database: one container, one order, one result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docker.errors import NotFound
from requests.exceptions import ConnectionError as EngineConnectionError
from requests.exceptions import ReadTimeout

from ciphertext.tables import Counts, Tables
from engine.api import EngineError
from engine.identity import OWNER_LABEL
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

    `urls` are logins of the database, tried one after the other. `timeout` is in seconds.
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


def count(client: DockerClient, where: Surroundings, *, keys: Sequence[str]) -> Counts:
    """Count what `keys` encrypted in the database, and what something else did."""
    # A name of its own: the container of a rotation that is not settled yet has to stay.
    name = f"{where.name}-count"
    try:
        return _run(client, where, name=name, labels={}, order={"action": "count", "keys": list(keys)})
    finally:
        remove(client, name, owner=where.labels[OWNER_LABEL])


def reencrypt(client: DockerClient, where: Surroundings, *, keys: Sequence[str], to: str, rotation: int) -> Counts:
    """Re-encrypt with `to` what `keys` encrypted. The container stays as a mark that the rotation is not settled."""
    order = {"action": "reencrypt", "keys": list(keys), "to": to, "algorithm": where.algorithm}
    return _run(client, where, name=where.name, labels={ROTATION_LABEL: str(rotation)}, order=order)


def remove(client: DockerClient, name: str, *, owner: str) -> None:
    """Remove a job's container. One that still runs loses its transaction, so nothing is done by halves."""
    try:
        container = client.containers.get(name)
    except NotFound:
        return
    if container.labels.get(OWNER_LABEL) != owner:
        raise EngineError(f"a container named {name} exists that this stack does not own; rename it")
    container.remove(force=True)


def _run(
    client: DockerClient, where: Surroundings, *, name: str, labels: Mapping[str, str], order: Mapping[str, Any]
) -> Counts:
    remove(client, name, owner=where.labels[OWNER_LABEL])
    container = client.containers.create(
        where.image,
        name=name,
        entrypoint=["python3", "-c", SCRIPT.read_text(encoding="utf-8")],
        stdin_open=True,
        environment=dict(where.environment),
        labels={**where.labels, **labels},
        network=where.network,
        user=where.user,
        tmpfs=dict(where.tmpfs),
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
    )
    _start(container, json.dumps({**order, "urls": list(where.urls)}))
    secrets = [*where.urls, *order["keys"], order.get("to", "")]
    try:
        code = container.wait(timeout=where.timeout)["StatusCode"]
    except (ReadTimeout, EngineConnectionError):
        raise EngineError(
            f"job {name} did not end within {where.timeout:.0f} s (startTimeout); run the update again"
        ) from None
    return _result(container, code, secrets)


def _start(container: Container, order: str) -> None:
    """Start the job and give it its order by standard input, the only way that neither shows nor stays."""
    stream: Any = container.attach_socket(params={"stdin": 1, "stream": 1})
    # The library wraps the socket of a local engine in a reader, which cannot write and does not close it.
    connection = getattr(stream, "_sock", stream)
    try:
        container.start()
        connection.sendall(f"{order}\n".encode())
    finally:
        connection.close()
        stream.close()


def _result(container: Container, code: int, secrets: Sequence[str]) -> Counts:
    said = container.logs(stdout=True, stderr=False).decode(errors="replace").strip().rpartition("\n")[2]
    try:
        result: Mapping[str, Any] = json.loads(said)
    except ValueError:
        result = {}
    if code or "readable" not in result:
        log = result.get("error") or container.logs(tail=20).decode(errors="replace")
        raise JobFailedError(f"job {container.name} failed with exit code {code}: {redact(str(log), secrets)}")
    return Counts(readable=Tables(result["readable"]), unreadable=Tables(result["unreadable"]))
