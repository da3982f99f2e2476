"""From the reminder policy to wall-clock times."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.ladder import awake, is_quiet, ladder
from sayso.domain.study import ReminderPolicy, Step
from support.people import NEW_YORK, day, stop_study

POLICY = stop_study().reminder_policy


def test_a_long_window_has_five_steps_at_the_policys_hour() -> None:
    found = ladder(POLICY, day(70), day(98), NEW_YORK)
    assert [(reminder.step, reminder.local.date()) for reminder in found] == [
        ("open", day(70)),
        ("day-3", day(73)),
        ("day-7", day(77)),
        ("two-days-left", day(96)),
        ("last-day", day(98)),
    ]
    assert {reminder.local.time() for reminder in found} == {time(10)}
    assert found[0].due_at == datetime.combine(day(70), time(14), UTC)
    assert [reminder.urgent for reminder in found] == [False, False, False, False, True]


def test_the_participants_own_hour_counts() -> None:
    assert ladder(POLICY, day(70), day(98), NEW_YORK, hour=17)[0].local.time() == time(17)


def test_an_hour_in_the_quiet_hours_waits_for_their_end() -> None:
    for hour in (21, 23, 0, 7):
        assert ladder(POLICY, day(70), day(98), NEW_YORK, hour)[0].local.time() == time(8)
    assert ladder(POLICY, day(70), day(98), NEW_YORK, 8)[0].local.time() == time(8)
    assert ladder(POLICY, day(70), day(98), NEW_YORK, 20)[0].local.time() == time(20)


def test_in_a_short_window_one_day_has_one_reminder_and_the_more_urgent_one() -> None:
    assert [r.step for r in ladder(POLICY, day(70), day(70), NEW_YORK)] == ["last-day"]
    assert [r.step for r in ladder(POLICY, day(70), day(72), NEW_YORK)] == [
        "two-days-left",
        "last-day",
    ]
    assert [r.step for r in ladder(POLICY, day(70), day(77), NEW_YORK)] == [
        "open",
        "day-3",
        "two-days-left",
        "last-day",
    ]


def test_a_policy_without_steps_sends_nothing() -> None:
    assert ladder(replace(POLICY, steps=()), day(70), day(98), NEW_YORK) == ()


def test_an_hour_that_the_clock_skips_is_shifted_and_happens_once() -> None:
    night = ReminderPolicy(
        steps=(Step("open", "opens", 0), Step("next", "opens", 1)),
        default_hour=2,
        quiet_from=time(0),
        quiet_to=time(0),
    )
    spring = ladder(night, date(2026, 3, 8), date(2026, 3, 20), NEW_YORK)
    assert [reminder.due_at.hour for reminder in spring] == [7, 6]
    autumn = ladder(replace(night, default_hour=1), date(2026, 11, 1), date(2026, 11, 20), NEW_YORK)
    assert [reminder.due_at.hour for reminder in autumn] == [5, 6]


@pytest.mark.parametrize(
    ("start", "end", "at", "quiet"),
    [
        (21, 8, 21, True),
        (21, 8, 8, False),
        (21, 8, 3, True),
        (13, 15, 14, True),
        (13, 15, 15, False),
    ],
)
def test_quiet_hours_may_cross_midnight(start: int, end: int, at: int, quiet: bool) -> None:
    policy = replace(POLICY, quiet_from=time(start), quiet_to=time(end))
    assert is_quiet(policy, time(at)) is quiet
    assert awake(policy, time(at)) == (time(end) if quiet else time(at))


@given(
    opens=st.integers(0, 3650),
    length=st.integers(0, 120),
    hour=st.none() | st.integers(0, 23),
    zone=st.sampled_from((NEW_YORK, "Australia/Lord_Howe", "Europe/Dublin", "Africa/Casablanca")),
)
@settings(max_examples=500, deadline=None)
def test_reminders_are_never_outside_the_window_never_quiet_and_at_most_one_a_day(
    opens: int, length: int, hour: int | None, zone: str
) -> None:
    first, last = day(opens), day(opens + length)
    found = ladder(POLICY, first, last, zone, hour)
    days = [reminder.local.date() for reminder in found]
    assert days == sorted(set(days))
    assert all(first <= each <= last for each in days)
    assert not any(is_quiet(POLICY, reminder.local.time()) for reminder in found)
    assert found[-1].step == "last-day"
    assert all(later - earlier >= timedelta(days=1) for earlier, later in pairwise(days))
