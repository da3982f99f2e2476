"""Amendments: planned before they are applied, and never reaching back."""

import json
from dataclasses import replace

from sayso.domain.amendment import Change, plan_amendment, summarise
from sayso.domain.completion import tally
from sayso.domain.evaluation import assess_all, rows, version_at
from sayso.domain.participation import Facts
from sayso.domain.retention import clinic_kinds, retention
from sayso.domain.schedule import Move, Plan, wanted_under
from sayso.domain.study import Slot, Study, StudyVersion, Timepoint
from sayso.formats import evaluation_json
from support.people import answers, at, day, event, exempt, person, stop_study

FIRST = StudyVersion(stop_study())


def wider(study: Study, timepoint: str, half_width: int) -> Study:
    """The next version, in which one window is wider."""
    changed = [
        replace(t, opens=t.target - half_width, closes=t.target + half_width)
        if t.id == timepoint
        else t
        for t in study.timepoints
    ]
    return replace(study, version="2", timepoints=tuple(changed))


def amended(study: Study, published: int, effective: int) -> StudyVersion:
    return StudyVersion(study, day(effective), at(published))


def window(facts: Facts, timepoint: str, number: int, *history: StudyVersion) -> tuple[int, int]:
    forms = wanted_under(history, facts, at(number))
    form = next(form for form in forms if form.timepoint == timepoint)
    return (form.opens - day(0)).days, (form.closes - day(0)).days


def test_windows_that_open_after_the_effective_date_take_the_new_rule() -> None:
    second = amended(wider(FIRST.study, "W24", 21), published=100, effective=120)
    assert window(person(), "W24", 110, FIRST, second) == (147, 189)


def test_windows_that_had_opened_keep_the_old_rule() -> None:
    second = amended(wider(FIRST.study, "W24", 21), published=160, effective=160)
    assert window(person(), "W24", 170, FIRST, second) == (154, 182)


def test_a_window_that_the_new_rule_would_have_opened_already_keeps_the_old_rule() -> None:
    second = amended(wider(FIRST.study, "W24", 21), published=150, effective=150)
    assert window(person(), "W24", 151, FIRST, second) == (154, 182)


def test_before_it_was_published_the_amendment_is_not_known() -> None:
    second = amended(wider(FIRST.study, "W24", 21), published=100, effective=120)
    assert window(person(), "W24", 99, FIRST, second) == (154, 182)
    assert version_at((FIRST, second), at(99)).version == "1"
    assert version_at((FIRST, second), at(100)).version == "2"


def test_an_amendment_dated_back_does_not_reach_windows_that_opened_before_it_came() -> None:
    second = amended(wider(FIRST.study, "W12", 21), published=80, effective=0)
    assert window(person(), "W12", 90, FIRST, second) == (70, 98)


def report(history: tuple[StudyVersion, ...], people: list[Facts], number: int) -> str:
    """The whole report as of a day, as it is printed."""
    now = at(number)
    study = version_at(history, now)
    found = assess_all(history, people, now, study.rules)
    kept = retention(((e.facts, e.visits) for e in found), now, study.rules, clinic_kinds(study))
    rates = tally(rows(study, found, now, study.rules), by_site=True)
    return json.dumps(
        evaluation_json.evaluation(study, "", now, study.rules.alive_rule, found, rates, kept)
    )


def crowd() -> list[Facts]:
    return [
        person("P-1", responses=(answers(80),)),
        person("P-2", site="S2", events=(event("progression", 79),)),
        person("P-3", site="S2", exemptions=(exempt(),)),
        person("P-4", events=(event("death", 120),)),
    ]


def test_a_report_for_a_date_before_the_amendment_is_the_same_byte_for_byte() -> None:
    second = amended(wider(FIRST.study, "W24", 21), published=130, effective=140)
    for number in (50, 100, 129):
        assert report((FIRST, second), crowd(), number) == report((FIRST,), crowd(), number)
    assert report((FIRST, second), crowd(), 131) != report((FIRST,), crowd(), 131)


def test_the_plan_counts_what_moves_and_touches_nothing_answered() -> None:
    second = amended(wider(FIRST.study, "W24", 21), published=100, effective=120)
    plan = plan_amendment((FIRST,), second, crowd(), at(100))
    assert (plan.adds, plan.moves, plan.closes, plan.touches_answered) == (0, 16, 0, 0)
    assert plan.by_timepoint == {"W24": {"moves": 16}}
    assert plan.participants == 4
    assert plan.sentence.startswith("adds 0 forms, moves 16 future forms, closes 0 forms")


