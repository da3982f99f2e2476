"""How long a delivery is left alone: half a minute, doubling up to an hour, never too late."""

from datetime import UTC, datetime, timedelta

import pytest

from sayso.domain.delivery import HELD, RETRY, Outcome, settle, waiting_time

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
ALL = 1.0


def seconds(
    attempts: int, asked: int | None = None, jitter: float = ALL, exact: bool = False
) -> float:
    after = None if asked is None else timedelta(seconds=asked)
    return waiting_time(attempts, after, jitter, exact=exact).total_seconds()


@pytest.mark.parametrize(
    ("attempts", "longest"),
    [(0, 30), (1, 30), (2, 60), (3, 120), (6, 960), (7, 1_920), (8, 3_600), (50, 3_600)],
)
def test_the_span_doubles_with_each_attempt_up_to_an_hour(attempts: int, longest: int) -> None:
    assert seconds(attempts) == longest
    assert seconds(attempts, jitter=0.5) == longest / 2


def test_a_wait_is_a_second_at_least() -> None:
    assert seconds(1, jitter=0.0) == 1


def test_what_the_service_asks_for_comes_on_top() -> None:
    assert seconds(1, asked=100) == 130
    assert seconds(1, asked=100, jitter=0.0) == 101


def test_a_held_delivery_waits_as_long_as_asked_and_up_to_five_seconds_more() -> None:
    assert seconds(3, asked=100, exact=True) == 105
    assert seconds(3, asked=100, jitter=0.0, exact=True) == 100


def test_a_held_delivery_for_which_nothing_was_asked_waits_as_any_other() -> None:
    assert seconds(2, exact=True) == 60
    assert seconds(2, asked=0, exact=True) == 60


@pytest.mark.parametrize(("left", "state"), [(29, "failed"), (30, "failed"), (31, "pending")])
def test_a_retry_must_come_before_the_time_to_answer_is_over(left: int, state: str) -> None:
    found = settle(
        Outcome(RETRY, "Busy.", 503),
        attempts=1,
        expires_at=NOW + timedelta(seconds=left),
        now=NOW,
        jitter=ALL,
    )
    assert found.state == state
    assert found.next_at == (NOW + timedelta(seconds=30) if state == "pending" else None)


def test_a_retry_counts_as_an_attempt_and_being_held_does_not() -> None:
    late = NOW + timedelta(days=1)
    found = {
        kind: settle(Outcome(kind, "Busy."), attempts=2, expires_at=late, now=NOW, jitter=ALL)
        for kind in (RETRY, HELD)
    }
    assert found[RETRY].counts
    assert not found[HELD].counts
