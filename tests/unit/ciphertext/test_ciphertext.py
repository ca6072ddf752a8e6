"""What counts as encrypted, how it is said, and which changes of the salt key are refused."""

from __future__ import annotations

import base64
import os
from typing import Any
from unittest.mock import create_autospec

import pytest
from docker import DockerClient
from docker.models.containers import Container

from ciphertext import job, rotation, script, stand_ins
from ciphertext.provider import SaltKeyProvider
from ciphertext.tables import Counts, Tables
from engine.api import EngineError
from engine.execution import MARK

UNKNOWN = object()
"""What a preview has in the place of a value that it does not know yet."""

OLD = {"salt_key": "canary-old-salt", "rotation": 1.0, "stack": "s", "former": []}
LOST = Tables({"LiteLLM_CredentialsTable": [1, 2], "LiteLLM_ProxyModelTable": [2, 7]})


def refusal(
    monkeypatch: pytest.MonkeyPatch,
    news: dict[str, Any],
    *,
    left: set[int],
    lost: Tables,
    olds: dict[str, Any] = OLD,
) -> str | None:
    class Client:
        def close(self) -> None: ...

    monkeypatch.setattr(rotation, "connect", Client)
    monkeypatch.setattr(rotation, "_unsettled", lambda *_: left)
    monkeypatch.setattr(rotation, "_counted", lambda *_: Counts(readable=lost, unreadable=Tables()))
    monkeypatch.delenv("PULUMI_SKIP_CHECKPOINTS", raising=False)
    return rotation.refusal(olds, {**OLD, **news})


@pytest.mark.parametrize("value", ["canary-new-salt", UNKNOWN])
def test_another_salt_key_is_refused_where_anything_is_encrypted(monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
    reason = refusal(monkeypatch, {"salt_key": value}, left=set(), lost=LOST)
    assert reason is not None
    assert "1 row of LiteLLM_CredentialsTable (2 values), 2 rows of LiteLLM_ProxyModelTable (7 values)" in reason
    assert "rotation.saltKey 2" in reason
    assert "canary" not in reason
    assert refusal(monkeypatch, {"salt_key": value}, left=set(), lost=Tables()) is None
    assert refusal(monkeypatch, {"salt_key": value, "rotation": 2.0}, left=set(), lost=LOST) is None


def test_a_rotation_that_was_cut_off_has_to_be_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    news = {"salt_key": "canary-new-salt", "rotation": 2.0}
    assert refusal(monkeypatch, news, left={2}, lost=LOST) is None
    assert refusal(monkeypatch, {}, left={1}, lost=LOST) is None
    for other in ({}, {**news, "rotation": 3.0}):
        reason = refusal(monkeypatch, other, left={2}, lost=LOST)
        assert reason is not None
        assert "rotation.saltKey 2 was begun" in reason
    # Its rows were re-encrypted and recorded, and its replicas did not start.
    reason = refusal(monkeypatch, {"rotation": 1.0}, left={2}, lost=LOST, olds={**OLD, **news})
    assert reason is not None
    assert "rotation.saltKey 2 was begun" in reason


def test_an_update_that_keeps_no_record_cannot_rotate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {**os.environ})
    assert refusal(monkeypatch, {"salt_key": "x", "rotation": 2.0}, left=set(), lost=LOST) is None
    os.environ["PULUMI_SKIP_CHECKPOINTS"] = "true"
    reason = rotation.refusal(OLD, {**OLD, "salt_key": "x", "rotation": 2.0})
    assert reason is not None
    assert "PULUMI_SKIP_CHECKPOINTS" in reason


def test_a_refusal_does_not_name_the_salt_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "refusal", lambda *_: "no")
    result = SaltKeyProvider().check(dict(OLD), dict(OLD))
    # Pulumi prints the value of the input that a failure names.
    assert [failure.property for failure in result.failures] == ["rotation"]
    assert SaltKeyProvider().check({}, dict(OLD)).failures == []


def test_the_salt_keys_before_are_remembered() -> None:
    assert rotation.former({"salt_key": "c", "former": ["b", "a", "z"]}) == ["c", "b", "a"]
    assert rotation.former({"salt_key": "a", "former": None}) == ["a"]


