"""The gateway as an application sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """Calls with a virtual key, named by its alias; `key` overrides the value."""

    client: httpx.Client
    keys: Mapping[str, str]
    master_key: str

    def get(self, path: str, *, alias: str = "chat-app", key: str | None = None) -> httpx.Response:
        return self.client.get(path, headers=self._login(alias, key))

    def chat(
        self,
        *,
        alias: str = "chat-app",
        key: str | None = None,
        model: str = "chat",
        user: str | None = None,
        stream: bool = False,
        **parameters: object,
    ) -> httpx.Response:
        body: dict[str, object] = {
            "model": model,
            "messages": [{"role": "user", "content": "hi"}],
            "max_tokens": 5,
            "stream": stream,
            **parameters,
        }
        if user:
            body["user"] = user
        return self.client.post("/v1/chat/completions", json=body, headers=self._login(alias, key))

    def generate(self, **fields: object) -> str:
        """Make a virtual key beside the stack's."""
        return str(self._admin("/key/generate", fields).json()["key"])

    def delete(self, *keys: str) -> None:
        """Delete virtual keys."""
        self._admin("/key/delete", {"keys": keys})

    def embed(self, *, alias: str = "chat-app") -> httpx.Response:
        body = {"model": "embeddings", "input": "hi"}
        return self.client.post("/v1/embeddings", json=body, headers=self._login(alias, None))

    def _admin(self, path: str, body: Mapping[str, object]) -> httpx.Response:
        return self.client.post(path, json=body, headers=self._login("", self.master_key)).raise_for_status()

    def _login(self, alias: str, key: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {key or self.keys[alias]}"}
