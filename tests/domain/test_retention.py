"""Visits and contacts: exempt people are followed with the same rule as everybody else."""

import pytest

from sayso.domain.completion import Ratio
from sayso.domain.participation import ContactFact, Facts, VisitFact
from sayso.domain.retention import clinic_kinds, contact_currency, retention, visit_statuses
from sayso.domain.visits import PlannedVisit, planned_visits
from support.people import at, day, event, exempt, person, stop_study

STUDY = stop_study()
RULES = STUDY.rules


def visit(timepoint: str, number: int) -> VisitFact:
    return VisitFact(timepoint, day(number))


def planned(facts: Facts) -> tuple[Facts, tuple[PlannedVisit, ...]]:
    return facts, planned_visits(STUDY, facts)


def state(facts: Facts, number: int, timepoint: str = "W12") -> str:
    found = visit_statuses(facts, planned(facts)[1], at(number), RULES)
    return next(entry.status for entry in found if entry.visit.timepoint == timepoint)


def test_a_visit_goes_from_upcoming_through_due_to_missed() -> None:
    assert [state(person(), number) for number in (69, 70, 98, 99)] == [
        "upcoming",
        "due",
        "due",
        "missed",
    ]


def test_a_visit_that_took_place_is_done_whatever_came_later() -> None:
    someone = person(visits=(visit("W12", 84),), events=(event("death", 90),))
    assert state(someone, 130) == "done"


@pytest.mark.parametrize("kind", ["death", "withdrawal_study", "off_study"])
def test_no_visit_is_expected_of_those_who_are_gone(kind: str) -> None:
    assert state(person(events=(event(kind, 90),)), 130) == "not_expected"


@pytest.mark.parametrize("kind", ["withdrawal_pro", "withdrawal_contact", "lost", "progression"])
def test_visits_go_on_for_everybody_else(kind: str) -> None:
    assert state(person(events=(event(kind, 50),)), 130) == "missed"


def test_retention_stands_apart_for_exempt_and_not_exempt() -> None:
    people = [
        planned(person("P-1", visits=(visit("W12", 84),))),
        planned(person("P-2", exemptions=(exempt(),), visits=(visit("BL", -2), visit("W05", 35)))),
    ]
    kept = retention(people, at(130), RULES, clinic_kinds(STUDY))
    assert kept.not_exempt == Ratio(1, 3)
    assert kept.exempt == Ratio(2, 3)


def test_a_visit_counts_for_the_group_she_was_in_on_its_target_date() -> None:
    someone = person(exemptions=(exempt(end=60),), visits=(visit("W05", 35), visit("W12", 84)))
    kept = retention([planned(someone)], at(130), RULES, clinic_kinds(STUDY))
    assert (kept.exempt, kept.not_exempt) == (Ratio(1, 2), Ratio(1, 1))


def test_windows_still_open_do_not_count_yet() -> None:
    kept = retention([planned(person())], at(98), RULES, clinic_kinds(STUDY))
    assert kept.not_exempt == Ratio(0, 2)


def test_imaging_and_yearly_contacts_are_followed_apart() -> None:
    assert clinic_kinds(STUDY) == {"clinic"}
    images = retention([planned(person())], at(200), RULES, frozenset({"imaging"}))
    assert images.not_exempt == Ratio(0, 1)


def test_contact_is_current_when_somebody_was_seen_or_spoken_to_within_the_plan() -> None:
    seen = person("P-1", visits=(visit("W12", 84),))
    spoken = person("P-2", contacts=(ContactFact(day(60)),))
    forgotten = person("P-3")
    dead = person("P-4", events=(event("death", 90),))
    left_alone = person("P-5", events=(event("withdrawal_contact", 90),))
    people = [seen, spoken, forgotten, dead, left_alone]
    assert contact_currency(people, at(130), RULES) == Ratio(2, 3)


def test_somebody_just_enrolled_is_current() -> None:
    assert contact_currency([person()], at(0), RULES) == Ratio(1, 1)
    assert contact_currency([], at(0), RULES) == Ratio(0, 0)


@pytest.mark.parametrize("kind", ["death", "withdrawal_study", "withdrawal_contact", "off_study"])
def test_nobody_is_owed_a_contact_who_died_or_left(kind: str) -> None:
    assert contact_currency([person(events=(event(kind, 90),))], at(130), RULES) == Ratio(0, 0)


def test_the_plan_for_contacts_includes_its_last_day() -> None:
    spoken = person(contacts=(ContactFact(day(60)),))
    assert contact_currency([spoken], at(60 + 98), RULES) == Ratio(1, 1)
    assert contact_currency([spoken], at(60 + 99), RULES) == Ratio(0, 1)
