"""Clients that keep asking while something else happens, and count every failure."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

PAUSE_SECONDS = 1
"""After each answer: steady, and not as much as the proxy bears, because replicas have to start beside it."""

Client = Callable[[httpx.Client], str]
"""Makes a call, or a few that belong together, and returns what was answered; raises httpx.HTTPError otherwise."""


@dataclass
class Load:
    """What the clients saw: answers by their text, and what went wrong."""

    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def chat(key: str, model: str) -> Client:
    """Ask a model."""

    def ask(client: httpx.Client) -> str:
        answer = client.post("/v1/chat/completions", json=_question(model), headers=_login(key)).raise_for_status()
        return str(answer.json()["choices"][0]["message"]["content"])

    return ask


def stream(key: str, model: str) -> Client:
    """Ask a model and read its answer piece by piece, to its end."""

    def ask(client: httpx.Client) -> str:
        question = {**_question(model), "stream": True}
        with client.stream("POST", "/v1/chat/completions", json=question, headers=_login(key)) as answer:
            if answer.is_error:
                answer.read()
            answer.raise_for_status()
            *events, end = [line.removeprefix("data: ") for line in answer.iter_lines() if line]
        if end != "[DONE]":
            raise httpx.RemoteProtocolError(f"the stream ended with {end!r}")
        deltas = (json.loads(event)["choices"][0]["delta"] for event in events)
        return streamed("".join(delta.get("content") or "" for delta in deltas))

    return ask


def streamed(answer: str) -> str:
    """Return how an answer counts that was streamed."""
    return f"streamed: {answer}"


def admin(key: str) -> Client:
    """Make a virtual key, read it, delete it; list the credentials."""

    def call(client: httpx.Client) -> str:
        value = f"sk-{secrets.token_urlsafe(24)}"
        for method, path, request in (
            ("POST", "/key/generate", {"json": {"key": value}}),
            ("GET", "/key/info", {"params": {"key": value}}),
            ("POST", "/key/delete", {"json": {"keys": [value]}}),
            ("GET", "/credentials", {}),
        ):
            client.request(method, path, headers=_login(key), **request).raise_for_status()
            # Not faster than the others: what is tested is that it works, not how much the proxy bears.
            time.sleep(0.1)
        return "admin"

    return call


@contextmanager
def load(*, url: str, clients: Sequence[Client]) -> Iterator[Load]:
    """Run the clients until the block ends; each asks again soon after it has an answer."""
    seen, stop = Load(), threading.Event()
    threads = [threading.Thread(target=_run, args=(url, client, seen, stop)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _run(url: str, ask: Client, seen: Load, stop: threading.Event) -> None:
    with httpx.Client(base_url=url, timeout=60) as client:
        while not stop.is_set():
            began = time.monotonic()
            try:
                seen.answers[ask(client)] += 1
            except httpx.HTTPStatusError as error:
                seen.failures.append(f"after {time.monotonic() - began:.1f} s: {error!r} {error.response.text[:300]}")
            except httpx.HTTPError as error:
                seen.failures.append(f"after {time.monotonic() - began:.1f} s: {error!r}")
            time.sleep(PAUSE_SECONDS)


def _question(model: str) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 5}


def _login(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
