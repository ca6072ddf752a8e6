"""The budget of the whole proxy holds although the first migration ends long after replicas have started (h04)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.late_schema import replica_before_its_schema
from tests.integration.running_gateway import Gateway, running_gateway

COVERS = ("components/litellm_runtime.py", "config/images.json", "config/startup")
LATE_SECONDS = 30
SPENT_WITHIN = 120
"""Seconds: LiteLLM writes what was spent every 10 s or so, and remembers for a minute what it has read."""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Gateway]:
    """A Postgres, with a gateway that nothing here is asked of."""
    with running_gateway() as started:
        yield started


def test_a_request_is_refused_when_the_whole_proxy_has_spent_its_budget_h04(postgres: Gateway, tmp_path: Path) -> None:
    with replica_before_its_schema(postgres, tmp_path, seconds=LATE_SECONDS) as replica:
        made = replica.post("/key/generate", replica.master_key, models=["chat"])
        key = made.json()["key"]
        question = {"model": "chat", "messages": [{"role": "user", "content": "Hello?"}]}
        until = time.monotonic() + SPENT_WITHIN
        answer = replica.post("/v1/chat/completions", key, **question)
        assert answer.is_success, answer.text
        while answer.is_success and time.monotonic() < until:
            time.sleep(2)
            answer = replica.post("/v1/chat/completions", key, **question)
        assert "budget" in answer.json()["error"]["type"], answer.text
        assert replica.budget()["spend"] > replica.budget()["max_budget"]
