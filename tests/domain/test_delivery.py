"""What follows from an attempt: sent, again later, or given up, always with a reason."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.delivery import (
    ACCEPTED,
    BROKEN,
    GONE,
    HELD,
    MAX_ATTEMPTS,
    OUR_FAULT,
    RETRY,
    Outcome,
    Settlement,
    settle,
    waiting_time,
)

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=14)


def settled(kind: str, *, attempts: int = 1, expires_at: datetime = LATER,
            retry_after: timedelta | None = None, jitter: float = 0.5) -> Settlement:  # fmt: skip
    outcome = Outcome(kind, "Because.", 503, retry_after)
    return settle(outcome, attempts=attempts, expires_at=expires_at, now=NOW, jitter=jitter)


@pytest.mark.parametrize(
    ("kind", "state", "slug"),
    [
        (ACCEPTED, "sent", "sent"),
        (GONE, "dead", "gone"),
        (BROKEN, "failed", "broken"),
        (RETRY, "pending", "retry"),
        (OUR_FAULT, "pending", "our-fault"),
        (HELD, "pending", "held"),
    ],
)
def test_each_outcome_has_its_settlement(kind: str, state: str, slug: str) -> None:
    found = settled(kind)
    assert (found.state, found.outcome) == (state, slug)
    assert found.why == "Because."


def test_the_sixth_failure_is_the_last() -> None:
    assert settled(RETRY, attempts=MAX_ATTEMPTS - 1).state == "pending"
    found = settled(RETRY, attempts=MAX_ATTEMPTS)
    assert (found.state, found.outcome) == ("failed", "attempts-used-up")


def test_being_held_uses_up_no_attempt_and_waits_as_long_as_asked() -> None:
    found = settled(HELD, attempts=MAX_ATTEMPTS + 3, retry_after=timedelta(minutes=10))
    assert not found.counts
    assert found.next_at == NOW + timedelta(minutes=10, seconds=2.5)


def test_a_retry_that_would_come_after_the_close_is_given_up() -> None:
    found = settled(RETRY, expires_at=NOW + timedelta(seconds=5))
    assert (found.state, found.outcome) == ("failed", "too-late")


@settings(deadline=None)
@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True), st.none() | st.integers(0, 21600))
def test_the_waiting_time_is_bounded_and_never_shorter_than_asked(
    attempts: int, jitter: float, asked: int | None
) -> None:
    after = None if asked is None else timedelta(seconds=asked)
    wait = waiting_time(attempts, after, jitter)
    floor = after or timedelta()
    assert floor + timedelta(seconds=1) <= wait <= floor + timedelta(hours=1)
