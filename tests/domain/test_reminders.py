"""The plan: which reminders should exist, and what to change when facts change."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.eligibility import Person, Preferences
from sayso.domain.reminders import (
    HORIZON,
    PlannedReminder,
    ReminderPlan,
    WantedReminder,
    occasions,
    plan,
)
from sayso.domain.schedule import WantedForm
from sayso.domain.walltime import local_time
from support.reminder_rules import (
    CLOSES,
    FORMS,
    OPENS,
    POLICY,
    answer,
    at,
    event,
    exemption,
    form,
    person,
)

NOW = at(date(2026, 8, 1), 12)
EDITION = "2026a"


def planned(who: Person, existing: list[PlannedReminder] | None = None, *,
            now: datetime = NOW, forms: tuple[WantedForm, ...] = FORMS,
            edition: str = EDITION) -> ReminderPlan:  # fmt: skip
    return plan(who, forms, existing or [], tzdata_version=edition, now=now)


def stored(wanted: tuple[WantedReminder, ...]) -> list[PlannedReminder]:
    return [
        PlannedReminder(
            number, entry.occasion, entry.step, entry.local, entry.zone, EDITION, entry.due_at,
            entry.closes_at,
        )
        for number, entry in enumerate(wanted, start=1)
    ]  # fmt: skip


def test_one_occasion_gets_one_ladder_however_many_forms_it_has() -> None:
    wanted = planned(person()).add
    assert [(entry.step, entry.local.isoformat()) for entry in wanted] == [
        ("open", "2026-08-24T10:00:00"),
        ("day-3", "2026-08-27T10:00:00"),
        ("day-7", "2026-08-31T10:00:00"),
        ("two-days-left", "2026-09-19T10:00:00"),
        ("last-day", "2026-09-21T10:00:00"),
    ]
    assert [entry.urgent for entry in wanted] == [False] * 4 + [True]


def test_the_same_plan_again_changes_nothing() -> None:
    first = planned(person())
    assert not planned(person(), stored(first.add))


def test_windows_beyond_the_horizon_wait() -> None:
    early = FORMS[0].opens_at - HORIZON - timedelta(seconds=1)
    assert not planned(person(), now=early)
    assert planned(person(), now=early + timedelta(seconds=1)).add


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"exemptions": (exemption(),)}, "exempt"),
        ({"events": (event("death"),)}, "death"),
        ({"events": (event("withdrawal_pro"),)}, "withdrawn"),
        ({"responses": (answer("hrqol", OPENS), answer("anxiety", OPENS))}, "completed"),
    ],
)
def test_who_is_not_asked_gets_no_row_and_loses_those_there_are(
    facts: dict[str, Any], reason: str
) -> None:
    now = at(OPENS, 15)
    existing = stored(planned(person()).add)
    assert planned(person(**facts), now=now) == ReminderPlan()
    cancels = planned(person(**facts), existing, now=now).cancel
    assert {cancel.verdict.reason for cancel in cancels} == {reason}
    assert len(cancels) == len(existing)


def test_messages_under_way_are_stopped_with_the_rest() -> None:
    first, *rest = stored(planned(person()).add)
    sent = replace(first, decision="queued")
    dead = person(events=(event("death"),))
    result = planned(dead, [sent, *rest], now=at(OPENS, 15))
    assert [(occasion, verdict.reason) for occasion, verdict in result.stop] == [("W12", "death")]
    assert sent not in [cancel.row for cancel in result.cancel]


def test_another_hour_moves_what_is_still_ahead() -> None:
    evening = person(preferences=Preferences(hour=19))
    existing = stored(planned(person()).add)
    sent = [replace(existing[0], decision="queued"), *existing[1:]]
    moves = planned(evening, sent, now=at(OPENS, 12)).move
    assert [(row.step, entry.local.hour) for row, entry in moves] == [
        ("day-3", 19), ("day-7", 19), ("two-days-left", 19), ("last-day", 19),
    ]  # fmt: skip


def test_an_earlier_hour_chosen_in_the_afternoon_sets_nothing_off() -> None:
    evening = stored(planned(person(preferences=Preferences(hour=19))).add)
    morning = person(preferences=Preferences(hour=9))
    moves = planned(morning, evening, now=at(OPENS, 15)).move
    assert "open" not in [row.step for row, _entry in moves]


def test_an_hour_in_the_quiet_hours_means_their_end() -> None:
    wanted = planned(person(preferences=Preferences(hour=23))).add
    assert {entry.local.hour for entry in wanted} == {8}


def test_a_new_zone_and_a_new_zone_database_reckon_anew() -> None:
    existing = stored(planned(person()).add)
    assert len(planned(person(), existing, edition="2026b").move) == 5
    moved = planned(person(zone="America/Los_Angeles"), existing).move
    assert all(
        entry.due_at - row.due_at == timedelta(hours=3) and entry.local == row.local
        for row, entry in moved
    )


def test_a_moved_window_moves_its_reminders() -> None:
    later = tuple(
        form(f.questionnaire, opens=OPENS + timedelta(days=7), target=CLOSES,
             closes=CLOSES + timedelta(days=7))
        for f in FORMS
    )  # fmt: skip
    moves = planned(person(), stored(planned(person()).add), forms=later).move
    assert {entry.due_at - row.due_at for row, entry in moves} == {timedelta(days=7)}


def test_a_form_that_is_no_longer_asked_loses_its_reminders() -> None:
    existing = stored(planned(person()).add)
    cancels = planned(person(), existing, forms=()).cancel
    assert {cancel.verdict.reason for cancel in cancels} == {"replanned"}


def test_a_cancelled_reminder_comes_back_when_it_is_wanted_again() -> None:
    existing = [
        replace(row, decision="cancelled", reason="opted-out")
        for row in stored(planned(person()).add)
    ]
    moves = planned(person(), existing, now=at(OPENS, 15)).move
    assert [row.step for row, _entry in moves] == ["day-3", "day-7", "two-days-left", "last-day"]


def test_steps_that_were_over_when_the_occasion_became_known_are_told() -> None:
    result = planned(person(), now=at(OPENS + timedelta(days=4), 12))
    assert [missed.wanted.step for missed in result.missed] == ["open", "day-3"]
    assert [entry.step for entry in result.add] == ["day-7", "two-days-left", "last-day"]


def test_what_worker_downtime_left_behind_is_closed() -> None:
    existing = stored(planned(person()).add)
    cancels = planned(person(), existing, now=at(CLOSES + timedelta(days=2), 12)).cancel
    assert {cancel.verdict.reason for cancel in cancels} == {"closed"}


def test_a_snooze_becomes_a_reminder_of_the_open_occasion() -> None:
    evening = at(OPENS, 18)
    alice = person(preferences=Preferences(snoozed_until=evening))
    wanted = planned(alice, now=at(OPENS, 12)).add
    assert ("snooze 2026-08-24T18:00", evening) in [(e.step, e.due_at) for e in wanted]
    elsewhere = person(preferences=Preferences(snoozed_until=at(CLOSES + timedelta(days=9), 9)))
    assert not [e for e in planned(elsewhere).add if e.step.startswith("snooze")]


def test_forms_are_bundled_by_timepoint() -> None:
    bundles = occasions([form("a"), form("b"), form("a", timepoint="W24", opens=CLOSES)])
    assert [(bundle.id, len(bundle.forms)) for bundle in bundles] == [("W12", 2), ("W24", 1)]


ZONES = ["America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "Africa/Casablanca"]


@settings(max_examples=200, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    opens=st.dates(date(2024, 1, 1), date(2034, 1, 1)),
    length=st.integers(0, 60),
    hour=st.none() | st.integers(0, 23),
    ago=st.integers(0, 44),
)
def test_reminders_lie_inside_the_window_awake_and_in_order(
    zone: str, opens: date, length: int, hour: int | None, ago: int
) -> None:
    closes = opens + timedelta(days=length)
    asked = form(opens=opens, target=opens, closes=closes, zone=zone)
    who = person(zone=zone, preferences=Preferences(hour=hour))
    who = replace(who, facts=replace(who.facts, enrolled=date(2023, 1, 1)))
    now = asked.opens_at - timedelta(days=ago, seconds=1)
    wanted = plan(who, (asked,), [], tzdata_version=EDITION, now=now).add
    assert wanted
    due = [entry.due_at for entry in wanted]
    assert due == sorted(set(due))
    assert len({entry.local.date() for entry in wanted}) == len(wanted)
    for entry in wanted:
        assert asked.opens_at <= entry.due_at < asked.closes_at
        assert POLICY.quiet_to.hour <= local_time(entry.due_at, zone).hour < 21
