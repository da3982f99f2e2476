"""A calendar (RFC 5545) of the days on which there is something to fill in.

Days are dates without a time: a window runs from one local day to another, and a date stays that
date wherever the phone is. Events are transparent (nobody is "busy"), carry no alarm (reminders are
the reminders' business), and their words say nothing that a colleague who sees the calendar could
make anything of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

TITLE = "A few questions"
NAME = "Sayso"
NOTE = "Open the app to begin."
_REFRESH = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Event:
    """One window: its first and last day, a lasting name, and when it was last changed."""

    uid: str
    first_day: date
    last_day: date
    changed_at: datetime


def render(events: Sequence[Event], zone: str, app_url: str) -> bytes:
    """The calendar as a file; `zone` is the IANA name of the participant's zone."""
    # Loaded only when a calendar is asked for: it brings 50 ms of imports.
    from icalendar import Calendar, vDuration
    from icalendar import Event as Entry

    calendar = Calendar()
    calendar.add("prodid", "-//Sayso//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", NAME)
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", vDuration(_REFRESH), parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_REFRESH))
    for one in events:
        entry = Entry()
        entry.add("uid", one.uid)
        entry.add("dtstamp", one.changed_at)
        entry.add("dtstart", one.first_day)
        # The end of an event is the first day that no longer belongs to it.
        entry.add("dtend", one.last_day + timedelta(days=1))
        entry.add("summary", TITLE)
        entry.add("description", NOTE)
        entry.add("url", app_url)
        entry.add("class", "PRIVATE")
        entry.add("transp", "TRANSPARENT")
        calendar.add_component(entry)
    rendered: bytes = calendar.to_ical()
    return rendered
