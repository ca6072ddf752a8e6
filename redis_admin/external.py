"""A Redis that somebody else runs, looked at before anything is touched: who answers, what the login may do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from requests.exceptions import ConnectionError as EngineConnectionError
from requests.exceptions import ReadTimeout

from config.external_cache import CA_PATH, ExternalCache
from engine import execution, look
from engine.api import EngineError, connect
from engine.connection import start
from engine.job import create
from engine.logs import redact

if TYPE_CHECKING:
    from docker import DockerClient

SETTING = "cache.external"
COMPONENT = "cache-check"
SCRIPT = Path(__file__).with_name("script.py")
TIMEOUT_SECONDS = 120
MEND = (
    "`cache.external` and `cache.externalCa` say where it is and who signs its certificate, and the engine's host has"
    " to reach it"
)


def check(server: ExternalCache, *, label: str, image: str) -> None:
    """Raise EngineError, with every reason, unless replicas of the stack with `label` can count in the Redis `server`.

    It is asked from where the stack's containers are, by what LiteLLM's `image` has, which is pulled for that.
    """
    client = connect()
    try:
        look.prepare(client, label=label, component=COMPONENT, image=image, setting="images.litellm")
        answer = execution.until_whole(lambda: _ask(client, server, label=label, image=image), container=COMPONENT)[1]
    finally:
        client.close()
    found: Mapping[str, Any] = json.loads(answer.strip().rpartition("\n")[2])
    if "error" in found:
        raise EngineError(
            f"{SETTING}: no Redis answers at {server.place} ({redact(found['error'], [server.password])}); {MEND}"
        )
    look.refuse(f"{SETTING}: the Redis at {server.place}", _reasons(found, server))


def _ask(client: DockerClient, server: ExternalCache, *, label: str, image: str) -> tuple[int, bytes]:
    container = create(
        client,
        image,
        files={CA_PATH: server.ca} if server.ca else {},
        name=look.name(label, COMPONENT),
        entrypoint=execution.marked(["python3", "-c", SCRIPT.read_text(encoding="utf-8")]),
        stdin_open=True,
        labels=look.labels(label, COMPONENT),
        network=look.NETWORK,
    )
    try:
        start(container, f"{json.dumps(server.arguments)}\n")
        if status := int(container.wait(timeout=TIMEOUT_SECONDS)["StatusCode"]):
            log = redact(container.logs(tail=5).decode(errors="replace"), [server.password])
            raise EngineError(f"{SETTING}: images.litellm could not look at {server.place}: {log}")
        return status, container.logs(stdout=True, stderr=False)
    except (ReadTimeout, EngineConnectionError):
        raise EngineError(f"{SETTING}: {server.place} was not looked at within {TIMEOUT_SECONDS} s") from None
    finally:
        container.remove(v=True, force=True)


def _reasons(found: Mapping[str, Any], server: ExternalCache) -> Iterator[str]:
    if found["cluster"]:
        yield "it is a node of a cluster: name its nodes in `environment.REDIS_CLUSTER_NODES`, and no `cache.external`"
    refused: Mapping[str, str] = found["refused"]
    if any("READONLY" in reason.upper() or "read only replica" in reason for reason in refused.values()):
        yield "it can only be read: name the primary"
    elif refused:
        yield (
            f"{server.user or 'its login'} may not use {', '.join(refused)}, which LiteLLM needs:"
            f" {redact(next(iter(refused.values())), [server.password])}"
        )
