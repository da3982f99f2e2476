"""Wall time and instants, through every kind of change a clock can make."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.errors import UnknownZone
from sayso.domain.walltime import end_of_day, local_date, local_time, start_of_day, to_instant

BEGIN = datetime.fromisoformat("1990-01-01")
END = datetime.fromisoformat("2060-01-01")
ZONES = (
    "America/New_York",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Santiago",
    "Asia/Kathmandu",
    "UTC",
)


@pytest.mark.parametrize(
    ("local", "zone", "instant"),
    [
        ("2026-03-08T02:30", "America/New_York", "2026-03-08T07:30"),
        ("2026-11-01T01:30", "America/New_York", "2026-11-01T05:30"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:45"),
        ("2026-03-29T01:30", "Europe/Dublin", "2026-03-29T01:30"),
        ("2011-12-30T10:00", "Pacific/Apia", "2011-12-30T20:00"),
    ],
)
def test_gaps_shift_forward_and_overlaps_take_the_first_passing(
    local: str, zone: str, instant: str
) -> None:
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert to_instant(datetime.fromisoformat(local), zone) == expected


def test_a_local_time_in_a_gap_is_shown_later_by_the_gap() -> None:
    moved = local_time(
        to_instant(datetime.fromisoformat("2026-03-08T02:30"), "America/New_York"),
        "America/New_York",
    )
    assert moved == datetime.fromisoformat("2026-03-08T03:30")


def test_a_day_of_23_or_25_hours_ends_when_the_next_begins() -> None:
    short = end_of_day(date(2026, 3, 8), "America/New_York") - start_of_day(
        date(2026, 3, 8), "America/New_York"
    )
    long = end_of_day(date(2026, 11, 1), "America/New_York") - start_of_day(
        date(2026, 11, 1), "America/New_York"
    )
    assert (short, long) == (timedelta(hours=23), timedelta(hours=25))


def test_an_unknown_zone_is_named_with_an_example() -> None:
    for name in ("Mars/Olympus", "", "../etc/passwd", "/etc/passwd", "a\0b"):
        with pytest.raises(UnknownZone, match="America/New_York"):
            start_of_day(date(2026, 1, 1), name)


@given(
    day=st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    zone=st.sampled_from(ZONES),
)
@settings(max_examples=200, deadline=None)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    assert end_of_day(day, zone) == start_of_day(day + timedelta(days=1), zone)
    assert start_of_day(day, zone) <= end_of_day(day, zone)


@given(
    local=st.datetimes(BEGIN, END),
    zone=st.sampled_from(ZONES),
)
@settings(max_examples=200, deadline=None)
def test_every_local_time_is_one_instant_and_comes_back_unless_it_was_skipped(
    local: datetime, zone: str
) -> None:
    instant = to_instant(local.replace(fold=0), zone)
    back = local_time(instant, zone)
    assert back >= local.replace(fold=0)
    assert back - local.replace(fold=0) in {
        timedelta(0),
        timedelta(minutes=30),
        timedelta(hours=1),
        timedelta(days=1),
    }
    assert local_date(instant, zone) == back.date()


# Each has a change of a kind of its own: half an hour, winter as the exception, a day left out,
# summer that pauses for Ramadan, a midnight that does not exist, two hours at once and others.
MANY = (
    *ZONES, "America/Los_Angeles", "America/Sao_Paulo", "America/St_Johns", "America/Havana",
    "Europe/London", "Europe/Moscow", "Asia/Tehran", "Asia/Pyongyang", "Asia/Gaza",
    "Pacific/Chatham", "Pacific/Kwajalein", "Pacific/Kiritimati", "Antarctica/Troll",
    "Africa/Cairo", "Atlantic/Azores", "Asia/Beirut",
)  # fmt: skip
LEFT_OUT = {
    "Pacific/Apia": date(2011, 12, 30),
    "Pacific/Kwajalein": date(1993, 8, 21),
    "Pacific/Kiritimati": date(1994, 12, 31),
}


def hold_to_the_calendar(zone: str, hours: tuple[int, ...], first: date, last: date) -> None:
    """One instant for each date, in the order of the calendar, and shown on it by that clock.

    Where the date itself was left out by the zone the instant is the one a day later by the clock,
    so that it is still one, and not before that of the day before.
    """
    days = [first + timedelta(days=n) for n in range((last - first).days)]
    left_out = {day for day in days if day == LEFT_OUT.get(zone)}
    for hour in hours:
        instants = [to_instant(datetime.combine(day, time(hour)), zone) for day in days]
        shown = [local_date(instant, zone) for instant in instants]
        assert {d for d, seen in zip(days, shown, strict=True) if d != seen} == left_out
        together = sum(one == other for one, other in pairwise(instants))
        assert together == len(left_out)
        assert all(one <= other for one, other in pairwise(instants))


@pytest.mark.parametrize("zone", MANY)
def test_every_date_of_decades_has_exactly_one_instant(zone: str) -> None:
    hold_to_the_calendar(zone, (2,), date(1993, 1, 1), date(2013, 1, 1))
    hold_to_the_calendar(zone, (0,), date(2024, 1, 1), date(2037, 1, 1))


@pytest.mark.nightly
@pytest.mark.parametrize("zone", MANY)
def test_every_date_of_sixty_years_has_one_instant_at_every_hour(zone: str) -> None:
    hold_to_the_calendar(zone, tuple(range(24)), date(1990, 1, 1), date(2050, 1, 1))
