"""Asking each replica itself, from inside its container, whether it is ready and knows the declared models."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, cast

from docker.errors import APIError, NotFound

from engine.api import connect
from litellm_admin.api.errors import clip, redact
from verification.failures import names

PATIENCE: Final = 15.0
"""Seconds until a replica that is healthy has to answer."""

_AGAIN_SECONDS: Final = 1.0
_AT_A_TIME: Final = 4

# The master key stays in the replica's environment. The names alone come out: the answer holds more than that.
ASK = """
import json, os, urllib.request as u
def get(path):
    login = {"Authorization": "Bearer " + os.environ["LITELLM_MASTER_KEY"]}
    return json.load(u.urlopen(u.Request("http://127.0.0.1:4000" + path, headers=login), timeout=20))
models = {model["model_name"] for model in get("/model/info")["data"]}
print(json.dumps({"db": get("/health/readiness")["db"], "models": sorted(models)}))
"""


def replica_findings(replicas: Sequence[str], models: Collection[str], *, patience: float) -> list[str]:
    """Ask each of `replicas` (container ids) and return what is wrong; each has to know all of `models`."""
    ask = partial(_finding, models=models, until=time.monotonic() + patience)
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return [finding for finding in pool.map(ask, replicas) if finding]


def judge(name: str, answer: str, models: Collection[str]) -> str | None:
    """Return what is wrong with the answer of replica `name` to `ASK`, or None."""
    # Python may have said something before.
    [last] = answer.strip().splitlines()[-1:] or ["no answer"]
    try:
        told: dict[str, Any] = json.loads(last)
    except ValueError:
        return f"replica {name} does not answer: {clip(redact(last))}; see `make logs SERVICE=proxy FOLLOW=0`"
    if told["db"] != "connected":
        return f"replica {name} has no database: its readiness says {clip(str(told['db']))!r}"
    if missing := set(models) - set(told["models"]):
        return (
            f"replica {name} does not serve {names(missing)}, which is declared; it serves {names(told['models'])}."
            " LiteLLM drops a model that it cannot set up, for a provider that it does not know, say: its log has"
            " 'Error creating deployment' (`make logs SERVICE=proxy FOLLOW=0`)"
        )
    return None


def _finding(container_id: str, *, models: Collection[str], until: float) -> str | None:
    client = connect()
    try:
        container = client.containers.get(container_id)
        while True:
            output = cast("bytes", container.exec_run(["python3", "-c", ASK]).output)
            finding = judge(str(container.name), output.decode(errors="replace"), models)
            if finding is None or time.monotonic() >= until:
                return finding
            time.sleep(_AGAIN_SECONDS)
    except NotFound:
        return f"replica {container_id[:12]} was removed during the update; run the update again"
    except APIError as error:
        return f"replica {container_id[:12]} does not run: {clip(redact(str(error.explanation)))}"
    finally:
        client.close()
