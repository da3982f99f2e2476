"""What is known about a person at a moment: an entry counts from its very own instant on."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sayso.domain.participation import (
    AnchorDate,
    ArmChange,
    ContactFact,
    Exemption,
    VisitFact,
    ZoneMove,
    has_effect,
)
from support.people import ENROLLED, answers, at, day, event, exempt, person, reason

THEN = at(10)
BEFORE, AFTER = THEN - timedelta(microseconds=1), THEN + timedelta(microseconds=1)
MOMENTS = [(BEFORE, False), (THEN, True), (AFTER, True)]


@pytest.mark.parametrize(("now", "known"), MOMENTS)
def test_an_entry_is_known_from_the_instant_of_its_entry(now: datetime, known: bool) -> None:
    facts = person(
        anchors=(AnchorDate("cessation", day(0), THEN),),
        exemptions=(replace(exempt(), recorded_at=THEN),),
        events=(event("lost", 10),),
        responses=(answers(10),),
        missing_reasons=(reason("too_ill", recorded=10),),
        visits=(VisitFact("W12", day(10), recorded_at=THEN),),
        contacts=(ContactFact(day(10), THEN),),
    ).known_at(now)
    kept = (
        facts.anchors, facts.exemptions, facts.events, facts.responses, facts.missing_reasons,
        facts.visits, facts.contacts,
    )  # fmt: skip
    assert [len(entries) for entries in kept] == [int(known)] * 7


@pytest.mark.parametrize(("now", "gone"), MOMENTS)
def test_an_entry_stands_until_the_instant_of_its_voiding(now: datetime, gone: bool) -> None:
    voided = replace(event("lost", 1), voided_at=THEN)
    assert bool(person(events=(voided,)).known_at(now).events) is not gone


def test_what_was_known_all_along_is_always_known() -> None:
    facts = person(anchors=(AnchorDate("cessation", day(0)),), missing_reasons=(reason("too_ill"),))
    assert facts.known_at(at(-400)) == facts


@pytest.mark.parametrize(("now", "approved"), MOMENTS)
def test_an_approval_counts_from_its_instant(now: datetime, approved: bool) -> None:
    (known,) = person(exemptions=(exempt(-14, approved=10),)).known_at(now).exemptions
    assert known.approved_at == (THEN if approved else None)


@pytest.mark.parametrize(("now", "ended"), MOMENTS)
def test_the_end_of_an_exemption_is_known_from_its_entry(now: datetime, ended: bool) -> None:
    exemption = replace(exempt(-14, 5), ended_at=THEN)
    (known,) = person(exemptions=(exemption,)).known_at(now).exemptions
    assert (known.valid_to, known.ended_at) == ((day(5), THEN) if ended else (None, None))


@pytest.mark.parametrize(("now", "decided"), MOMENTS)
def test_a_decision_on_a_time_counts_from_its_instant(now: datetime, decided: bool) -> None:
    response = answers(1, time_accepted=True, time_decided_at=THEN)
    (known,) = person(responses=(response,)).known_at(now).responses
    assert known.time_accepted == (True if decided else None)
    assert known.time_decided_at == (THEN if decided else None)


@pytest.mark.parametrize(("now", "moved"), MOMENTS)
def test_a_move_of_zone_or_arm_counts_from_its_instant(now: datetime, moved: bool) -> None:
    facts = person(
        zone="Europe/Dublin",
        zone_moves=(ZoneMove("UTC", "Europe/Dublin", THEN),),
        arm="stop",
        arm_changes=(ArmChange("continue", "stop", THEN),),
    ).known_at(now)
    assert (facts.zone, facts.arm) == (("Europe/Dublin", "stop") if moved else ("UTC", "continue"))


def test_of_several_moves_the_last_one_before_the_moment_counts() -> None:
    facts = person(
        zone="UTC",
        zone_moves=(
            ZoneMove("Europe/Dublin", "UTC", at(20)),
            ZoneMove("Asia/Tokyo", "Europe/Dublin", at(10)),
        ),
        arm_changes=(ArmChange("continue", "stop", at(20)), ArmChange("stop", "continue", at(10))),
    )
    known = [facts.known_at(at(number)) for number in (9, 15, 25)]
    assert [one.zone for one in known] == ["Asia/Tokyo", "Europe/Dublin", "UTC"]
    assert [one.arm for one in known] == ["stop", "continue", "stop"]


def test_the_anchor_entered_last_counts() -> None:
    first, second = AnchorDate("cessation", day(5), at(5)), AnchorDate("cessation", day(0), at(9))
    for anchors in ((first, second), (second, first)):
        assert person(anchors=anchors).anchor("cessation") == day(0)
    assert person(anchors=(first,)).anchor("surgery") is None


def test_an_anchor_known_all_along_gives_way_to_one_that_was_entered() -> None:
    always, entered = AnchorDate("cessation", day(5)), AnchorDate("cessation", day(0), at(0))
    for anchors in ((always, entered), (entered, always)):
        assert person(anchors=anchors).anchor("cessation") == day(0)


def test_of_two_anchors_entered_together_the_later_date_counts() -> None:
    pair = (AnchorDate("cessation", day(5), at(9)), AnchorDate("cessation", day(0), at(9)))
    assert person(anchors=pair).anchor("cessation") == day(5)


def test_the_first_of_several_events() -> None:
    facts = person(events=(event("lost", 30), event("progression", 10), event("lost", 20)))
    assert facts.first("lost") == day(20)
    assert facts.first("lost", "progression") == day(10)
    assert facts.first("death") is None


def test_somebody_is_enrolled_once_the_day_has_come_and_the_entry_was_made() -> None:
    entered = person(enrolled_at=at(-13))
    assert entered.is_enrolled_at(at(-13))
    assert not entered.is_enrolled_at(at(-13) - timedelta(microseconds=1))
    # In New York the day of enrolment begins at five in the morning UTC.
    assert person().is_enrolled_at(at(-14, 5))
    assert not person().is_enrolled_at(at(-14, 4))


@pytest.mark.parametrize(
    ("number", "covered"), [(9, False), (10, True), (15, True), (20, True), (21, False)]
)
def test_an_exemption_covers_both_its_ends(number: int, covered: bool) -> None:
    assert exempt(10, 20).covers(day(number)) is covered
    assert exempt(10).covers(day(number)) is (number >= 10)


@pytest.mark.parametrize(
    ("exemption", "counts"),
    [
        (exempt(-14), True),
        (exempt(-15), True),
        (exempt(-13), False),
        (exempt(-13, approved=20), True),
        (replace(exempt(-14), needs_approval=True), False),
        (replace(exempt(-13), needs_approval=False), True),
        (replace(exempt(-14, approved=20), needs_approval=True), True),
    ],
)
def test_what_nobody_judged_needs_approval_when_it_starts_after_the_enrolment(
    exemption: Exemption, counts: bool
) -> None:
    assert has_effect(exemption, ENROLLED) is counts
    exempt_then = person(exemptions=(exemption,)).exempt_on(day(0))
    assert (exempt_then is not None) is counts


def test_an_exemption_counts_for_its_own_language() -> None:
    facts = person(exemptions=(exempt(),))
    assert facts.exempt_on(day(0), "en") == exempt()
    assert facts.exempt_on(day(0), "es") is None
    assert facts.exempt_on(day(-15), "en") is None
