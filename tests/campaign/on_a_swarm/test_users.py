"""What people and their programs see: the admin UI in a browser, the application of examples/."""

from tests.e2e.test_admin_ui import (  # noqa: F401  # collected here, with this folder's fixtures
    test_admin_logs_in_with_the_master_key_and_sees_the_virtual_keys,
)
from tests.e2e.test_app import (  # noqa: F401  # likewise
    env_file,
    test_the_langchain_example_answers,
    test_the_langchain_example_says_that_a_budget_is_spent,
)
