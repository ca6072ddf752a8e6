"""A passphrase opens its file on a busy host too, and a wrong one is told apart from a host that is too slow."""

from __future__ import annotations

import pyrage  # type: ignore[import-untyped]  # it has no types
import pytest

from backup import passphrase

RIGHT, WRONG = "the right passphrase", "another passphrase"


@pytest.fixture(scope="module")
def locked() -> bytes:
    return passphrase.encrypt(b"content", RIGHT)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "SECONDS_BETWEEN", 0)


def refusing(times: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have age refuse so often, as it does for too much work."""
    decrypt, seen = pyrage.passphrase.decrypt, list[int]()

    def refuse(*arguments: object) -> object:
        seen.append(1)
        if len(seen) <= times:
            raise pyrage.DecryptError("Decryption failed")
        return decrypt(*arguments)

    monkeypatch.setattr(pyrage.passphrase, "decrypt", refuse)
    return seen


def test_the_passphrase_is_tried_as_age_specifies(locked: bytes) -> None:
    assert passphrase.opens(locked, RIGHT)
    assert not passphrase.opens(locked, WRONG)
    assert not passphrase.opens(b"no age file", RIGHT)


def test_age_is_asked_again_where_it_refuses_the_right_passphrase(
    locked: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = refusing(2, monkeypatch)
    assert passphrase.decrypt(locked, RIGHT) == b"content"
    assert len(seen) == 3


def test_a_host_that_stays_too_slow_is_no_wrong_passphrase(locked: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "ATTEMPTS", 2)
    refusing(99, monkeypatch)
    with pytest.raises(passphrase.BusyHostError):
        passphrase.decrypt(locked, RIGHT)


def test_a_wrong_passphrase_is_refused_at_once(locked: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = refusing(0, monkeypatch)
    with pytest.raises(passphrase.WrongPassphraseError):
        passphrase.decrypt(locked, WRONG)
    assert len(seen) == 1
