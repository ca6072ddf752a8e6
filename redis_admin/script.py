"""Runs inside the LiteLLM image: does with a Redis what LiteLLM does, by the library that LiteLLM has.

One line of JSON comes in by standard input, one goes out by standard output; neither arguments nor environment hold a
secret, because `docker inspect` and process lists show both. Imports nothing of this repository.
"""

from __future__ import annotations

import json
import secrets
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

ORDER_SECONDS = 60
"""How long an order may take to arrive: a run that was killed before it sent one leaves no container for ever."""
SECONDS = 10
"""How long an answer may take."""
SCRIPT = "return redis.call('incrby', KEYS[1], ARGV[1])"


def look(connection: Mapping[str, Any]) -> dict[str, Any]:
    """Return why each of the commands that LiteLLM needs is refused, and what kind of server it is."""
    import redis  # type: ignore[import-not-found,unused-ignore]  # in the image

    client = redis.Redis(**connection, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
    client.ping()
    refused = {}
    for name, attempt in attempts(client, f"litellm-stack-check-{secrets.token_hex(8)}").items():
        try:
            attempt()
        except redis.ResponseError as error:
            refused[name] = str(error)
    return {"refused": refused, "cluster": is_cluster(client, redis)}


def attempts(client: Any, key: str) -> dict[str, Callable[[], Any]]:
    """Return what LiteLLM does with keys (litellm/caching/redis_cache.py, the limiters' scripts)."""
    return {
        "SET": lambda: client.set(key, 1, ex=SECONDS),
        "GET": lambda: client.get(key),
        "INCRBYFLOAT": lambda: client.incrbyfloat(key, 0.5),
        "EXPIRE": lambda: client.expire(key, SECONDS),
        "MGET": lambda: client.mget([key]),
        "EVAL": lambda: client.eval(SCRIPT, 1, f"{key}-counted", 1),
        "RPUSH": lambda: client.rpush(f"{key}-queue", 1),
        "LPOP": lambda: client.lpop(f"{key}-queue"),
        "SCAN": lambda: client.scan(match=f"{key}*", count=1),
        "DEL": lambda: client.delete(key, f"{key}-counted", f"{key}-queue"),
    }


def is_cluster(client: Any, redis: Any) -> bool:
    """Tell whether it is one node of a cluster, which other clients are for."""
    try:
        return bool(client.info("cluster").get("cluster_enabled"))
    except redis.ResponseError:
        return False


def main() -> None:
    """Carry out the order that standard input holds; tell its result, or why there is none."""
    signal.alarm(ORDER_SECONDS)
    connection = json.loads(sys.stdin.readline())
    signal.alarm(0)
    try:
        result = look(connection)
    except Exception as error:  # whatever it is, the preview tells it
        result = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
