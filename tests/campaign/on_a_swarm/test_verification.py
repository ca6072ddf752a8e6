"""The proof at the end of an update. What a single replica lacks shows on one host only."""

from tests.e2e.test_verification import (  # noqa: F401  # collected here, with this folder's fixtures
    as_before,
    test_a_key_that_is_deleted_before_it_logged_in_fails_the_update_and_the_next_makes_it_again,
)
