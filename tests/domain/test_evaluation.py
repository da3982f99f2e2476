"""From facts to rows for counting: everybody stands in every scheduled row of her arm."""

from dataclasses import replace
from typing import Any

import pytest

from sayso.domain.completion import Row
from sayso.domain.evaluation import assess_all, rows, version_at
from sayso.domain.participation import Facts
from sayso.domain.study import StudyVersion
from support.people import (
    CESSATION,
    STRAIN,
    answers,
    at,
    day,
    event,
    exempt,
    person,
    status,
    stop_study,
)

STUDY = stop_study()
FIRST = StudyVersion(STUDY)


def counted(*people: Facts, number: int = 130) -> list[Row]:
    found = assess_all((FIRST,), people, at(number), STUDY.rules)
    return rows(STUDY, found, at(number), STUDY.rules)


def in_week_12(facts: Facts, number: int = 130) -> Row:
    return next(
        row
        for row in counted(facts, number=number)
        if (row.timepoint, row.questionnaire) == ("W12", STRAIN)
    )


def waiting(**changes: Any) -> Facts:
    """Somebody whose therapy has not been stopped yet, so that nothing is scheduled."""
    return person(anchors=(), **changes)


def test_without_an_anchor_a_form_is_upcoming_and_says_why() -> None:
    row = in_week_12(waiting())
    assert row.status.status == "upcoming"
    assert row.status.why == "Not scheduled yet: the date it counts from is not recorded."


@pytest.mark.parametrize(
    ("kind", "disposition"),
    [
        ("death", "death"),
        ("withdrawal_study", "withdrawn"),
        ("withdrawal_pro", "withdrawn"),
        ("off_study", "protocol"),
    ],
)
def test_without_an_anchor_those_who_are_gone_are_not_expected(kind: str, disposition: str) -> None:
    found = in_week_12(waiting(events=(event(kind, 20),))).status
    assert (found.status, found.disposition, found.on) == ("not_expected", disposition, day(20))


def test_without_an_anchor_death_is_said_before_withdrawal() -> None:
    both = waiting(events=(event("off_study", 10), event("withdrawal_pro", 20), event("death", 30)))
    assert in_week_12(both).status.disposition == "death"


def test_without_an_anchor_an_exempt_person_is_exempt_since_its_first_day() -> None:
    found = in_week_12(waiting(exemptions=(exempt(),), events=(event("death", 20),))).status
    assert (found.status, found.on) == ("exempt", day(-14))


def test_without_an_anchor_an_exemption_that_has_ended_is_over() -> None:
    assert in_week_12(waiting(exemptions=(exempt(end=60),))).status.status == "upcoming"


def test_a_timepoint_that_came_too_late_for_somebody_was_never_asked_of_her() -> None:
    second = replace(STUDY, version="2", timepoints=(*STUDY.timepoints[:2], *STUDY.timepoints[3:]))
    history = (StudyVersion(second), StudyVersion(replace(STUDY, version="3"), day(90), at(90)))
    found = assess_all(history, [person()], at(130), STUDY.rules)
    row = next(
        row
        for row in rows(STUDY, found, at(130), STUDY.rules)
        if (row.timepoint, row.questionnaire) == ("W12", STRAIN)
    )
    assert row.status.detail == "not_expected:protocol"
    assert row.status.on == person().enrolled


def test_the_rows_name_arm_site_and_participant() -> None:
    row = in_week_12(person("P-7", site="S9"))
    assert (row.arm, row.site, row.participant) == ("stop", "S9", "P-7")


def test_the_pro_population_is_fixed_on_the_enrolment_day() -> None:
    assert in_week_12(person()).in_pro_population
    assert not in_week_12(person(exemptions=(exempt(end=60),))).in_pro_population
    later = person(exemptions=(exempt(start=10, recorded=10, approved=10),))
    assert in_week_12(later).in_pro_population
    refused = person(exemptions=(replace(exempt(), needs_approval=True),))
    assert in_week_12(refused).in_pro_population


def test_rows_follow_the_order_of_the_study_file() -> None:
    progressed = person("P-2", arm="continue", events=(event("progression", 200),))
    found = counted(person("P-1"), progressed, number=300)
    keys = [(row.timepoint, row.arm) for row in found if row.questionnaire == STRAIN]
    order = list(dict.fromkeys(keys))
    assert order[:4] == [("BL", "continue"), ("BL", "stop"), ("W12", "continue"), ("W12", "stop")]
    assert order[-1] == ("PROG", "continue")
    asked = [
        row.questionnaire for row in found if (row.timepoint, row.participant) == ("BL", "P-1")
    ]
    assert asked == list(STUDY.questionnaires())


def test_event_forms_have_rows_only_for_those_who_had_the_event() -> None:
    progressed = person("P-2", events=(event("progression", 125),))
    found = [
        row for row in counted(person("P-1"), progressed, number=130) if row.timepoint == "PROG"
    ]
    assert {row.participant for row in found} == {"P-2"}


def test_nobody_is_counted_before_she_was_enrolled_and_entered() -> None:
    early = person("P-1", enrolled=day(140))
    entered_late = person("P-2", enrolled_at=at(140))
    assert counted(early, entered_late, number=130) == []
    assert {row.participant for row in counted(early, entered_late, number=141)} == {"P-1", "P-2"}


def test_enrolment_counts_by_the_participants_own_calendar() -> None:
    # At 02:00 UTC it is still the evening before in New York.
    assert not person(enrolled=CESSATION).is_enrolled_at(at(0, hour=2))
    assert person(enrolled=CESSATION).is_enrolled_at(at(0, hour=6))


def test_the_study_version_of_a_report_is_the_last_one_published_by_then() -> None:
    second = StudyVersion(replace(STUDY, version="2"), day(200), at(100))
    assert version_at((FIRST, second), at(99)).version == "1"
    assert version_at((FIRST, second), at(100)).version == "2"


def test_a_version_published_after_everything_is_still_the_first_one() -> None:
    only = StudyVersion(STUDY, published_at=at(500))
    assert version_at((only,), at(0)) is STUDY


def test_the_statuses_of_an_assessment_match_its_forms() -> None:
    assert status(person(responses=(answers(80),)), 130).disposition == "in_window"
    assert status(person(responses=(answers(80),)), 130, "W24").status == "upcoming"
