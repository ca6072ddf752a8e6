"""What a refresh makes of the answers that a database gives about a login."""

from __future__ import annotations

from typing import Any

import pytest

from postgres_admin import psql, scram
from postgres_admin.login import DatabaseLoginProvider

PROPS: dict[str, Any] = {
    "role": "litellm_1",
    "password": "pencil",
    "container": "database",
    "container_id": "c1",
    "superuser": "llmproxy",
    "database": "litellm",
}


@pytest.mark.parametrize(
    ("answer", "there"),
    [(scram.verifier("pencil"), True), (scram.verifier("pencils"), False), ("-", False)],
    ids=["its password", "another password", "no such login"],
)
def test_only_an_answer_makes_a_login_vanish(monkeypatch: pytest.MonkeyPatch, answer: str, there: bool) -> None:
    monkeypatch.setattr(psql, "execute", lambda *_arguments, **_words: answer)
    read = DatabaseLoginProvider().read("litellm_1", PROPS)
    assert (read.id == "litellm_1") is there
