"""Clients that keep asking while something else happens, and count every failure."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx


@dataclass
class Load:
    """What the clients saw: answers by their text, and what went wrong."""

    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


@contextmanager
def load(*, url: str, key: str, models: list[str]) -> Iterator[Load]:
    """Run one client per entry of `models` until the block ends; each asks again as soon as it has an answer."""
    seen, stop = Load(), threading.Event()
    clients = [threading.Thread(target=_ask, args=(url, key, model, seen, stop)) for model in models]
    for client in clients:
        client.start()
    try:
        yield seen
    finally:
        stop.set()
        for client in clients:
            client.join()


def _ask(url: str, key: str, model: str, seen: Load, stop: threading.Event) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 5}
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        while not stop.is_set():
            began = time.monotonic()
            try:
                response = client.post("/v1/chat/completions", json=body)
                response.raise_for_status()
                seen.answers[response.json()["choices"][0]["message"]["content"]] += 1
            except httpx.HTTPError as error:
                seen.failures.append(f"{model} after {time.monotonic() - began:.1f} s: {error!r}")
            time.sleep(0.02)
