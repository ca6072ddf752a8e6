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