def test_the_plan_counts_what_is_added_and_what_is_closed() -> None:
    study = FIRST.study
    week_30 = Timepoint("W30", "Week 30", ("stop",), 203, 210, 217, ("core",))
    kept = tuple(t for t in study.timepoints if t.id not in {"W12", "W24"})
    changed = replace(study, version="2", timepoints=(*kept, week_30))
    plan = plan_amendment((FIRST,), amended(changed, 100, 100), crowd(), at(100))
    assert plan.by_timepoint == {"W24": {"closes": 16}, "W30": {"adds": 16}}
    assert plan.closes_open == 0


def test_the_plan_counts_new_questionnaire_versions_apart() -> None:
    study = FIRST.study
    (core, decision) = study.packs
    slots = (Slot(core.slots[0].asks, core.slots[0].questionnaire, "2.0.0"), *core.slots[1:])
    changed = replace(study, version="2", packs=(replace(core, slots=slots), decision))
    plan = plan_amendment((FIRST,), amended(changed, 100, 200), [person()], at(100))
    assert (plan.moves, plan.renews) == (0, 6)


def test_an_answered_form_is_not_touched_even_when_the_amendment_drops_it() -> None:
    study = FIRST.study
    early = person(responses=(answers(80, timepoint="W24", authored_at=at(80)),))
    changed = replace(
        study, version="2", timepoints=tuple(t for t in study.timepoints if t.id != "W24")
    )
    plan = plan_amendment((FIRST,), amended(changed, 100, 100), [early], at(100))
    assert plan.closes == 0
    assert plan.touches_answered == 0


def test_those_past_an_added_timepoint_stand_in_its_row_as_not_expected() -> None:
    study = FIRST.study
    week_6 = Timepoint("W06", "Week 6", ("stop",), 43, 45, 50, ("core",))
    second = amended(replace(study, version="2", timepoints=(*study.timepoints, week_6)), 60, 60)
    newcomer = person(
        "P-9", enrolled=day(60), anchors=(replace(person().anchors[0], date=day(61)),)
    )
    history = (FIRST, second)
    found = assess_all(history, [person(), newcomer], at(120), second.study.rules)
    row = next(
        rates
        for rates in tally(rows(second.study, found, at(120), second.study.rules))
        if rates.timepoint == "W06"
    )
    assert (row.enrolled, row.expected, row.not_expected) == (2, 1, 1)
    assert row.balanced


def test_plans_of_several_participants_add_up() -> None:
    forms = [f for f in wanted_under((FIRST,), person()) if f.timepoint == "W12"]
    one, two = forms[0], forms[1]
    closing = Plan(cancel=(one, two))
    answered = frozenset({one.key, two.key})
    changes = [
        Change(closing, answered, "P-2", "S1", 5),
        Change(closing, frozenset(), "P-1", "S2", 2),
        Change(Plan(), frozenset(), "P-3", "S1", 4),
    ]
    plan = summarise(changes, at(80))
    assert (plan.closes, plan.closes_open, plan.touches_answered, plan.participants) == (4, 4, 2, 2)
    concerned = [(one.code, one.site, one.counts, one.kept) for one in plan.by_participant]
    assert concerned == [("P-1", "S2", {"closes": 2}, 0), ("P-2", "S1", {"closes": 2}, 3)]


def test_a_window_is_open_from_its_first_instant_until_its_last_is_over() -> None:
    form = next(f for f in wanted_under((FIRST,), person()) if f.timepoint == "W12")
    closing = [Change(Plan(cancel=(form,)), frozenset(), "P-1", "S1", 1)]
    assert summarise(closing, form.opens_at).closes_open == 1
    assert summarise(closing, form.closes_at).closes_open == 0


def test_the_counts_stand_in_order_of_timepoint() -> None:
    forms = wanted_under((FIRST,), person())
    week_24 = next(f for f in forms if f.timepoint == "W24")
    plan = Plan(add=(week_24,), cancel=(forms[0],))
    found = summarise([Change(plan, frozenset(), "P-1", "S1", 1)], at(80)).by_timepoint
    assert list(found.items()) == [("BL", {"closes": 1}), ("W24", {"adds": 1})]


def test_what_stays_as_it_is_is_neither_moved_nor_closed_nor_renewed() -> None:
    one, two, three, *_rest = (
        form for form in wanted_under((FIRST,), person()) if form.timepoint == "W24"
    )
    plan = Plan(
        move=(Move(one, replace(one, closes=day(190))),),
        cancel=(two,),
        retag=(Move(three, replace(three, version="2.0.0")),),
    )
    found = summarise([Change(plan, frozenset(), "P-1", "S1", 10)], at(80))
    (counted,) = found.by_participant
    assert (counted.counts, counted.kept) == ({"moves": 1, "closes": 1, "renews": 1}, 7)
    # Within a timepoint the counts stand in the order of their names.
    assert list(found.by_timepoint["W24"]) == ["closes", "moves", "renews"]
