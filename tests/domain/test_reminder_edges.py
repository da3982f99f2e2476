"""The plan of reminders to the very instant: what is due now is neither ahead nor to be moved."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from sayso.domain.eligibility import Person, Preferences, Verdict
from sayso.domain.reminders import (
    Cancel,
    Missed,
    PlannedReminder,
    ReminderPlan,
    WantedReminder,
    occasions,
    plan,
    wanted_reminders,
)
from support.reminder_rules import CLOSES, FORMS, OPENS, POLICY, at, event, form, person

TICK = timedelta(microseconds=1)
EDITION = "2026a"
EARLY = at(date(2026, 8, 1), 12)
FIRST = at(OPENS, 10)
(OCCASION,) = occasions(FORMS)


def planned(who: Person, existing: list[PlannedReminder], now: datetime) -> ReminderPlan:
    return plan(who, FORMS, existing, tzdata_version=EDITION, now=now)


def row(entry: WantedReminder, **changes: object) -> PlannedReminder:
    """A reminder in the store just as it is wanted, but for these changes."""
    kept = PlannedReminder(
        1, entry.occasion, entry.step, entry.local, entry.zone, EDITION, entry.due_at,
        entry.closes_at,
    )  # fmt: skip
    return replace(kept, **changes)  # type: ignore[arg-type]


def rows(hour: int = 10, **changes: object) -> list[PlannedReminder]:
    who = person(preferences=Preferences(hour=hour))
    return [row(entry, **changes) for entry in wanted_reminders(who, OCCASION)]


def steps(entries: tuple[WantedReminder, ...]) -> list[str]:
    return [entry.step for entry in entries]


def test_any_part_of_a_plan_is_something_to_do() -> None:
    entry = wanted_reminders(person(), OCCASION)[0]
    verdict = Verdict("skip", "because", "Because.")
    assert not ReminderPlan()
    for one in (
        ReminderPlan(add=(entry,)),
        ReminderPlan(move=((row(entry), entry),)),
        ReminderPlan(cancel=(Cancel(row(entry), verdict),)),
        ReminderPlan(missed=(Missed(entry, verdict),)),
        ReminderPlan(stop=(("W12", verdict),)),
    ):
        assert one


def test_what_is_due_this_instant_comes_too_late_to_be_planned() -> None:
    before, then = planned(person(), [], FIRST - TICK), planned(person(), [], FIRST)
    assert steps(before.add)[0] == "open"
    assert before.missed == ()
    assert steps(then.add)[0] == "day-3"
    assert [entry.wanted.step for entry in then.missed] == ["open"]


def test_a_cancelled_reminder_is_wanted_again_while_it_is_ahead() -> None:
    cancelled = rows(decision="cancelled")
    again = [one.step for one, _entry in planned(person(), cancelled, FIRST - TICK).move]
    assert again[0] == "open"
    assert "open" not in [one.step for one, _entry in planned(person(), cancelled, FIRST).move]


def test_an_earlier_hour_never_sets_off_what_would_be_due_this_instant() -> None:
    existing = rows(hour=15)
    moved = planned(person(), existing, FIRST).move
    assert [one.step for one, _entry in moved] == ["day-3", "day-7", "two-days-left", "last-day"]
    moved = planned(person(), existing, FIRST - TICK).move
    assert next(one.step for one, _entry in moved) == "open"


def test_what_went_out_already_is_not_stopped_and_what_is_under_way_is() -> None:
    dead = person(events=(event("death"),))
    for decision, stopped in (("queued", ["W12"]), ("sent", []), ("skipped", [])):
        found = planned(dead, [rows(decision=decision)[0]], at(OPENS, 15)).stop
        assert [occasion for occasion, _verdict in found] == stopped


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (OCCASION.opens_at - TICK, False),
        (OCCASION.opens_at, True),
        (OCCASION.closes_at - TICK, True),
        (OCCASION.closes_at, False),
    ],
)
def test_the_nudge_that_was_asked_for_lies_within_the_window(asked: datetime, kept: bool) -> None:
    who = person(preferences=Preferences(snoozed_until=asked))
    found = [entry for entry in wanted_reminders(who, OCCASION) if entry.step.startswith("snooze")]
    assert len(found) == kept
    for entry in found:
        assert entry.due_at == asked
        assert entry.local.microsecond == 0
        assert not entry.urgent
        assert entry.closes_at == OCCASION.closes_at


def test_an_occasion_reaches_from_its_first_opening_to_its_last_close() -> None:
    longer = form("anxiety", opens=OPENS - timedelta(days=2), closes=CLOSES + timedelta(days=3))
    for forms in ((FORMS[0], longer), (longer, FORMS[0])):
        (found,) = occasions(forms)
        assert (found.opens, found.closes) == (longer.opens, longer.closes)
        assert (found.opens_at, found.closes_at) == (longer.opens_at, longer.closes_at)


def test_occasions_stand_in_the_order_of_opening() -> None:
    later = form(timepoint="A-later", opens=OPENS + timedelta(days=1))
    same = form(timepoint="A-same")
    assert [one.id for one in occasions((later, *FORMS, same))] == ["A-same", "W12", "A-later"]


def test_once_it_is_over_the_rest_is_cancelled_and_nothing_is_planned() -> None:
    existing = rows()
    found = planned(person(), existing, OCCASION.closes_at)
    assert found.add == ()
    assert len(found.cancel) == len(existing)
    assert {cancel.verdict.reason for cancel in found.cancel} == {"closed"}


def test_steps_of_the_ladder_carry_their_urgency() -> None:
    urgent = {step.id: step.urgent for step in POLICY.steps}
    assert {e.step: e.urgent for e in wanted_reminders(person(), OCCASION)} == urgent
    assert EARLY < OCCASION.opens_at
