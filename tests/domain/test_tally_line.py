"""A line of the tally: fixed columns, and the instants between which it stays true."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from sayso.domain.completion import Mark
from sayso.domain.digits import FIRST, digits, span_key
from sayso.domain.evaluation import Assessment
from sayso.domain.participation import (
    FOREVER,
    ArmChange,
    ContactFact,
    Facts,
    VisitFact,
    ZoneMove,
)
from sayso.domain.study import ALIVE_RULES
from sayso.domain.tally_line import MARKS, PERSON, Head, Layout, Line, Person, moments_of, write
from sayso.domain.walltime import end_of_day, start_of_day
from sayso.domain.yields import Nudge
from support.people import (
    ENROLLED,
    NEW_YORK,
    STRAIN,
    answers,
    at,
    day,
    event,
    exempt,
    person,
    reason,
    seen,
    stop_study,
)

PLAN = tuple(step.id for step in stop_study().reminder_policy.steps)


def line_of(
    facts: Facts,
    number: int,
    moments: Iterable[datetime] = (),
    nudges: tuple[Nudge, ...] = (),
    escalations: tuple[Nudge, ...] = (),
) -> Line:
    """The line of a participant as of a day."""
    study, found = stop_study(), seen(facts, number)
    someone = Person(found.facts, found.forms, found.statuses, nudges, escalations)
    return write(study, someone, at(number), study.rules, moments)


def column_of(line: Line, timepoint: str, questionnaire: str = STRAIN) -> int:
    """Where in the line a form stands."""
    names = [(place, name) for place, name, _planned in line.layout.forms]
    return names.index((timepoint, questionnaire))


def mark(line: Line, timepoint: str, alive_rule: str = "window_close") -> Mark:
    """What the line says of a form."""
    layout, rule = line.layout, ALIVE_RULES.index(alive_rule)
    start = layout.marks_at + rule * len(layout.forms) + column_of(line, timepoint)
    return layout.marks[ord(line.text[start]) - FIRST]


def span(line: Line, timepoint: str) -> str:
    """The four characters of the time from offer to answer."""
    start = 4 * column_of(line, timepoint)
    return line.text[start : start + 4]


def items(line: Line, timepoint: str) -> str:
    """The six characters of the items answered, applicable and declined."""
    start = line.layout.items_at + 6 * column_of(line, timepoint)
    return line.text[start : start + 6]


def said(line: Line, name: str) -> int:
    """One of the numbers about the person."""
    start = line.layout.person_at + 4 * line.layout.people.index(name)
    (value,) = (n for n in range(200) if digits(n, 4) == line.text[start : start + 4])
    return value


LAYOUT = Layout((("W12", STRAIN, True), ("PROG", STRAIN, False)), ("open", "day-3"))


def test_the_parts_of_a_line_follow_each_other() -> None:
    # Two spans of 4, then 9 + 2 x 2 numbers of 4, then two marks under each of three rules, then
    # twice 6 for items and 3 for the month of each of two timepoints, which come to 84.
    assert LAYOUT.person_at == 8
    assert LAYOUT.marks_at == 8 + 4 * 13
    assert LAYOUT.items_at == 60 + 3 * 2
    assert LAYOUT.months_at == {"W12": 78, "PROG": 81}
    assert LAYOUT.length == 84


@pytest.mark.parametrize("forms", range(8))
def test_a_line_is_as_long_as_its_parts_and_a_multiple_of_four(forms: int) -> None:
    layout = Layout(tuple((f"W{n}", STRAIN, True) for n in range(forms)), ())
    parts = layout.items_at + 6 * forms + 3 * forms
    assert layout.length % 4 == 0
    assert parts <= layout.length < parts + 4


def test_the_numbers_about_a_person_are_named_in_order() -> None:
    assert LAYOUT.people == (*PERSON, "open n", "open of", "day-3 n", "day-3 of")


def test_a_layout_is_read_back_from_its_text() -> None:
    more = replace(LAYOUT, others=(Mark("late", "carrier_pigeon", False),))
    assert Layout.read(more.text) == more
    assert Layout.read(more.text).marks[-1] == Mark("late", "carrier_pigeon", False)
    assert Layout.read(LAYOUT.text) == LAYOUT
    assert LAYOUT.marks == MARKS
    assert " " not in LAYOUT.text


def test_a_head_is_read_back_from_its_text() -> None:
    head = Head(True, "not_expected:protocol", ("W12",))
    assert Head.read(head.text) == head
    assert head.detail_at("W12") == "upcoming"
    assert head.detail_at("W24") == "not_expected:protocol"
    assert " " not in head.text


def test_every_mark_has_a_printable_character_of_its_own() -> None:
    assert len(set(MARKS)) == len(MARKS)
    assert FIRST + len(MARKS) < 127


def test_the_known_marks_tell_scorable_from_not_and_coded_from_not() -> None:
    assert Mark("missing") in MARKS
    assert Mark("missing", "too_ill") in MARKS
    assert Mark("in_window", "own_device") in MARKS
    assert Mark("in_window", "own_device", scorable=False) in MARKS
    assert Mark("missing", "too_ill", scorable=False) not in MARKS


def test_a_line_has_the_length_of_its_layout() -> None:
    line = line_of(person(responses=(answers(80),)), 130)
    assert len(line.text) == line.layout.length
    assert line.text.isascii()


def test_the_forms_stand_in_the_order_of_the_schedule_and_events_at_the_end() -> None:
    line = line_of(person(events=(event("progression", 200),)), 230)
    places = [place for place, _name, _planned in line.layout.forms]
    scheduled = [timepoint.id for timepoint in stop_study().timepoints]
    order = [scheduled.index(place) if place in scheduled else len(scheduled) for place in places]
    assert order == sorted(order)
    planned = {place: planned for place, _name, planned in line.layout.forms}
    assert planned["W12"] is True
    assert planned["PROG"] is False


def test_the_same_story_in_another_order_of_forms_gives_the_same_line() -> None:
    study, found = stop_study(), seen(person(responses=(answers(80),)), 130)
    turned = Person(found.facts, found.forms[::-1], found.statuses[::-1])
    assert (
        write(study, turned, at(130), study.rules, ()).text
        == line_of(person(responses=(answers(80),)), 130).text
    )


@pytest.mark.parametrize("number", [0, 60, 130, 400])
def test_visits_that_are_known_already_give_the_same_line(number: int) -> None:
    study, facts = stop_study(), person(responses=(answers(80),))
    found, plain = seen(facts, number), line_of(facts, number)
    known = Person(found.facts, found.forms, found.statuses, visits=found.visits)

    assert known.planned(study) is known.visits
    assert write(study, known, at(number), study.rules, ()).text == plain.text
    assert tuple(replace(known, visits=None).planned(study)) == found.visits
    none = write(study, replace(known, visits=()), at(400), study.rules, ())
    assert number < 400 or none.text != plain.text, "visits that are given are those that count"


def test_each_form_has_the_mark_of_its_status() -> None:
    facts = person(
        responses=(answers(80, mode="interview"),), missing_reasons=(reason("too_ill", "W24"),)
    )
    line = line_of(facts, 200)
    assert mark(line, "W12") == Mark("in_window", "interview")
    assert mark(line, "W24") == Mark("missing", "too_ill")
    assert mark(line, "BL") == Mark("missing")
    assert mark(line, "W48") == Mark("upcoming")


def test_a_death_is_judged_under_each_of_the_rules() -> None:
    line = line_of(person(events=(event("death", 80),)), 130)
    assert mark(line, "W12", "window_open") == Mark("missing")
    assert mark(line, "W12", "target") == Mark("not_expected:death")
    assert mark(line, "W12", "window_close") == Mark("not_expected:death")


def test_without_a_death_the_rules_agree() -> None:
    line = line_of(person(), 130)
    assert {mark(line, "W12", rule) for rule in ALIVE_RULES} == {Mark("missing")}


def test_a_mark_that_nobody_foresaw_is_named_in_the_layout() -> None:
    line = line_of(person(responses=(answers(80, mode="carrier_pigeon"),)), 130)
    assert line.layout.others == (Mark("in_window", "carrier_pigeon"),)
    assert mark(line, "W12") == Mark("in_window", "carrier_pigeon")


def test_the_span_runs_from_the_offer_to_the_answer() -> None:
    line = line_of(person(responses=(answers(80, offered_at=at(79)),)), 130)
    assert span(line, "W12") == span_key(1_440).to_bytes(4, "big").decode("ascii")


def test_without_an_offer_or_an_answer_there_is_no_span() -> None:
    line = line_of(person(responses=(answers(80),)), 130)
    assert span(line, "W12") == "!!!!"
    assert span(line, "W24") == "!!!!"


@pytest.mark.parametrize(
    ("counted", "numbers"),
    [
        ({}, (0, 0, 0)),
        ({"answered": 9, "applicable": 11, "declined": 2}, (9, 11, 2)),
        ({"answered": 9}, (9, 0, 0)),
        ({"answered": 0, "applicable": 5}, (0, 5, 0)),
        ({"answered": None, "applicable": 5, "declined": 3}, (0, 0, 3)),
    ],
)
def test_items_are_answered_applicable_and_declined(
    counted: dict[str, int | None], numbers: tuple[int, int, int]
) -> None:
    line = line_of(person(responses=(answers(80, **counted),)), 130)
    assert items(line, "W12") == "".join(digits(number, 2) for number in numbers)
    assert items(line, "W24") == digits(0, 6)


def test_the_line_counts_the_exempt_today() -> None:
    assert said(line_of(person(), 130), "exempt_n") == 0
    assert said(line_of(person(exemptions=(exempt(),)), 130), "exempt_n") == 1
    assert said(line_of(person(exemptions=(exempt(end=60),)), 130), "exempt_n") == 0


def test_the_line_counts_visits_kept_and_contacts_made() -> None:
    visit = VisitFact("W12", day(84), "clinic", at(84))
    facts = person(visits=(visit,), contacts=(ContactFact(day(129), at(129)),))
    line = line_of(facts, 130)
    assert said(line, "visits_other_n") == 1
    assert said(line, "visits_other_of") > 1
    assert (said(line, "visits_exempt_n"), said(line, "visits_exempt_of")) == (0, 0)
    assert (said(line, "contact_n"), said(line, "contact_of")) == (1, 1)


def test_visits_of_the_exempt_stand_apart() -> None:
    visit = VisitFact("W12", day(84), "clinic", at(84))
    line = line_of(person(visits=(visit,), exemptions=(exempt(),)), 130)
    assert said(line, "visits_exempt_n") == 1
    assert said(line, "visits_exempt_of") > 1
    assert (said(line, "visits_other_n"), said(line, "visits_other_of")) == (0, 0)


def test_the_line_counts_what_nudging_brought() -> None:
    nudges = (
        Nudge("P-001", "W12", PLAN[0], at(80, 10)),
        Nudge("P-001", "W24", PLAN[0], at(150)),
        Nudge("P-001", "W12", "retired-step", at(75)),
    )
    called = (Nudge("P-001", "W12", "call", at(79)), Nudge("P-001", "W24", "call", at(180)))
    line = line_of(person(responses=(answers(80),)), 200, nudges=nudges, escalations=called)
    assert (said(line, f"{PLAN[0]} n"), said(line, f"{PLAN[0]} of")) == (1, 2)
    assert (said(line, f"{PLAN[1]} n"), said(line, f"{PLAN[1]} of")) == (0, 0)
    assert (said(line, "retired-step n"), said(line, "retired-step of")) == (0, 1)
    assert (said(line, "backup_n"), said(line, "backup_of")) == (1, 2)
    assert line.layout.steps == (*PLAN, "retired-step")


def test_the_head_says_how_a_place_without_a_form_is_called() -> None:
    head = line_of(person(anchors=()), 10).head
    assert head.in_pro
    assert head.detail_at("W12") == "upcoming"
    assert head.absent == "not_expected:protocol"
    assert line_of(person(), 10).head.waiting == ()
    assert not line_of(person(exemptions=(exempt(),)), 10).head.in_pro
    assert line_of(person(exemptions=(exempt(),)), 10).head.absent == "exempt"


def test_a_line_holds_from_the_last_moment_to_the_next() -> None:
    moments = [at(9), at(10), at(10, 18), at(11)]
    line = line_of(person(), 10, moments)
    assert (line.true_from, line.true_until) == (at(10), at(10, 18))


def test_a_line_with_nothing_ahead_holds_for_ever_and_with_nothing_behind_from_now() -> None:
    assert line_of(person(), 10).true_until == FOREVER
    assert line_of(person(), 10).true_from == at(10)
    assert line_of(person(), 10, [at(11)]).true_from == at(10)


def moments(facts: Facts, number: int = 10) -> set[datetime]:
    """Every instant at which the line may change, of the plan as of a day."""
    found: Assessment = seen(facts, number)
    return set(moments_of(facts, found.forms, found.visits, stop_study().rules))


def test_a_line_may_change_when_a_window_opens_or_closes() -> None:
    found = seen(person(), 10)
    edges = {edge for form in found.forms for edge in (form.opens_at, form.closes_at)}
    assert edges
    assert edges <= moments(person())


def test_a_line_may_change_when_a_visit_is_over() -> None:
    found = seen(person(), 10)
    assert found.visits
    assert {end_of_day(visit.closes, NEW_YORK) for visit in found.visits} <= moments(person())


def test_a_line_may_change_when_a_contact_runs_out() -> None:
    visit, contact = VisitFact("W12", day(84)), ContactFact(day(20))
    span_of_days = timedelta(days=stop_study().rules.contact_every_days)
    found = moments(person(visits=(visit,), contacts=(contact,)))
    for met in (ENROLLED, day(84), day(20)):
        assert end_of_day(met + span_of_days, NEW_YORK) in found


def test_a_line_begins_on_the_day_of_enrolment() -> None:
    assert start_of_day(ENROLLED, NEW_YORK) in moments(person())


def test_a_line_may_change_when_an_exemption_begins_and_on_the_day_after_its_end() -> None:
    found = moments(person(exemptions=(exempt(30, 61),)))
    for number in (30, 62):
        assert start_of_day(day(number), NEW_YORK) in found
        assert datetime.combine(day(number), time(), UTC) in found
    assert datetime.combine(day(61), time(), UTC) not in found


def test_a_line_may_change_whenever_anything_was_entered_decided_or_voided() -> None:
    exemption = replace(exempt(30, 61, recorded=31, approved=32), ended_at=at(33, 3))
    response = answers(80, received=81, time_decided_at=at(82, 3))
    facts = person(
        enrolled_at=at(-13, 3),
        exemptions=(exemption,),
        responses=(response,),
        anchors=(replace(person().anchors[0], recorded_at=at(1, 3), voided_at=at(2, 3)),),
        events=(replace(event("lost", 40, 41), voided_at=at(42, 3)),),
        missing_reasons=(replace(reason("too_ill", recorded=110), voided_at=at(111, 3)),),
        visits=(VisitFact("W12", day(84), recorded_at=at(85, 3), voided_at=at(86, 3)),),
        contacts=(ContactFact(day(87), recorded_at=at(88, 3), voided_at=at(89, 3)),),
        zone_moves=(ZoneMove("UTC", NEW_YORK, at(90, 3), at(91, 3)),),
        arm_changes=(ArmChange("continue", "stop", at(92, 3), at(93, 3)),),
    )
    entered = {
        at(-13, 3), at(31), at(32), at(33, 3), at(81), at(82, 3), at(1, 3), at(2, 3), at(41),
        at(42, 3), at(110), at(111, 3), at(85, 3), at(86, 3), at(88, 3), at(89, 3), at(90, 3),
        at(91, 3), at(92, 3), at(93, 3),
    }  # fmt: skip
    assert entered <= moments(facts)
