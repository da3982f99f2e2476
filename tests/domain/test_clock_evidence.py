"""Where a response is placed: the device's word against what the server measured."""

from datetime import timedelta

import pytest

from sayso.domain.participation import ResponseFact
from sayso.domain.status import placed
from support.people import answers, at, person, seen, status

HOURS = 3600.0
DAYS = 24 * HOURS
TOLERANCE = timedelta(hours=6)
FORM = next(form for form in seen(person(), 0).forms if form.timepoint == "W12")


def placing(response: ResponseFact) -> str:
    return placed(FORM, response, TOLERANCE)


def test_a_true_clock_is_believed() -> None:
    assert placing(answers(97, received=101)) == "in_window"
    assert placing(answers(103)) == "late"


def test_three_hours_fast_is_within_tolerance() -> None:
    said = at(97) + timedelta(hours=3)
    assert placing(answers(97, 101, authored_at=said, skew_seconds=3 * HOURS)) == "in_window"


def test_a_word_that_only_a_slow_clock_puts_in_the_window_is_disputed() -> None:
    # The phone says day 98; it runs five days slow, so the true day is 103.
    assert placing(answers(98, 104, skew_seconds=-5 * DAYS)) == "disputed"


def test_within_tolerance_the_kinder_reading_counts_on_either_side_of_midnight() -> None:
    closes = FORM.closes_at
    slow = answers(98, 99, authored_at=closes - timedelta(hours=2), skew_seconds=-3 * HOURS)
    fast = answers(98, 99, authored_at=closes + timedelta(hours=2), skew_seconds=3 * HOURS)
    assert placing(slow) == "in_window"
    assert placing(fast) == "in_window"


def test_a_clock_far_off_that_changes_nothing_is_not_disputed() -> None:
    assert placing(answers(80, 95, skew_seconds=-5 * DAYS)) == "in_window"


def test_offered_and_received_inside_the_window_needs_no_clock_at_all() -> None:
    wild = answers(80, 90, authored_at=at(900), offered_at=at(75), skew_seconds=0)
    assert placing(wild) == "in_window"


def test_a_form_offered_after_the_close_cannot_have_been_answered_before_it() -> None:
    assert placing(answers(97, 110, offered_at=at(105))) == "disputed"


def test_answers_cannot_have_been_given_after_they_arrived() -> None:
    assert placing(answers(110, received=97)) == "in_window"


def test_the_end_of_the_window_is_excluded_and_its_beginning_included() -> None:
    assert placing(answers(70, authored_at=FORM.opens_at)) == "in_window"
    assert placing(answers(99, received=100, authored_at=FORM.closes_at)) == "late"


def test_answers_dated_before_the_form_opened_are_outside_its_window() -> None:
    assert placing(answers(60)) == "late"


@pytest.mark.parametrize(("decision", "expected"), [(True, "in_window"), (False, "late")])
def test_staff_decide_a_disputed_time(decision: bool, expected: str) -> None:
    disputed = answers(98, 104, skew_seconds=-5 * DAYS, time_accepted=decision)
    assert placing(disputed) == expected


def test_a_decision_taken_later_does_not_change_an_earlier_report() -> None:
    disputed = answers(98, 104, skew_seconds=-5 * DAYS, time_accepted=True, time_decided_at=at(120))
    someone = person(responses=(disputed,))
    assert status(someone, 110).disposition == "disputed"
    assert status(someone, 121).disposition == "in_window"


def test_a_disputed_time_says_so() -> None:
    found = status(person(responses=(answers(98, 104, skew_seconds=-5 * DAYS),)), 130)
    assert found.detail == "disputed"
    assert "does not prove" in found.why
