"""Clients of every kind that keep asking while something else happens: chat, streaming and admin calls."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

Call = Callable[[httpx.Client], None]


@dataclass
class Seen:
    """How often each client was answered, and what went wrong."""

    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


@contextmanager
def clients(*, url: str, key: str, master_key: str, models: dict[str, str]) -> Iterator[Seen]:
    """Run clients of all kinds until the block ends; `models` maps each model to what it has to answer."""
    seen, stop = Seen(), threading.Event()
    calls: dict[str, tuple[str, Call]] = {"admin": (master_key, _administer)}
    for model, answer in models.items():
        calls[f"chat {model}"] = key, _chat(model, answer)
        calls[f"stream {model}"] = key, _stream(model, answer)
    threads = [
        threading.Thread(target=_repeat, args=(name, url, login, call, seen, stop))
        for name, (login, call) in calls.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _repeat(name: str, url: str, login: str, call: Call, seen: Seen, stop: threading.Event) -> None:
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {login}"}, timeout=60) as client:
        while not stop.is_set():
            try:
                call(client)
                seen.answers[name] += 1
            except (httpx.HTTPError, AssertionError, KeyError, ValueError) as error:
                body = error.response.text[:300] if isinstance(error, httpx.HTTPStatusError) else ""
                seen.failures.append(f"{time.strftime('%X')} {name}: {error!r} {body}")
            time.sleep(0.1)


def _chat(model: str, answer: str) -> Call:
    def call(client: httpx.Client) -> None:
        response = client.post("/v1/chat/completions", json=_body(model)).raise_for_status()
        assert response.json()["choices"][0]["message"]["content"] == answer

    return call


def _stream(model: str, answer: str) -> Call:
    def call(client: httpx.Client) -> None:
        said = ""
        with client.stream("POST", "/v1/chat/completions", json={**_body(model), "stream": True}) as response:
            response.raise_for_status()
            for line in response.iter_lines():
                if line.startswith("data: {"):
                    said += json.loads(line.removeprefix("data: "))["choices"][0]["delta"].get("content") or ""
        assert said == answer
        assert line == "data: [DONE]" or not line

    return call


def _administer(client: httpx.Client) -> None:
    alias = f"load-{secrets.token_hex(4)}"
    key = client.post("/key/generate", json={"key_alias": alias}).raise_for_status().json()["key"]
    info = client.get("/key/info", params={"key": key}).raise_for_status().json()
    assert info["info"]["key_alias"] == alias
    client.post("/key/delete", json={"keys": [key]}).raise_for_status()
    listed = client.get("/credentials").raise_for_status().json()["credentials"]
    assert listed, "no credential"


def _body(model: str) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": "hi"}]}
