from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postgres_admin.scram import matches, verifier

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1)


def test_a_verifier_that_postgres_made_is_understood() -> None:
    # CREATE ROLE r PASSWORD 'pencil'; SELECT rolpassword FROM pg_authid (RFC 7677's example has the same parts).
    stored = (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )
    assert matches("pencil", stored)
    assert not matches("pencils", stored)


@given(PRINTABLE)
def test_a_verifier_fits_its_password_and_no_other(password: str) -> None:
    made = verifier(password)
    assert matches(password, made)
    assert not matches(password + "x", made)
    assert verifier(password) != made


@pytest.mark.parametrize("stored", ["", "md5abcdef", "SCRAM-SHA-256$x:y$z"])
def test_what_is_no_verifier_fits_nothing(stored: str) -> None:
    assert not matches("pencil", stored)
