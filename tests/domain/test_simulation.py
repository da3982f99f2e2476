"""One imagined participant, ten years, from dates alone."""

from dataclasses import replace
from datetime import time

import pytest

from sayso.domain.simulation import simulate
from support.people import day, event, exempt, person, stop_study

STUDY = stop_study()


def test_ten_years_hold_every_form_visit_and_reminder() -> None:
    run = simulate(STUDY, person())
    # Nine timepoints of four questionnaires, and the decision at the baseline.
    assert len(run.forms) == 9 * 4 + 1
    assert all(entry.asked for entry in run.forms)
    assert run.visits[-1].closes > day(3650)
    # One ladder of five steps for each timepoint, not one for each questionnaire.
    assert len(run.reminders) == 9 * 5


def test_reminders_come_in_order_of_time() -> None:
    due = [reminder.due_at for _timepoint, reminder in simulate(STUDY, person()).reminders]
    assert due == sorted(due)


def test_the_participants_hour_is_used() -> None:
    run = simulate(STUDY, person(), hour=18)
    assert {reminder.local.time() for _timepoint, reminder in run.reminders} == {time(18)}


def test_until_leaves_out_what_comes_later_and_keeps_that_day() -> None:
    run = simulate(STUDY, person(), until=day(70))
    assert {entry.form.timepoint for entry in run.forms} == {"BL", "W12"}
    assert run.reminders[-1][1].local.date() == day(70)
    assert max(visit.opens for visit in run.visits) == day(70)
    before = simulate(STUDY, person(), until=day(69))
    assert {entry.form.timepoint for entry in before.forms} == {"BL"}


def test_until_does_not_change_what_the_forms_are() -> None:
    died = person(events=(event("death", 80),))
    whole = simulate(STUDY, died).forms
    assert simulate(STUDY, died, until=day(70)).forms == whole[:9]


@pytest.mark.parametrize(
    "kind", ["death", "withdrawal_study", "withdrawal_pro", "withdrawal_contact", "off_study"]
)
def test_messages_end_on_the_day_of_the_event(kind: str) -> None:
    run = simulate(STUDY, person(events=(event(kind, 73),)))
    last = max(reminder.local.date() for _timepoint, reminder in run.reminders)
    assert last < day(73)


@pytest.mark.parametrize("kind", ["lost", "progression", "restart_after_progression"])
def test_other_events_do_not_end_messages(kind: str) -> None:
    run = simulate(STUDY, person(events=(event(kind, 73),)))
    assert run.reminders[-1][1].local.date() > day(1000)


def test_nothing_is_asked_of_an_exempt_person_but_she_has_every_visit() -> None:
    run = simulate(STUDY, person(exemptions=(exempt(),)))
    assert not any(entry.asked for entry in run.forms)
    assert run.reminders == ()
    assert run.visits == simulate(STUDY, person()).visits


def test_an_unapproved_late_start_exempts_nobody() -> None:
    run = simulate(STUDY, person(exemptions=(exempt(start=10, recorded=10),)))
    assert all(entry.asked for entry in run.forms)


def test_without_an_anchor_there_is_nothing_to_simulate() -> None:
    run = simulate(STUDY, person(anchors=()))
    assert (run.forms, run.visits, run.reminders) == ((), (), ())


def test_a_timepoint_without_questionnaires_has_no_reminder() -> None:
    run = simulate(replace(STUDY, timepoints=STUDY.timepoints[1:2]), person())
    assert run.reminders == ()
    assert next(visit.timepoint for visit in run.visits) == "W05"


def test_at_the_end_of_the_ten_years_everything_was_missed() -> None:
    assert {entry.status.detail for entry in simulate(STUDY, person()).forms} == {"missing"}


def test_two_occasions_of_one_instant_are_told_in_order_of_their_names() -> None:
    both = person(events=(event("restart_after_progression", 600), event("progression", 600)))
    run = simulate(STUDY, both)
    opening = [timepoint for timepoint, one in run.reminders if one.local.date() == day(600)]
    assert opening == ["PROG", "RST"]
