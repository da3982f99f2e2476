"""When facts change: what moves, what stays, and what a report made before keeps saying."""

from dataclasses import replace

from sayso.domain.participation import AnchorDate, Event, Facts, ZoneMove
from sayso.domain.schedule import (
    Move,
    Plan,
    WantedForm,
    answered_keys,
    applied,
    reconcile,
    wanted_forms,
    wanted_under,
)
from sayso.domain.study import StudyVersion
from sayso.domain.walltime import start_of_day
from support.people import NEW_YORK, STRAIN, answers, at, day, event, person, stop_study

STUDY = stop_study()
NOBODY: frozenset[tuple[str, str]] = frozenset()


def corrected(original: int, correction: int, recorded: int) -> tuple[AnchorDate, ...]:
    """A cessation date that was corrected: the first entry is voided by the second."""
    return (
        AnchorDate("cessation", day(original), at(original), voided_at=at(recorded)),
        AnchorDate("cessation", day(correction), at(recorded)),
    )


def as_of(facts: Facts, number: int, timepoint: str) -> WantedForm:
    """The first form of a timepoint as the schedule stood on a day."""
    forms = wanted_under((StudyVersion(STUDY),), facts, at(number))
    return next(form for form in forms if form.timepoint == timepoint)


def test_what_is_wanted_already_needs_no_change() -> None:
    forms = wanted_forms(STUDY, person())
    assert not reconcile(forms, forms, NOBODY, at(80))


def test_everything_is_added_for_a_new_participant() -> None:
    forms = wanted_forms(STUDY, person())
    assert reconcile((), forms, NOBODY, at(0)).add == forms


def test_an_unopened_form_moves_and_an_opened_one_keeps_its_dates() -> None:
    before = wanted_forms(STUDY, person())
    after = wanted_forms(STUDY, person(anchors=(AnchorDate("cessation", day(3)),)))
    plan = reconcile(before, after, NOBODY, at(75))
    moved = {change.old.timepoint for change in plan.move}
    assert "W12" not in moved
    assert {"W24", "W36", "W144"} <= moved
    assert not plan.add
    assert not plan.cancel


def test_an_answered_form_never_moves_even_before_its_window() -> None:
    before = wanted_forms(STUDY, person())
    after = wanted_forms(STUDY, person(anchors=(AnchorDate("cessation", day(3)),)))
    plan = reconcile(before, after, frozenset({("W24", STRAIN)}), at(0))
    moved = {change.old.key for change in plan.move}
    assert ("W24", STRAIN) not in moved
    assert ("W24", "demo-anxiety") in moved


def test_carrying_out_a_plan_leaves_nothing_to_do() -> None:
    before = wanted_forms(STUDY, person())
    after = wanted_forms(STUDY, person(events=(event("progression", 125),)))
    done = applied(before, reconcile(before, after, NOBODY, at(126)))
    assert not reconcile(done.values(), after, NOBODY, at(126))
    assert set(done) == {form.key for form in after}


def test_an_event_that_was_voided_takes_its_unanswered_form_with_it() -> None:
    told = wanted_forms(STUDY, person(events=(event("progression", 125),)))
    plain = wanted_forms(STUDY, person())
    cancelled = reconcile(told, plain, NOBODY, at(130)).cancel
    assert {form.timepoint for form in cancelled} == {"PROG"}
    kept = reconcile(told, plain, frozenset({("PROG", STRAIN)}), at(130)).cancel
    assert ("PROG", STRAIN) not in {form.key for form in kept}


def test_a_timepoint_that_is_dropped_goes_unless_its_window_has_opened() -> None:
    forms = wanted_forms(STUDY, person())
    without = [form for form in forms if form.timepoint not in {"W12", "W24"}]
    plan = reconcile(forms, without, NOBODY, at(75))
    assert {form.timepoint for form in plan.cancel} == {"W24"}


def test_a_tag_is_added_to_an_opened_form_without_moving_it() -> None:
    before = wanted_forms(STUDY, person())
    after = wanted_forms(STUDY, person(events=(event("progression", 79),)))
    plan = reconcile(before, after, frozenset({("W12", STRAIN)}), at(80))
    assert not plan.move
    assert {change.new.tags for change in plan.retag} == {("W12", "PROG")}
    assert len(plan.retag) == 4


def test_answers_to_any_tag_of_a_form_are_answers_to_the_form() -> None:
    forms = wanted_forms(STUDY, person(events=(event("progression", 79),)))
    told = person(responses=(answers(80, timepoint="PROG", questionnaire=STRAIN),))
    assert answered_keys(forms, told) == {("W12", STRAIN)}


def test_moving_west_lengthens_an_open_window_and_moving_east_never_shortens_it() -> None:
    here = wanted_forms(STUDY, person())
    week_12 = next(form for form in here if form.timepoint == "W12")
    west = reconcile(here, wanted_forms(STUDY, person(zone="America/Los_Angeles")), NOBODY, at(80))
    longer = next(change.new for change in west.move if change.new.timepoint == "W12")
    assert (longer.closes_at - week_12.closes_at).total_seconds() == 3 * 3600
    assert longer.opens_at == week_12.opens_at
    east = reconcile(here, wanted_forms(STUDY, person(zone="Europe/Dublin")), NOBODY, at(80))
    assert "W12" not in {change.new.timepoint for change in east.move}
    assert "W24" in {change.new.timepoint for change in east.move}


