"""The calendar file, read back by a calendar library that did not write it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from sayso.formats.calendar_feed import NAME, NOTE, TITLE, Event, render

CHANGED = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
ADDRESS = "https://pro.example.org"


def read(*events: Event, zone: str = "America/New_York") -> Any:
    return vobject.readOne(render(events, zone, ADDRESS).decode())


def event(first: date, last: date, uid: str = "one@sayso") -> Event:
    return Event(uid, first, last, CHANGED)


def test_a_window_is_a_whole_day_event_from_its_first_to_its_last_day() -> None:
    found = read(event(date(2026, 6, 5), date(2026, 6, 19))).vevent

    assert found.dtstart.value == date(2026, 6, 5)
    assert found.dtend.value == date(2026, 6, 20)
    assert found.uid.value == "one@sayso"
    assert found.dtstamp.value == CHANGED


def test_a_window_of_one_day_is_one_day_long() -> None:
    found = read(event(date(2026, 12, 31), date(2026, 12, 31))).vevent
    assert (found.dtend.value - found.dtstart.value).days == 1


def test_the_words_say_nothing_about_a_study() -> None:
    text = render([event(date(2026, 6, 5), date(2026, 6, 19))], "Europe/Paris", ADDRESS).decode()

    assert (TITLE, NOTE, NAME) == ("A few questions", "Open the app to begin.", "Sayso")
    for word in ("study", "trial", "cancer", "week", "visit", "questionnaire", "HER2", "therapy"):
        assert word.lower() not in text.lower(), word


def test_it_rings_nowhere_and_keeps_nobody_busy() -> None:
    calendar = read(event(date(2026, 6, 5), date(2026, 6, 19)))

    assert not hasattr(calendar.vevent, "valarm")
    assert calendar.vevent.transp.value == "TRANSPARENT"
    assert getattr(calendar.vevent, "class").value == "PRIVATE"
    assert calendar.vevent.url.value == ADDRESS


def test_it_names_the_zone_and_asks_to_be_read_again() -> None:
    calendar = read(zone="Pacific/Auckland")

    assert calendar.contents["x-wr-timezone"][0].value == "Pacific/Auckland"
    assert calendar.contents["x-wr-calname"][0].value == NAME
    assert calendar.contents["refresh-interval"][0].value == "PT12H"
    assert calendar.version.value == "2.0"


def test_an_empty_calendar_is_a_calendar() -> None:
    assert "vevent" not in read().contents


@pytest.mark.parametrize("line", render([event(date(2026, 6, 5), date(2026, 6, 19))], "Etc/UTC",
                                        ADDRESS).split(b"\r\n"))  # fmt: skip
def test_lines_are_as_short_as_the_format_wants(line: bytes) -> None:
    assert len(line) <= 75
    assert b"\n" not in line


@given(st.lists(st.tuples(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 60)),
                max_size=8))  # fmt: skip
def test_every_window_comes_back_as_it_was(windows: list[tuple[date, int]]) -> None:
    events = [
        event(first, date.fromordinal(first.toordinal() + days), f"{number}@sayso")
        for number, (first, days) in enumerate(windows)
    ]

    found = read(*events).contents.get("vevent", [])

    assert [
        (one.uid.value, one.dtstart.value, one.dtend.value.toordinal() - 1) for one in found
    ] == [(one.uid, one.first_day, one.last_day.toordinal()) for one in events]
