"""Where a request goes: split, retried, cooled down, fallen back, on two replicas behind the edge."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.routed import ALLOWED_FAILS, Routed
from tests.waiting import until


@pytest.fixture
def fresh(routed: Routed) -> Routed:
    """Every deployment answers well, and has seen nothing."""
    routed.upstream.reset()
    return routed


def test_traffic_is_split_by_weight(fresh: Routed) -> None:
    seen = Counter(fresh.answers("split", times=60))
    assert seen.keys() == {"from often", "from seldom"}
    assert 32 <= seen["from often"] <= 56, "45 are expected, with a standard deviation of 3.4"


def test_a_deployment_that_fails_is_left_while_another_one_answers(fresh: Routed) -> None:
    fresh.upstream.tell("ill", status=500)
    assert set(fresh.answers("cooled", times=16)) == {"from well"}
    assert fresh.upstream.calls["ill"] > ALLOWED_FAILS

    def is_left() -> bool:
        before = fresh.upstream.calls["ill"]
        assert set(fresh.answers("cooled", times=20)) == {"from well"}
        return fresh.upstream.calls["ill"] == before

    # What the replicas know of each other's cooldowns is a second old, and more where the host is busy.
    until(is_left, within=30)


TOO_LONG = {
    "message": "This model's maximum context length is 10 tokens. However, your messages resulted in 20 tokens.",
    "type": "invalid_request_error",
    "code": "context_length_exceeded",
}
UNSAFE = {"message": "not like this", "type": "invalid_request_error", "code": "content_policy_violation"}


@pytest.mark.parametrize(
    ("model", "behaviour", "fallback"),
    [
        ("falls", {"status": 500}, "rescue"),
        ("other", {"status": 500}, "anything"),
        ("long", {"status": 400, "error": TOO_LONG}, "longer"),
        ("unsafe", {"status": 400, "error": UNSAFE}, "tolerant"),
    ],
    ids=["general", "default", "context-window", "content-policy"],
)
def test_a_fallback_answers(fresh: Routed, model: str, behaviour: dict[str, object], fallback: str) -> None:
    assert fresh.answers(model) == [f"from {model}"]
    fresh.upstream.tell(model, **behaviour)
    assert fresh.answers(model) == [f"from {fallback}"]


def test_a_stalling_deployment_is_given_up_after_its_timeout(fresh: Routed) -> None:
    fresh.upstream.tell("stalls", delay=20)
    began = time.monotonic()
    assert fresh.answers("stalls") == ["from anything"]
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(("model", "status", "retries"), [("hasty", 500, 0), ("patient", 500, 3), ("limited", 429, 2)])
def test_each_kind_of_error_has_its_number_of_retries(fresh: Routed, model: str, status: int, retries: int) -> None:
    fresh.upstream.tell(model, status=status)
    fresh.answers(model)
    assert fresh.upstream.calls[model] == 1 + retries


def test_the_deployment_with_the_fewest_requests_in_flight_is_chosen(fresh: Routed) -> None:
    fresh.upstream.tell("busy", delay=15)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(fresh.ask, "least-busy")
        time.sleep(1)
        assert fresh.upstream.calls == {"busy": 1}, "of two that have nothing to do, the first one"
        for _ in range(8):
            assert fresh.answers("least-busy") == ["from idle"]
            time.sleep(0.5)  # that a request has ended is counted after it is answered
        assert waiting.result().status_code == 200


def test_the_quickest_deployment_is_chosen_once_both_are_known(fresh: Routed) -> None:
    fresh.upstream.tell("slow", delay=0.5)
    fresh.answers("quickest", times=12)
    seen = Counter(fresh.answers("quickest", times=20))
    assert seen["from quick"] >= 17


def test_a_deployment_that_has_spent_its_tokens_of_the_minute_is_left(fresh: Routed) -> None:
    # LiteLLM counts by the minute of the clock: none begins meanwhile.
    if (left := 60 - time.time() % 60) < 30:
        time.sleep(left)
    seen = Counter(fresh.answers("least-used", times=20))
    # Two on each replica before it knows of the other's, and one whose tokens are not counted yet.
    assert seen["from small"] <= 6
    assert seen["from large"] >= 14


def test_the_cheapest_deployment_is_chosen(fresh: Routed) -> None:
    assert set(fresh.answers("cheapest", times=10)) == {"from cheap"}
