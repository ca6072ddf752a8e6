"""What clients see: budgets, customers, groups of keys, models, streams; and what Prometheus reads of it."""

from tests.e2e.test_gateway import (  # noqa: F401  # collected here, with this folder's fixtures
    test_a_customers_budget_is_enforced,
    test_a_keys_budget_is_enforced,
    test_a_model_that_the_key_may_not_use_is_refused,
    test_a_wrong_key_is_refused,
    test_an_answer_is_kept_in_memory_where_a_request_asks_for_it,
    test_an_end_user_who_was_never_declared_is_refused_after_max_end_user_budget,
    test_chat_answers,
    test_chat_streams,
    test_each_key_of_a_group_is_a_key_of_its_own,
    test_embeddings_answer,
    test_models_lists_what_the_key_may_use,
)
from tests.e2e.test_monitoring import (  # noqa: F401  # likewise
    test_every_rule_can_be_evaluated,
    test_litellms_metrics_arrive,
    test_metrics_need_a_key,
    test_the_edge_tells_of_the_replicas_and_of_the_database,
    test_the_replica_is_up,
)
