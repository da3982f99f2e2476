"""People and forms for the tests of reminder rules: plain dates, no database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sayso.domain.eligibility import Person, Preferences
from sayso.domain.participation import Event, Exemption, Facts, ResponseFact
from sayso.domain.schedule import WantedForm
from sayso.domain.study import ReminderPolicy, Rules, Step
from sayso.domain.walltime import end_of_day, start_of_day

ZONE = "America/New_York"
OPENS = date(2026, 8, 24)
CLOSES = date(2026, 9, 21)
TARGET = date(2026, 9, 7)
POLICY = ReminderPolicy(
    steps=(
        Step("open", "opens", 0),
        Step("day-3", "opens", 3),
        Step("day-7", "opens", 7),
        Step("two-days-left", "closes", -2),
        Step("last-day", "closes", 0, urgent=True),
    ),
    default_hour=10,
    quiet_from=time(21),
    quiet_to=time(8),
    weekly_cap=3,
)


def form(
    questionnaire: str = "hrqol",
    *,
    timepoint: str = "W12",
    opens: date = OPENS,
    target: date = TARGET,
    closes: date = CLOSES,
    zone: str = ZONE,
) -> WantedForm:
    return WantedForm(
        timepoint, questionnaire, None, opens, target, closes,
        start_of_day(opens, zone), end_of_day(closes, zone), (timepoint,), arm="continue",
    )  # fmt: skip


FORMS = (form("hrqol"), form("anxiety"))


def person(
    *,
    zone: str = ZONE,
    preferences: Preferences | None = None,
    policy: ReminderPolicy = POLICY,
    **facts: Any,
) -> Person:
    known = Facts("A-1", "continue", "S1", zone, date(2026, 6, 15), **facts)
    return Person(known, Rules(), policy, preferences or Preferences())


def event(kind: str, on: date = date(2026, 8, 20)) -> Event:
    return Event(kind, on, at(on, 12))


def exemption(since: date = date(2026, 6, 15)) -> Exemption:
    return Exemption("LANGUAGE", since, None, at(since, 12), approved_at=at(since, 12))


def answer(questionnaire: str, on: date) -> ResponseFact:
    return ResponseFact(questionnaire, "W12", questionnaire, at(on, 12), at(on, 12))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant by the wall clock of New York in summer."""
    return datetime.combine(day, time(hour, minute), UTC) + timedelta(hours=4)
