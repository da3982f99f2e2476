"""The visits on the calendar: those at timepoints, and those that repeat from the last one."""

from dataclasses import replace
from datetime import timedelta

from sayso.domain.participation import Facts, VisitFact
from sayso.domain.study import Study, VisitSeries
from sayso.domain.visits import PlannedVisit, planned_visits
from support.people import ENROLLED, day, person, stop_study

SCAN = VisitSeries("SCAN", "Scan", "imaging", ("stop",), 80, 90, 100, 270)


def study(*series: VisitSeries) -> Study:
    """The study that ships, with these repeated visits in the place of its own."""
    return replace(stop_study(), visit_series=series)


def scans(facts: Facts, *series: VisitSeries) -> list[tuple[str, int, int, int]]:
    """The repeated visits: name and days since cessation at which they open, are due and close."""
    return [
        (
            visit.timepoint,
            (visit.opens - day(0)).days,
            (visit.target - day(0)).days,
            (visit.closes - day(0)).days,
        )
        for visit in planned_visits(study(*series), facts)
        if visit.kind == "imaging"
    ]


def seen_on(*days: int, kind: str = "imaging") -> Facts:
    """A participant who was scanned on these days."""
    return person(visits=tuple(VisitFact(None, day(number), kind) for number in days))


def test_the_plan_alone_repeats_every_ninety_days_until_the_end() -> None:
    assert scans(person(), SCAN) == [
        ("SCAN.1", 80, 90, 100),
        ("SCAN.2", 170, 180, 190),
        ("SCAN.3", 260, 270, 280),
    ]


def test_a_series_whose_next_target_lies_beyond_the_end_stops() -> None:
    assert [name for name, *_days in scans(person(), replace(SCAN, until=269))] == [
        "SCAN.1",
        "SCAN.2",
    ]


def test_each_repeat_counts_from_the_last_one_that_took_place() -> None:
    assert scans(seen_on(100, 180), SCAN) == [
        ("SCAN.1", 80, 90, 100),
        ("SCAN.2", 180, 190, 200),
        ("SCAN.3", 260, 270, 280),
    ]


def test_the_order_of_entry_of_what_took_place_does_not_matter() -> None:
    assert scans(seen_on(180, 100), SCAN) == scans(seen_on(100, 180), SCAN)


def test_a_second_entry_of_the_same_day_moves_nothing() -> None:
    assert scans(seen_on(100, 100), SCAN) == scans(seen_on(100), SCAN)


def test_what_took_place_before_the_start_is_no_repeat() -> None:
    assert scans(seen_on(-30, 0), SCAN) == scans(person(), SCAN)


def test_a_visit_of_another_kind_moves_nothing() -> None:
    assert scans(seen_on(100, kind="clinic"), SCAN) == scans(person(), SCAN)


def test_a_repeated_visit_says_what_it_is_and_which() -> None:
    found = {visit.timepoint: visit for visit in planned_visits(study(SCAN), person())}
    assert found["SCAN.2"] == PlannedVisit(
        "SCAN.2", "Scan 2", "imaging", day(170), day(180), day(190)
    )


def test_a_series_of_another_arm_is_not_hers() -> None:
    assert scans(person(), replace(SCAN, arms=("continue",))) == []


def test_one_series_that_is_not_hers_does_not_end_the_others() -> None:
    other = replace(SCAN, id="ECHO", arms=("continue",))
    assert [name for name, *_days in scans(person(), other, SCAN)] == ["SCAN.1", "SCAN.2", "SCAN.3"]


def test_without_the_anchor_of_the_arm_nothing_repeats() -> None:
    facts = person(anchors=())
    assert scans(facts, SCAN) == []


def test_a_visit_whose_anchor_is_not_set_is_not_on_the_calendar_yet() -> None:
    facts = person(anchors=())
    assert {visit.timepoint for visit in planned_visits(study(), facts)} <= {"BL"}


def test_a_timepoint_without_a_visit_or_of_another_arm_is_not_on_the_calendar() -> None:
    plain = stop_study()
    without = replace(plain.timepoints[0], id="LETTER", visit=None)
    theirs = replace(plain.timepoints[0], id="THEIRS", arms=("continue",), visit="clinic")
    found = planned_visits(
        replace(plain, timepoints=(without, theirs, *plain.timepoints), visit_series=()), person()
    )
    assert not {"LETTER", "THEIRS"} & {visit.timepoint for visit in found}
    assert {visit.timepoint for visit in found} == {
        timepoint.id
        for timepoint in plain.timepoints
        if timepoint.visit and "stop" in timepoint.arms
    }


def test_visits_stand_in_the_order_of_their_targets_and_then_of_their_names() -> None:
    facts = person()
    found = planned_visits(study(SCAN, replace(SCAN, id="ECHO")), facts)
    keys = [(visit.target, visit.timepoint) for visit in found]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))


def test_an_anchor_in_another_arm_counts_from_enrolment() -> None:
    facts = person(arm="continue", anchors=())
    found = planned_visits(study(replace(SCAN, arms=("continue",))), facts)
    assert next(visit.target for visit in found if visit.timepoint == "SCAN.1") == (
        ENROLLED + timedelta(days=90)
    )
