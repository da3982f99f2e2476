"""A steady pace for each push service, on a clock that the tests move."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.push.pace import Pace


def test_a_burst_goes_at_once_and_the_rest_in_step() -> None:
    pace = Pace(per_second=10, burst=3)
    assert [pace.take("a", 0.0) for _ in range(5)] == pytest.approx([0, 0, 0, 0.1, 0.2])


def test_tokens_come_back_with_time_up_to_the_burst() -> None:
    pace = Pace(per_second=10, burst=3)
    for _ in range(5):
        pace.take("a", 0.0)
    # What was lent is paid back first: after half a second two of five tokens are owed no more.
    assert pace.take("a", 0.5) == 0
    assert [pace.take("a", 100.0) for _ in range(4)] == pytest.approx([0, 0, 0, 0.1])


def test_one_service_does_not_hold_up_another() -> None:
    pace = Pace(per_second=1, burst=1)
    assert pace.take("a", 0.0) == 0
    assert pace.take("a", 0.0) == 1
    assert pace.take("b", 0.0) == 0


def test_another_loop_with_another_clock_starts_afresh() -> None:
    pace = Pace(per_second=1, burst=1)
    pace.take("a", 1000.0)
    assert pace.take("a", 5.0) == 0


@given(
    st.lists(st.floats(0, 2, allow_nan=False), min_size=1, max_size=60),
    st.integers(1, 20),
    st.integers(1, 10),
)
def test_no_window_sees_more_than_burst_and_rate_allow(
    gaps: list[float], per_second: int, burst: int
) -> None:
    pace, now, leaving = Pace(per_second, burst), 0.0, []
    for gap in gaps:
        now += gap
        leaving.append(now + pace.take("a", now))
    assert leaving == sorted(leaving)
    for first in range(len(leaving)):
        for last in range(first, len(leaving)):
            span = leaving[last] - leaving[first]
            assert last - first + 1 <= burst + span * per_second + 1 + 1e-6


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_pace_that_never_moves_is_refused(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="rate above zero"):
        Pace(rate, burst)


def test_waiting_lets_others_work() -> None:
    order: list[str] = []

    async def ask(pace: Pace, origin: str) -> None:
        await pace.wait(origin)
        order.append(origin)

    async def both() -> None:
        pace = Pace(per_second=50, burst=1)
        await asyncio.gather(ask(pace, "slow"), ask(pace, "slow"), ask(pace, "quick"))

    asyncio.run(both())
    assert order == ["slow", "quick", "slow"]
