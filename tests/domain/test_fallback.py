"""Until when a call helps, and when the next way is tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.fallback import last_call, next_way_at
from sayso.domain.ladder import is_quiet
from sayso.domain.walltime import local_time, start_of_day, to_instant
from support.reminder_rules import CLOSES, POLICY, ZONE, at

CLOSE = at(CLOSES + timedelta(days=1), 0)
ZONES = ("America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "Africa/Casablanca")
moments = st.integers(0, 2 * 365 * 86400).map(
    lambda second: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)
evenings = st.times(time(18), time(23, 59)).map(lambda hour: hour.replace(microsecond=0))
mornings = st.times(time(4), time(10)).map(lambda hour: hour.replace(microsecond=0))


def test_a_window_that_closes_at_midnight_leaves_until_the_evening() -> None:
    assert last_call(POLICY, CLOSE, ZONE) == at(CLOSES, 21)


def test_a_window_that_closes_in_the_small_hours_leaves_until_the_evening_before() -> None:
    """The participant has moved, and the window did not move with her."""
    assert last_call(POLICY, CLOSE + timedelta(hours=6), ZONE) == at(CLOSES, 21)
    assert last_call(POLICY, CLOSE + timedelta(hours=8), ZONE) == at(CLOSES, 21)


@pytest.mark.parametrize("hour", [9, 12, 20, 21])
def test_a_window_that_closes_by_day_leaves_until_it_closes(hour: int) -> None:
    assert last_call(POLICY, at(CLOSES, hour), ZONE) == at(CLOSES, hour)


def test_without_quiet_hours_there_is_time_until_the_close() -> None:
    never = replace(POLICY, quiet_from=time(9), quiet_to=time(9))
    assert last_call(never, CLOSE, ZONE) == CLOSE


def test_quiet_hours_may_lie_in_the_middle_of_the_day() -> None:
    siesta = replace(POLICY, quiet_from=time(13), quiet_to=time(16))
    assert last_call(siesta, at(CLOSES, 15), ZONE) == at(CLOSES, 13)
    assert last_call(siesta, at(CLOSES, 17), ZONE) == at(CLOSES, 17)


@settings(max_examples=40)
@given(st.sampled_from(ZONES), moments, evenings, mornings)
def test_from_the_last_call_to_the_close_it_is_quiet_and_before_it_it_is_not(
    zone: str, closes_at: datetime, evening: time, morning: time
) -> None:
    policy = replace(POLICY, quiet_from=evening, quiet_to=morning)
    found = last_call(policy, closes_at, zone)
    assert found <= closes_at
    assert closes_at - found <= timedelta(hours=17)
    before = local_time(found - timedelta(seconds=1), zone)
    assert not is_quiet(policy, before.time())
    left = int((closes_at - found).total_seconds())
    for second in {0, left // 3, left // 2, left - 1} if left else set():
        assert is_quiet(policy, local_time(found + timedelta(seconds=second), zone).time())


@given(st.sampled_from(ZONES), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_every_last_day_ends_at_nine_in_the_evening(zone: str, day: date) -> None:
    closes_at = start_of_day(day + timedelta(days=1), zone)
    assert last_call(POLICY, closes_at, zone) == to_instant(datetime.combine(day, time(21)), zone)


def test_there_is_patience_as_long_as_there_is_time() -> None:
    noon, patience = at(CLOSES, 12), timedelta(hours=4)
    assert next_way_at(noon, patience, at(CLOSES, 21)) == at(CLOSES, 16)


def test_on_the_last_evening_half_of_what_is_left_is_waited() -> None:
    assert next_way_at(at(CLOSES, 20), timedelta(hours=4), at(CLOSES, 21)) == at(CLOSES, 20, 30)
    assert next_way_at(at(CLOSES, 20), timedelta(minutes=5), at(CLOSES, 21)) == at(CLOSES, 20, 5)


def test_when_it_is_too_late_the_next_way_is_tried_at_once() -> None:
    night = at(CLOSES, 22)
    assert next_way_at(night, timedelta(hours=4), at(CLOSES, 21)) == night
    assert next_way_at(at(CLOSES, 21), timedelta(hours=4), at(CLOSES, 21)) == at(CLOSES, 21)


@given(moments, st.timedeltas(timedelta(), timedelta(hours=6)), st.integers(-86400, 864000))
def test_the_next_way_is_never_in_the_past_and_leaves_time_for_another(
    now: datetime, patience: timedelta, left: int
) -> None:
    until = now + timedelta(seconds=left)
    found = next_way_at(now, patience, until)
    assert now <= found <= now + patience
    if until > now:
        assert until - found >= found - now