def test_ciphertext_is_told_from_what_only_looks_like_it() -> None:
    sealed = base64.urlsafe_b64encode(os.urandom(60)).decode()
    assert script.looks_encrypted(sealed)
    assert script.looks_encrypted("v2:gcm:abc")
    for plain in (
        "",
        "*",
        "openai/gpt-4o-mini",
        "os.environ/OPENAI_API_KEY",
        "sk-0123456789",
        sealed[:-4] + "\n",
        "äö",
    ):
        assert not script.looks_encrypted(plain), plain


def test_only_marked_values_count_where_plain_ones_are_common() -> None:
    assert script.all_encrypted("LiteLLM_CredentialsTable", "any")
    assert script.all_encrypted("LiteLLM_Config", "environment_variables")
    assert not script.all_encrypted("LiteLLM_Config", "router_settings")
    metadata = {"logging": [{"callback_vars": {"host": "h", "key": "litellm_enc::QUJD"}}], "hash": "0123" * 16}
    assert script.marked(metadata) == ["litellm_enc::QUJD"]


ERROR = '{"error": "OperationalError: canary-salt of postgresql://u:pass-canary@database/x"}'
DONE = '{"readable": {"LiteLLM_CredentialsTable": [1, 2]}, "unreadable": {}}'
WHERE = job.Surroundings(
    name="salt-key",
    image="",
    network="",
    user="",
    environment={},
    tmpfs={},
    labels={},
    timeout=1,
    urls=["postgresql://u:pass-canary@database/x"],
    algorithm=None,
)


def reencrypted(monkeypatch: pytest.MonkeyPatch, *ends: tuple[int, str]) -> Counts:
    """Return what is told of containers that end so, one after the other."""
    made = []
    for status, printed in ends:
        container = create_autospec(Container, instance=True)
        container.name = "salt-key"
        container.wait.return_value = {"StatusCode": status}
        container.logs.return_value = printed.encode()
        made.append(container)
    client = create_autospec(DockerClient, instance=True)
    client.containers.get.return_value = made[-1]
    monkeypatch.setattr(job, "remove", lambda *_, **__: None)
    monkeypatch.setattr(job, "start", lambda *_: None)
    monkeypatch.setattr(job, "create", lambda *_, **__: made.pop(0))
    try:
        return job.reencrypt(client, WHERE, keys=["canary-salt"], to="canary-new")
    finally:
        assert made == [], "it went on until the result was whole"


def test_a_failed_job_tells_why_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(job.JobFailedError, match="exit code 1: OperationalError") as raised:
        reencrypted(monkeypatch, (1, f"noise\n{ERROR}\n{MARK}"))
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize("lost", ["", DONE[:20]], ids=["all", "its end"])
def test_a_result_that_the_engine_lost_is_no_failure(monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    # A rotation that was taken for failed would give the old replicas back, whose salt key reads nothing any more.
    counts = reencrypted(monkeypatch, (0, lost), (0, f"{DONE}\n{MARK}"))
    assert counts.readable == Tables({"LiteLLM_CredentialsTable": [1, 2]})


def test_a_failed_rotation_gives_the_old_replicas_back(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def fail(*_: object, **__: object) -> None:
        raise EngineError("no")

    class Client:
        def close(self) -> None: ...

    news = {**OLD, "salt_key": "new", "rotation": 2.0, "labels": {"io.litellm-stack.owner": "o"}, "name": "n"}
    news |= {
        "database_url": "u",
        "image": "i",
        "network": "n",
        "user": "1",
        "environment": {},
        "tmpfs": {},
        "files": {},
    }
    monkeypatch.setattr(rotation, "connect", Client)
    monkeypatch.setattr(rotation, "_unsettled", lambda *_: set())
    monkeypatch.setattr(job, "count", lambda *_, **__: Counts(readable=LOST, unreadable=Tables()))
    monkeypatch.setattr(job, "reencrypt", fail)
    monkeypatch.setattr(rotation, "remove", lambda *_, **__: done.append("removed"))
    monkeypatch.setattr(stand_ins, "take_over", lambda *_: done.append("took over"))
    monkeypatch.setattr(stand_ins, "give_back", lambda *_: done.append("gave back"))
    with pytest.raises(EngineError, match="no"):
        rotation.rotate({**news, **OLD}, {**news, "timeout": 1.0})
    assert done == ["took over", "removed", "gave back"]
