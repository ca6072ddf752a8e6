"""What the load's answers come to."""

import pytest

from supply.errors import SupplyError
from tests.bench import gateway
from tests.bench.load import Answers

# As `vegeta encode -to=csv` prints them: time, status, latency, bytes out and in, error, body, attack, sequence ...
RESULT = "{time},{status},{latency},70,400,{error},,,0,POST,http://127.0.0.1:4000/v1/chat/completions,"
REFUSED = '"Post ""http://127.0.0.1:1/"": dial tcp 127.0.0.1:1: connect: connection refused"'


def results(*latencies: int, status: int = 200, error: str = "") -> list[str]:
    """Return results of requests that begin a millisecond after one another; latencies are in milliseconds."""
    return [
        RESULT.format(time=index * 1_000_000, status=status, latency=latency * 1_000_000, error=error)
        for index, latency in enumerate(latencies)
    ]


def test_throughput_is_counted_until_the_last_answer() -> None:
    answers = Answers.of(results(10, 10, 498))

    assert answers.seconds == pytest.approx(0.5)
    assert answers.per_second == pytest.approx(6)


def test_percentiles_are_milliseconds() -> None:
    answers = Answers.of(results(*range(1, 102)))

    assert [answers.percentile(percent) for percent in (50, 95, 99)] == pytest.approx([51, 96, 100])


def test_slices_count_together_without_the_time_between_them() -> None:
    both = Answers.together([Answers(seconds=1, latencies=(0.1,) * 10), Answers(seconds=3, latencies=(0.3,) * 10)])

    assert both.per_second == pytest.approx(5)
    assert both.percentile(95) == pytest.approx(300)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([*results(5), *results(5, status=429)], "1 of 2 requests failed: HTTP 429"),
        (results(5, status=0, error=REFUSED), "1 of 1 requests failed: .*connection refused"),
        ([], "there was no answer"),
    ],
)
def test_a_failed_request_is_no_figure(lines: list[str], reason: str) -> None:
    with pytest.raises(SupplyError, match=reason):
        Answers.of(lines)


def test_slices_alternate_so_that_drift_meets_both() -> None:
    seen = []

    def answer(name: str, latency: float) -> Answers:
        seen.append(name)
        return Answers(seconds=1, latencies=(latency, latency))

    answers = gateway.in_turn({"a": lambda: answer("a", 1), "b": lambda: answer("b", 2)})

    assert seen == ["a", "b", "b", "a"]
    assert answers["a"] == Answers(seconds=2, latencies=(1, 1, 1, 1))
    assert answers["b"] == Answers(seconds=2, latencies=(2, 2, 2, 2))