def test_a_closed_window_is_not_opened_again_by_moving_west() -> None:
    here = wanted_forms(STUDY, person())
    plan = reconcile(here, wanted_forms(STUDY, person(zone="Pacific/Honolulu")), NOBODY, at(100))
    assert "W12" not in {change.new.timepoint for change in plan.move}


def test_replayed_from_facts_a_corrected_anchor_leaves_opened_forms_alone() -> None:
    facts = person(anchors=corrected(0, 3, recorded=75))
    assert as_of(facts, 74, "W24").target == day(168)
    assert as_of(facts, 76, "W12").target == day(84)
    assert as_of(facts, 76, "W24").target == day(171)


def test_replayed_from_facts_an_answered_form_keeps_the_dates_it_was_answered_under() -> None:
    facts = person(anchors=corrected(0, 3, recorded=110), responses=(answers(80),))
    assert as_of(facts, 200, "W12").target == day(84)


def test_replayed_from_facts_a_move_of_zone_keeps_what_had_opened() -> None:
    facts = person(
        zone="America/Los_Angeles",
        zone_moves=(ZoneMove("America/New_York", "America/Los_Angeles", at(80)),),
    )
    here = next(f for f in wanted_forms(STUDY, person()) if f.timepoint == "W12")
    assert as_of(facts, 79, "W12") == here
    assert as_of(facts, 81, "W12").opens_at == here.opens_at
    assert (as_of(facts, 81, "W12").closes_at - here.closes_at).total_seconds() == 3 * 3600
    assert as_of(facts, 81, "BL").closes_at.hour == 5


def test_replayed_from_facts_a_voided_event_keeps_the_form_that_was_answered() -> None:
    progression = Event("progression", day(125), at(125), voided_at=at(140))
    told = answers(130, timepoint="PROG", questionnaire=STRAIN)
    facts = person(events=(progression,), responses=(told,))
    before = wanted_under((StudyVersion(STUDY),), facts, at(139))
    after = wanted_under((StudyVersion(STUDY),), facts, at(141))
    assert next(f.questionnaire for f in before if f.timepoint == "PROG") == STRAIN
    assert [f.questionnaire for f in after if f.timepoint == "PROG"] == [STRAIN]


def test_replaying_gives_what_reconciling_at_each_change_gives() -> None:
    facts = person(
        anchors=corrected(0, 3, recorded=75),
        events=(event("progression", 79, 90), event("restart_after_progression", 200)),
        responses=(answers(80),),
    )
    state: dict[tuple[str, str], WantedForm] = {}
    for number in (0, 75, 80, 90, 200):
        known = facts.known_at(at(number))
        wanted = wanted_forms(STUDY, replace(known, zone_moves=()))
        plan = reconcile(state.values(), wanted, answered_keys(state.values(), known), at(number))
        state = applied(state.values(), plan)
    replayed = wanted_under((StudyVersion(STUDY),), facts, at(200))
    assert {form.key: form for form in replayed} == state


def test_a_plan_is_empty_only_when_nothing_of_any_kind_changes() -> None:
    form = wanted_forms(STUDY, person())[0]
    move = Move(form, form)
    assert not Plan()
    assert Plan(add=(form,))
    assert Plan(move=(move,))
    assert Plan(cancel=(form,))
    assert Plan(retag=(move,))


def test_a_late_progression_keeps_the_midnights_of_the_zone_it_was_entered_in() -> None:
    """Two moves of the clock; the progression was entered between them, on its last open day."""
    facts = person(
        zone="Europe/Dublin",
        zone_moves=(
            ZoneMove("UTC", NEW_YORK, at(10)),
            ZoneMove(NEW_YORK, "Europe/Dublin", at(60)),
        ),
        events=(event("progression", 40, recorded=59),),
    )
    form = as_of(facts, 61, "PROG")

    assert form.opens_at == start_of_day(day(40), NEW_YORK)
    assert form.closes_at == start_of_day(day(69), NEW_YORK)


def test_forms_that_a_first_anchor_opened_keep_the_zone_of_its_entry() -> None:
    """The cessation was entered on day 80 in New York; Week 12 was open when she moved on."""
    facts = person(
        zone="Europe/Dublin",
        zone_moves=(
            ZoneMove("UTC", NEW_YORK, at(10)),
            ZoneMove(NEW_YORK, "Europe/Dublin", at(85)),
        ),
        anchors=(AnchorDate("cessation", day(0), at(80)),),
    )
    form = as_of(facts, 86, "W12")

    assert form.opens_at == start_of_day(day(70), NEW_YORK)
    assert form.closes_at == start_of_day(day(99), NEW_YORK)
