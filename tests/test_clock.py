"""The clocks: the system's, one that runs ahead, and one that stands still."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine

from sayso.clock import FixedClock, OffsetClock, SystemClock


def test_the_system_clock_tells_aware_utc() -> None:
    moment = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        assert SystemClock().now() == moment
        assert SystemClock().now().tzinfo is UTC


def test_a_demonstration_can_run_ahead(now: datetime) -> None:
    clock = OffsetClock(timedelta(days=30), base=FixedClock(now))
    assert clock.now() == datetime(2026, 7, 15, 15, 0, tzinfo=UTC)


def test_a_clock_that_runs_ahead_keeps_running(now: datetime) -> None:
    base = FixedClock(now)
    clock = OffsetClock(timedelta(hours=-1), base=base)
    base.advance(timedelta(minutes=5))
    assert clock.now() == now - timedelta(minutes=55)


def test_a_fixed_clock_stands_until_it_is_moved(now: datetime) -> None:
    clock = FixedClock(now)
    assert clock.now() == clock.now() == now
    clock.advance(timedelta(seconds=1))
    assert clock.now() - now == timedelta(seconds=1)


def test_a_fixed_clock_tells_utc_whatever_zone_it_was_set_in(now: datetime) -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    clock = FixedClock(now.astimezone(kathmandu))
    assert clock.now() == now
    assert clock.now().tzinfo is UTC


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2026, 6, 15, 15, 0))  # noqa: DTZ001 - the fault under test
