"""What a replica tells of itself, and what is made of it."""

from __future__ import annotations

import json

import pytest

from verification.replicas import judge

READY = json.dumps({"db": "connected", "models": ["chat", "large"]})


def test_a_replica_that_knows_every_model_is_in_order() -> None:
    assert judge("proxy-0", READY, ["chat"]) is None
    assert judge("proxy-0", READY, []) is None
    assert judge("proxy-0", f"Warning: something that Python says\n{READY}\n", ["chat"]) is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (READY, ["proxy-0", "does not serve 'extra'", "it serves 'chat', 'large'"]),
        (json.dumps({"db": "Not connected", "models": ["extra"]}), ["proxy-0", "no database", "Not connected"]),
        (
            "Traceback (most recent call last):\nurllib.error.HTTPError: HTTP Error 503: Service Unavailable\n",
            ["proxy-0", "does not answer", "HTTP Error 503"],
        ),
        ("", ["proxy-0", "does not answer", "no answer"]),
    ],
)
def test_what_is_wrong_is_told_with_the_replicas_name(answer: str, words: list[str]) -> None:
    finding = judge("proxy-0", answer, ["extra"])
    assert finding is not None
    assert all(word in finding for word in words), finding


def test_a_key_in_a_replicas_words_is_not_repeated() -> None:
    assert "CANARY" not in (judge("proxy-0", "KeyError: sk-CANARY-0123456789", []) or "")
