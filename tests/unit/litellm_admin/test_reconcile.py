"""An object that replicas keep in memory is looked for until the one that is asked knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from litellm_admin import reconcile
from litellm_admin.api.credentials import CredentialApi
from litellm_admin.api.errors import AdminError
from litellm_admin.api.metadata import Metadata
from litellm_admin.api.objects import Live
from litellm_admin.api.virtual_keys import KeyApi

DECLARED = {"credential_name": "c", "credential_info": {"description": "new"}}


class Replicas(CredentialApi):
    """Answers of replicas, one after the other: the last one stays."""

    def __init__(self, *answers: str | None) -> None:
        super().__init__(cast("Any", None))
        self.answers = list(answers)

    def find(self, id_: str, *, subject: str) -> Live | None:
        """Return what the next replica has in memory."""
        del id_, subject
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            return None
        computed = {"names": frozenset(), "metadata": Metadata.read({}, frozenset())}
        return Live(fields={"credential_info": {"description": answer}, "credential_values": {}}, computed=computed)

    def create(self, fields: Mapping[str, Any], *, subject: str) -> None:
        """Take it."""

    def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:
        """Take it."""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "_AGAIN_SECONDS", 0.01)


def test_a_new_object_is_there_once_a_replica_has_it() -> None:
    made = reconcile.create(Replicas(None, None, "new"), "c", DECLARED, subject="credential 'c'", settle=5)
    assert made.fields["credential_info"] == {"description": "new"}


def test_a_changed_object_is_changed_once_a_replica_has_the_change() -> None:
    replicas = Replicas("old", "old", "old", "new")
    made = reconcile.update(replicas, "c", DECLARED, changed={"credential_info"}, subject="credential 'c'", settle=5)
    assert made.fields["credential_info"] == {"description": "new"}


def test_what_never_arrives_is_an_error() -> None:
    with pytest.raises(AdminError, match="does not have it"):
        reconcile.create(Replicas(None), "c", DECLARED, subject="credential 'c'", settle=0.05)
    with pytest.raises(AdminError, match="still holds something else in: credential_info"):
        reconcile.update(Replicas("old"), "c", DECLARED, changed=(), subject="credential 'c'", settle=0.05)


KEY = {"key": "sk-0123456789abcdef", "key_alias": "app", "models": ["chat"]}


class FillingKeys(KeyApi):
    """A proxy that fills in what a new key leaves out, and remembers what it was told."""

    def __init__(self, **filled: Any) -> None:
        super().__init__(cast("Any", None))
        self.row: dict[str, Any] = {}
        self.given = filled
        self.updates: list[Mapping[str, Any]] = []

    def find(self, id_: str, *, subject: str) -> Live | None:
        """Return the key as it is."""
        del id_, subject
        return self._live(self.row)

    def create(self, fields: Mapping[str, Any], *, subject: str) -> None:
        """Take it, with what is filled in."""
        del subject
        self.row = {**self.given, **fields}

    def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:
        """Take the changes."""
        del id_, live, subject
        self.updates.append(changes)
        self.row |= {"expires" if field == "duration" else field: value for field, value in changes.items()}


def test_c60_what_the_proxy_filled_in_is_emptied_after_a_create() -> None:
    keys = FillingKeys(max_budget=1.5, expires="2027-01-01", metadata={"a": "b"}, models=["embeddings"], blocked=True)
    made = reconcile.create(keys, "hash", KEY, subject="key")
    assert keys.updates == [{"duration": None, "max_budget": None, "metadata": None}]
    assert (made.fields["models"], made.computed["expires"]) == (["chat"], None)


def test_c60_nothing_is_called_where_nothing_was_filled_in() -> None:
    keys = FillingKeys()
    reconcile.create(keys, "hash", KEY, subject="key")
    assert keys.updates == []


def test_c60_an_update_takes_along_what_was_filled_in_but_metadata() -> None:
    keys = FillingKeys(rpm_limit=3, metadata={"a": "b"})
    keys.create(KEY, subject="key")
    reconcile.update(keys, "hash", {**KEY, "max_budget": 5}, changed={"max_budget"}, subject="key")
    assert keys.updates == [{"rpm_limit": None, "max_budget": 5}]


def test_c60_a_key_whose_value_is_not_known_keeps_its_end() -> None:
    live = FillingKeys()._live({"expires": "2027-01-01", "rpm_limit": 3})
    assert KeyApi.filled({"key_alias": "app"}, live) == {"rpm_limit": None}
    assert KeyApi.filled(KEY, live) == {"duration": None, "rpm_limit": None}
