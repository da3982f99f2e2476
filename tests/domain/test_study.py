"""What a study is called and how it is read where its file says nothing."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import time

import pytest

from sayso.domain.study import ReminderPolicy, Rules, Step, Timepoint
from support.people import at, day, event, person, seen, stop_study

SILENT = replace(stop_study(), rules=Rules())
"""The shipped schedule in a study that says nothing about its rules."""


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("W12", "Week 12"),
        ("PROG", "After progression"),
        ("PROG.2", "After progression (2)"),
        ("IMG.3", "Imaging (3)"),
        ("gone", "gone"),
        # What no version of the study knows any more is shown as it was written, number and all.
        ("gone.2", "gone.2"),
    ],
)
def test_a_timepoint_is_called_by_its_label_and_its_number(asked: str, said: str) -> None:
    assert stop_study().label_of(asked) == said


def test_the_rules_of_a_study_that_names_none() -> None:
    assert asdict(Rules()) == {
        "alive_rule": "window_close",
        "merge_within_days": 28,
        "merge_after_close": True,
        "exemption_reasons": ("LANGUAGE",),
        "exemption_language": "en",
        "stop_after": (),
        "clock_tolerance_hours": 6,
        "contact_every_days": 98,
        "translations": (),
    }


def test_the_reminders_of_a_study_that_names_nothing_but_its_steps() -> None:
    plain = ReminderPolicy((Step("open", "opens", 0),))
    assert (plain.default_hour, plain.quiet_from, plain.quiet_to) == (10, time(21), time(8))
    assert (plain.weekly_cap, plain.staff_task_after_days) == (3, 3)
    assert not plain.steps[0].urgent


@pytest.mark.parametrize(("progressed", "tags"), [(49, ("W12", "PROG")), (48, ("W12",))])
def test_an_event_form_merges_with_one_that_is_four_weeks_away_and_no_further(
    progressed: int, tags: tuple[str, ...]
) -> None:
    # Seven days after the event is the target of its form; that of Week 12 is on day 84.
    found = seen(person(events=(event("progression", progressed),)), 60, SILENT)
    assert {form.tags for form in found.forms if form.timepoint == "W12"} == {tags}


def test_an_event_form_merges_with_one_whose_window_has_closed() -> None:
    facts = person(events=(event("progression", 99),))
    merged = seen(facts, 100, SILENT)
    assert {form.tags for form in merged.forms if form.timepoint == "W12"} == {("W12", "PROG")}
    apart = seen(facts, 100, replace(SILENT, rules=Rules(merge_after_close=False)))
    assert "PROG" in {form.timepoint for form in apart.forms}


def test_a_timepoint_is_asked_unless_it_is_switched_off() -> None:
    week = Timepoint("W1", "Week 1", ("stop",), 5, 7, 9, packs=("core",))
    assert seen(person(), 6, replace(SILENT, timepoints=(week,))).forms
    off = replace(week, enabled=False)
    assert not seen(person(), 6, replace(SILENT, timepoints=(off,))).forms


def test_a_person_of_whom_nothing_else_is_said_reads_english_and_needs_no_interpreter() -> None:
    plain = person()
    assert (plain.reads_english, plain.preferred_language, plain.interpreter) == (True, "en", False)
    assert plain.exempt_on(day(0), "en") is None
    assert plain.known_at(at(0)) == plain
