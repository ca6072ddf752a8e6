"""Where a request goes, and what replicas on several nodes have to know of each other."""

from tests.e2e.test_routing import (  # noqa: F401  # collected here, with this folder's fixtures
    fresh,
    test_a_deployment_that_fails_is_left_while_another_one_answers,
    test_a_deployment_that_has_spent_its_tokens_of_the_minute_is_left,
    test_a_fallback_answers,
    test_a_stalling_deployment_is_given_up_after_its_timeout,
    test_each_kind_of_error_has_its_number_of_retries,
    test_the_cheapest_deployment_is_chosen,
    test_the_deployment_with_the_fewest_requests_in_flight_is_chosen,
    test_the_quickest_deployment_is_chosen_once_both_are_known,
    test_traffic_is_split_by_weight,
)
from tests.e2e.test_shared_state import (  # noqa: F401  # likewise
    test_a_budget_holds_across_replicas_and_its_end_is_told_to_the_webhook,
    test_a_guardrail_and_a_pass_through_are_what_litellm_makes_of_them,
    test_a_trace_reaches_langfuse,
    test_an_answer_that_takes_longer_than_the_threshold_is_told_to_the_webhook,
    test_requests_of_a_minute_are_counted_across_replicas,
    test_tokens_of_a_minute_are_counted_across_replicas,
)
from tests.e2e.test_stored_settings import (  # noqa: F401  # likewise
    test_a_preview_tells_what_the_admin_ui_sets_beside_the_stack_config,
)
