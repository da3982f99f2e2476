"""An arm that was entered wrongly and put right: forms move with it, reports of the past do not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.domain.errors import AlreadyRecorded, DatesOutOfOrder, UnknownAnchor, UnknownArm
from sayso.domain.evaluation import assess
from sayso.domain.participation import ArmChange, Facts
from sayso.domain.plausible import check_arm_change
from sayso.domain.rule_errors import ArmSwitchRefused
from sayso.domain.schedule import WantedForm, reconcile, wanted_forms, wanted_under
from sayso.domain.status import FormStatus
from sayso.domain.study import StudyVersion
from support.people import ENROLLED, at, day, event, exempt, person, seen, stop_study

STUDY = stop_study()
HISTORY = (StudyVersion(STUDY),)
NOBODY: frozenset[tuple[str, str]] = frozenset()


def switched(number: int) -> Facts:
    """Somebody who was put from arm stop into arm continue on a day."""
    return person(arm="continue", arm_changes=(ArmChange("stop", "continue", at(number)),))


def windows(facts: Facts, timepoint: str, number: int) -> set[tuple[object, object]]:
    forms = wanted_under(HISTORY, facts, at(number))
    return {(form.opens, form.closes) for form in forms if form.timepoint == timepoint}


def test_before_the_change_the_record_has_the_first_arm() -> None:
    facts = switched(80)

    assert facts.known_at(at(79)).arm == "stop"
    assert facts.known_at(at(80)).arm == "continue"
    assert facts.known_at(at(79)).arm_changes == ()


def test_several_changes_are_taken_in_the_order_of_entry() -> None:
    changes = (ArmChange("continue", "stop", at(90)), ArmChange("stop", "continue", at(80)))
    facts = person(arm="stop", arm_changes=changes)

    assert [facts.known_at(at(number)).arm for number in (79, 85, 95)] == [
        "stop", "continue", "stop",
    ]  # fmt: skip


def test_the_forms_count_from_the_new_arms_anchor_even_where_they_were_open() -> None:
    facts = switched(80)

    assert windows(facts, "W12", 79) == {(day(70), day(98))}
    assert windows(facts, "W12", 81) == {(day(56), day(84))}
    assert windows(facts, "W24", 81) == {(day(140), day(168))}


def test_no_form_is_lost_or_doubled_by_the_change() -> None:
    before = wanted_forms(STUDY, person())
    after = wanted_under(HISTORY, switched(80), at(81))
    straight = wanted_forms(STUDY, person(arm="continue"))

    assert {form.key for form in after} == {form.key for form in straight}
    assert len({form.key for form in after}) == len(after)
    assert {form.key for form in before} == {form.key for form in straight}


def test_a_form_that_was_missed_is_missed_in_the_new_window_too() -> None:
    facts = switched(130)
    found = {form.timepoint: s for form, s in zip(*pairs(facts, 131), strict=True)}

    assert found["W12"].status == "missing"
    assert {s.status for s in found.values()} <= {"missing", "open", "upcoming"}


def pairs(facts: Facts, number: int) -> tuple[tuple[WantedForm, ...], tuple[FormStatus, ...]]:
    found = assess(HISTORY, facts, at(number), STUDY.rules)
    return tuple(found.forms), tuple(found.statuses)


def test_a_report_of_the_day_before_does_not_know_of_it() -> None:
    assert (
        assess(HISTORY, switched(80), at(79), STUDY.rules).statuses == seen(person(), 79).statuses
    )


def test_an_answered_form_would_never_move_even_so() -> None:
    old = next(form for form in wanted_forms(STUDY, person()) if form.timepoint == "W12")
    new = replace(old, arm="continue", opens=day(56), opens_at=at(56), closes_at=at(84))

    (left,) = reconcile([old], [new], {old.key}, at(60)).retag or (None,)
    moved = reconcile([old], [new], NOBODY, at(80)).move

    assert left is None
    assert [change.new for change in moved] == [new]


@given(number=st.integers(-14, 400))
def test_whenever_it_is_put_right_the_end_is_that_of_the_right_arm(number: int) -> None:
    after = wanted_under(HISTORY, switched(number), at(500))

    assert set(after) == set(wanted_forms(STUDY, person(arm="continue")))


def test_what_may_be_put_right() -> None:
    check_arm_change(STUDY, person(), "continue", {}, NOBODY, day(90))
    check_arm_change(STUDY, person(), "continue", {"enrolment": ENROLLED}, NOBODY, day(90))
    progressed = person(events=(event("progression", 80),), exemptions=(exempt(),))
    check_arm_change(STUDY, progressed, "continue", {}, NOBODY, day(90))


def test_the_same_arm_is_no_change() -> None:
    with pytest.raises(AlreadyRecorded, match="in arm stop already"):
        check_arm_change(STUDY, person(), "stop", {}, NOBODY, day(90))


def test_answers_and_events_that_would_be_left_behind_are_named() -> None:
    with pytest.raises(ArmSwitchRefused, match="W12"):
        check_arm_change(STUDY, person(), "continue", {}, frozenset({("W12", "x")}), day(90))
    restarted = person(events=(event("restart_without_progression", 79),))
    with pytest.raises(ArmSwitchRefused, match="restart_without_progression on 2026-04-09"):
        check_arm_change(STUDY, restarted, "continue", {}, NOBODY, day(90))


def test_arms_and_anchors_that_are_not_there() -> None:
    with pytest.raises(UnknownArm):
        check_arm_change(STUDY, person(), "both", {}, NOBODY, day(90))
    with pytest.raises(UnknownAnchor):
        check_arm_change(STUDY, person(), "continue", {"cessation": day(0)}, NOBODY, day(90))
    there = {"cessation": day(300)}
    with pytest.raises(DatesOutOfOrder, match="days ahead"):
        check_arm_change(STUDY, person(arm="continue"), "stop", there, NOBODY, day(90))
