"""What a pull request is told, and what a preview refuses."""

from tests.e2e.test_bad_input import (  # noqa: F401  # collected here, with this folder's fixtures
    test_a_master_key_without_its_prefix_is_refused_and_not_shown,
    test_a_secret_that_nobody_encrypted_is_refused_and_not_shown,
    test_a_wrong_passphrase_is_refused,
    test_what_litellm_would_ignore_is_said_once_and_the_preview_goes_on,
)
from tests.e2e.test_review import pulumi, test_a_change_is_reported_without_a_secret  # noqa: F401  # likewise
