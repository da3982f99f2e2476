"""Dates that cannot be, as staff might type them: each is refused with what stands in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sayso.domain import plausible
from sayso.domain.errors import DatesOutOfOrder, SaysoError, UnknownAnchor
from sayso.domain.participation import Facts, VisitFact
from sayso.domain.rule_errors import AnchorAfterAnsweredForm, UnknownEventKind
from sayso.domain.schedule import wanted_forms
from support.people import ENROLLED, answers, day, event, person, stop_study

TODAY = day(120)


def event_of(facts: Facts, kind: str, number: int) -> None:
    plausible.check_event(stop_study(), facts, kind, day(number), TODAY)


def anchor_of(facts: Facts, number: int, name: str = "cessation") -> None:
    forms = wanted_forms(stop_study(), facts)
    plausible.check_anchor(stop_study(), facts, name, day(number), forms, TODAY)


@pytest.mark.parametrize("kind", ["death", "lost", "progression", "withdrawal_pro", "off_study"])
def test_what_can_have_happened_is_let_through(kind: str) -> None:
    event_of(person(), kind, 60)


def test_restarting_is_for_those_who_stopped() -> None:
    study = stop_study()
    assert "restart_without_progression" in plausible.kinds_for(study, "stop")
    assert "restart_without_progression" not in plausible.kinds_for(study, "continue")
    with pytest.raises(UnknownEventKind, match="use one of: death, "):
        event_of(person(arm="continue"), "restart_without_progression", 60)


def test_the_same_thing_twice_on_one_day() -> None:
    facts = person(events=(event("progression", 60),))
    with pytest.raises(DatesOutOfOrder, match="recorded for 2026-03-21 already"):
        event_of(facts, "progression", 60)
    event_of(facts, "progression", 61)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (person(responses=(answers(84),)), "a form was answered"),
        (person(visits=(VisitFact("W12", day(84)),)), "a visit took place"),
        (person(events=(event("progression", 84),)), "another event happened"),
    ],
)
def test_nothing_happens_after_a_death(facts: Facts, sentence: str) -> None:
    with pytest.raises(DatesOutOfOrder, match=sentence):
        event_of(facts, "death", 80)
    event_of(facts, "death", 84)


def test_a_restart_after_progression_needs_the_progression_first() -> None:
    with pytest.raises(DatesOutOfOrder, match="record it first"):
        event_of(person(), "restart_after_progression", 79)
    progressed = person(events=(event("progression", 75),))
    event_of(progressed, "restart_after_progression", 79)
    with pytest.raises(DatesOutOfOrder, match="choose a restart after progression"):
        event_of(progressed, "restart_without_progression", 79)
    event_of(progressed, "restart_without_progression", 70)


def test_visits_may_come_before_the_enrolment_but_not_long_before() -> None:
    plausible.check_visit(person(), ENROLLED - timedelta(days=50), TODAY)
    with pytest.raises(DatesOutOfOrder, match="before the enrolment"):
        plausible.check_visit(person(), ENROLLED - timedelta(days=60), TODAY)


@pytest.mark.parametrize("check", [plausible.check_visit, plausible.check_contact])
def test_tomorrow_has_not_been(check: object) -> None:
    with pytest.raises(DatesOutOfOrder, match="has not come yet"):
        check(person(), TODAY + timedelta(days=1), TODAY)  # type: ignore[operator]


def test_the_dead_keep_no_visits_but_their_families_are_spoken_to() -> None:
    facts = person(events=(event("death", 80),))
    with pytest.raises(DatesOutOfOrder, match="after the death"):
        plausible.check_visit(facts, day(81), TODAY)
    plausible.check_visit(facts, day(80), TODAY)
    plausible.check_contact(facts, day(81), TODAY)


def test_an_anchor_is_known_near_and_not_after_what_counts_from_it() -> None:
    anchor_of(person(), 5)
    for number, name, error in (
        (0, "birthday", UnknownAnchor),
        (190, "cessation", DatesOutOfOrder),
        (-500, "cessation", DatesOutOfOrder),
    ):
        with pytest.raises(error):
            anchor_of(person(), number, name)
    with pytest.raises(AnchorAfterAnsweredForm):
        anchor_of(person(responses=(answers(84),)), 90)
    with pytest.raises(DatesOutOfOrder):
        anchor_of(person(events=(event("death", 80),)), 81)


def test_the_anchors_of_an_arm_are_those_something_counts_from() -> None:
    assert plausible.anchors_for(stop_study(), "stop") == ("cessation",)
    assert plausible.anchors_for(stop_study(), "continue") == ("enrolment",)
    assert plausible.anchors_for(stop_study(), "none") == ()


def test_every_refusal_names_a_date_or_a_way_out() -> None:
    facts = replace(person(), events=(event("death", 80),))
    for kind, number in (("death", 90), ("progression", 90), ("lost", 200), ("holiday", 1)):
        with pytest.raises(SaysoError) as refusal:
            event_of(facts, kind, number)
        assert "2026" in str(refusal.value) or "use one of" in str(refusal.value)
