"""Facts that cannot be true are named, and what stands in the way of a change is said."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from sayso.domain.consistency import (
    check_anchor,
    check_arm_switch,
    check_event,
    check_missing_reason,
    check_staff_entry,
    missing_anchor,
    problems,
)
from sayso.domain.errors import DatesOutOfOrder, SaysoError, UnknownAnchor, UnknownArm
from sayso.domain.participation import AnchorDate, Event, VisitFact
from sayso.domain.rule_errors import (
    AnchorAfterAnsweredForm,
    ArmSwitchRefused,
    UnknownEventKind,
    UnknownMissingReason,
)
from sayso.domain.schedule import wanted_forms
from support.people import answers, at, day, event, exempt, person, reason, stop_study

STUDY = stop_study()
FORMS = wanted_forms(STUDY, person())


def test_possible_facts_have_no_problem() -> None:
    someone = person(
        exemptions=(exempt(end=60),),
        events=(event("progression", 75), event("death", 90)),
        responses=(answers(85),),
        missing_reasons=(reason("too_ill", "BL"),),
        visits=(VisitFact("IMG.2", day(200), "imaging"), VisitFact(None, day(5))),
    )
    assert list(problems(STUDY, someone)) == []


def test_every_problem_is_named_with_its_field() -> None:
    someone = person(
        arm="both",
        anchors=(AnchorDate("birth", day(0)),),
        exemptions=(exempt(reason="VISION"), exempt(start=3, end=2), exempt(start=5)),
        events=(event("death", -15),),
        responses=(answers(1, timepoint="W99"),),
        missing_reasons=(reason("too_ill", "W13"),),
        visits=(VisitFact("W14", day(1)),),
    )
    found = dict(problems(STUDY, someone))
    assert set(found) == {
        "arm",
        "anchors.birth",
        "events[0]",
        "exemptions[0]",
        "exemptions[1]",
        "exemptions",
        "responses[0].timepoint",
        "missing_reasons[0].timepoint",
        "visits[0].timepoint",
    }
    assert "continue, stop" in found["arm"]
    assert found["events[0]"].startswith("Death on 2026-01-05 is before enrolment on 2026-01-06")


def test_an_event_that_can_have_happened_is_taken() -> None:
    check_event(person(), event("progression", 75), day(80))
    check_event(person(events=(event("death", 90),)), event("progression", 75), day(100))


@pytest.mark.parametrize(
    ("known", "told", "says"),
    [
        (None, event("progression", 81), "has not come yet"),
        (None, event("progression", -15), "is before enrolment"),
        (event("death", 70), event("death", 71), "void that entry first"),
        (event("death", 70), event("progression", 71), "is after the death"),
        (event("off_study", 70), event("off_study", 75), "is recorded already"),
    ],
)
def test_an_event_that_cannot_have_happened_is_refused(
    known: Event | None, told: Event, says: str
) -> None:
    someone = person(events=() if known is None else (known,))
    with pytest.raises(DatesOutOfOrder, match=says):
        check_event(someone, told, day(80))


def test_an_event_of_no_kind_is_refused_with_the_kinds_there_are() -> None:
    with pytest.raises(UnknownEventKind, match="progression"):
        check_event(person(), event("relapse", 10), day(80))


def test_an_anchor_may_move_while_nothing_contradicts_it() -> None:
    check_anchor(STUDY, person(), "cessation", day(3), FORMS)
    answered = person(responses=(answers(85),))
    check_anchor(STUDY, answered, "cessation", day(80), FORMS)


def test_a_baseline_answered_before_the_anchor_is_no_obstacle() -> None:
    answered = person(responses=(answers(-3, timepoint="BL"),))
    check_anchor(STUDY, answered, "cessation", day(3), FORMS)


def test_an_anchor_cannot_move_behind_an_answered_form_that_counts_from_it() -> None:
    answered = person(responses=(answers(85),))
    with pytest.raises(AnchorAfterAnsweredForm, match="W12 was answered on 2026-04-15"):
        check_anchor(STUDY, answered, "cessation", day(86), FORMS)


def test_an_anchor_after_death_is_refused() -> None:
    with pytest.raises(DatesOutOfOrder, match="after the death"):
        check_anchor(STUDY, person(events=(event("death", 10),)), "cessation", day(11), FORMS)


def test_an_unknown_anchor_is_refused() -> None:
    with pytest.raises(UnknownAnchor, match="enrolment, cessation"):
        check_anchor(STUDY, person(), "birth", day(0), FORMS)


def test_the_arm_can_be_corrected_only_while_nothing_is_answered() -> None:
    check_arm_switch(STUDY, person(), "continue", frozenset())
    with pytest.raises(ArmSwitchRefused, match=r"answered forms in arm stop \(W12\)"):
        check_arm_switch(STUDY, person(), "continue", frozenset({("W12", "demo-hrqol")}))
    check_arm_switch(STUDY, person(), "stop", frozenset({("W12", "demo-hrqol")}))
    with pytest.raises(UnknownArm):
        check_arm_switch(STUDY, person(), "both", frozenset())


def test_staff_cannot_enter_answers_from_before_the_form_or_from_the_future() -> None:
    week_12 = next(form for form in FORMS if form.timepoint == "W12")
    tolerance = timedelta(hours=6)
    check_staff_entry(week_12, person(), at(80), at(90), tolerance)
    check_staff_entry(week_12, person(), week_12.opens_at, at(90), tolerance)
    check_staff_entry(week_12, person(), at(90) + tolerance, at(90), tolerance)
    with pytest.raises(DatesOutOfOrder, match="before W12 opened"):
        check_staff_entry(week_12, person(), at(60), at(90), tolerance)
    with pytest.raises(DatesOutOfOrder, match="in the future"):
        check_staff_entry(week_12, person(), at(92), at(90), tolerance)


def test_staff_cannot_enter_answers_from_after_a_death() -> None:
    week_12 = next(form for form in FORMS if form.timepoint == "W12")
    died = person(events=(event("death", 80),))
    check_staff_entry(week_12, died, at(80), at(90), timedelta())
    with pytest.raises(DatesOutOfOrder, match="after the death"):
        check_staff_entry(week_12, died, at(81), at(90), timedelta())


def test_only_coded_reasons_are_taken() -> None:
    check_missing_reason("too_ill")
    with pytest.raises(UnknownMissingReason, match="refused_this_time"):
        check_missing_reason("bored")


def test_which_anchor_is_still_to_be_set() -> None:
    assert missing_anchor(STUDY, person(anchors=())) == "cessation"
    assert missing_anchor(STUDY, person()) is None
    assert missing_anchor(STUDY, person(arm="continue", anchors=())) is None


def test_on_the_very_day_an_event_is_possible() -> None:
    check_event(person(), event("progression", 80), day(80))
    check_event(person(), event("withdrawal_study", -14), day(80))
    check_event(person(events=(event("death", 70),)), event("progression", 70), day(80))
    check_anchor(STUDY, person(events=(event("death", 10),)), "cessation", day(10), FORMS)


def test_events_that_can_happen_again_are_taken_again() -> None:
    check_event(person(events=(event("progression", 60),)), event("progression", 70), day(80))


def test_death_on_the_enrolment_day_is_no_problem() -> None:
    assert list(problems(STUDY, person(events=(event("death", -14),)))) == []


def test_an_answered_baseline_that_opened_on_the_anchor_binds_it() -> None:
    study = replace(
        STUDY, timepoints=(replace(STUDY.timepoints[0], opens=0), *STUDY.timepoints[1:])
    )
    answered = person(responses=(answers(0, timepoint="BL"),))
    check_anchor(study, answered, "cessation", day(0), wanted_forms(study, answered))
    with pytest.raises(AnchorAfterAnsweredForm):
        check_anchor(study, answered, "cessation", day(1), wanted_forms(study, answered))


def test_answers_to_what_does_not_count_from_the_anchor_leave_it_free() -> None:
    someone = person(
        events=(event("progression", 125),), responses=(answers(130, timepoint="PROG"),)
    )
    check_anchor(STUDY, someone, "cessation", day(140), wanted_forms(STUDY, someone))


@pytest.mark.parametrize(
    ("sentence", "act"),
    [
        (
            "'both' is no arm of this study; write one of continue, stop",
            lambda: check_arm_switch(STUDY, person(), "both", frozenset()),
        ),
        (
            "'birth' is no anchor of this study; write one of enrolment, cessation",
            lambda: check_anchor(STUDY, person(), "birth", day(0), FORMS),
        ),
        (
            "Withdrawal study on 2026-01-05 is before enrolment on 2026-01-06; "
            "correct one of the two dates",
            lambda: check_event(person(), event("withdrawal_study", -15), day(80)),
        ),
        (
            "2026-04-11 has not come yet; record the event when it has",
            lambda: check_event(person(), event("progression", 81), day(80)),
        ),
        (
            "P-001 has answered forms in arm stop (W12, W24); "
            "the arm can be corrected only while nothing is answered",
            lambda: check_arm_switch(
                STUDY, person(), "continue", frozenset({("W24", "a"), ("W12", "a"), ("W12", "b")})
            ),
        ),
    ],
    ids=["arm", "anchor", "before", "future", "answered"],
)
def test_the_sentences_name_what_is_in_the_way(sentence: str, act: Callable[[], None]) -> None:
    with pytest.raises(SaysoError) as refused:
        act()
    assert str(refused.value) == sentence


def test_the_same_day_in_two_languages_is_no_overlap() -> None:
    other = replace(exempt(), language="es")
    assert list(problems(STUDY, person(exemptions=(exempt(), other)))) == []


def test_an_unknown_reason_or_timepoint_lists_what_there_is() -> None:
    found = dict(
        problems(
            STUDY, person(exemptions=(exempt(reason="AGE"),), visits=(VisitFact("W1", day(1)),))
        )
    )
    assert "AGE is not a reason for an exemption" in found["exemptions[0]"]
    assert found["visits[0].timepoint"].endswith("Y10, PROG, RST, RST12")


def test_answers_that_came_before_the_enrolment_are_answers_to_no_form() -> None:
    facts = person(responses=(answers(-20, timepoint="BL"), answers(-14, timepoint="BL")))

    assert list(problems(STUDY, facts)) == [
        (
            "responses[0].received_at",
            f"{day(-20)} is before there was any form: enrolment is on {day(-14)}",
        )
    ]


def test_a_device_that_says_it_is_last_year_is_no_problem() -> None:
    assert not list(problems(STUDY, person(responses=(answers(-300, received=84),))))


def test_an_anchor_after_the_answers_that_count_from_it_is_a_problem() -> None:
    moved = (AnchorDate("cessation", day(90)),)

    assert list(problems(STUDY, person(anchors=moved, responses=(answers(84),)))) == [
        (
            "anchors.cessation",
            f"{day(90)} is after W12 was answered on {day(84)}; correct one of the two dates",
        )
    ]
    # The baseline opens before the anchor, and a form that has none stands in nobody's way.
    early = (answers(84, timepoint="BL"),)
    assert not list(problems(STUDY, person(anchors=moved, responses=early)))
    assert not list(problems(STUDY, person(anchors=(), responses=(answers(84),))))


def test_a_questionnaire_that_the_study_does_not_ask_is_named_where_it_stands() -> None:
    known = ", ".join(STUDY.questionnaires())
    someone = person(
        responses=(answers(84, questionnaire="demo-hrqol"), answers(85, questionnaire="fact")),
        missing_reasons=(reason("too_ill"), replace(reason("too_ill"), questionnaire="core")),
    )
    assert list(problems(STUDY, someone)) == [
        (
            "responses[1].questionnaire",
            f"'fact' is no questionnaire of this study; write one of {known}",
        ),
        (
            "missing_reasons[1].questionnaire",
            f"'core' is no questionnaire of this study; write one of {known}",
        ),
    ]
