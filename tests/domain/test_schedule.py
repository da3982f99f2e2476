"""What is asked and when, from anchors, events and the study file."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sayso.domain.participation import AnchorDate, VisitFact
from sayso.domain.schedule import scheduled_keys, wanted_forms
from sayso.domain.study import EventForm
from sayso.domain.visits import planned_visits
from support.people import ENROLLED, STRAIN, at, day, event, person, stop_study

STUDY = stop_study()
CORE = ("demo-hrqol", "demo-anxiety", "demo-recurrence-worry", "demo-financial-burden")


def windows(**changes: Any) -> dict[str, tuple[int, int, int]]:
    """Day numbers of every window, counted from cessation."""
    return {
        form.timepoint: tuple(  # type: ignore[misc]
            (date - day(0)).days for date in (form.opens, form.target, form.closes)
        )
        for form in wanted_forms(STUDY, person(**changes))
    }


def test_the_windows_of_the_stopping_arm() -> None:
    assert windows() == {
        "BL": (-28, 0, 0),
        "W12": (70, 84, 98),
        "W24": (154, 168, 182),
        "W36": (238, 252, 266),
        "W48": (322, 336, 350),
        "W72": (476, 504, 532),
        "W96": (644, 672, 700),
        "W120": (812, 840, 868),
        "W144": (980, 1008, 1036),
    }


def test_the_continuing_arm_counts_from_enrolment() -> None:
    forms = wanted_forms(STUDY, person(arm="continue"))
    week_12 = next(form for form in forms if form.timepoint == "W12")
    assert week_12.target == ENROLLED + timedelta(days=84)


def test_a_pack_asks_its_questionnaires_in_order() -> None:
    forms = [form for form in wanted_forms(STUDY, person()) if form.timepoint == "BL"]
    assert [form.questionnaire for form in forms] == [*CORE, "demo-decision"]
    assert [form.position for form in forms] == [0, 1, 2, 3, 4]


def test_a_questionnaire_in_two_packs_of_a_timepoint_is_asked_once() -> None:
    core = next(pack for pack in STUDY.packs if pack.id == "core")
    twice = replace(STUDY, packs=(*STUDY.packs, replace(core, id="again")))
    week_12 = replace(STUDY.timepoints[2], packs=("core", "again"))
    study = replace(twice, timepoints=(week_12,))
    assert [form.questionnaire for form in wanted_forms(study, person())] == list(CORE)


def test_nothing_is_asked_before_the_anchor_is_set() -> None:
    assert wanted_forms(STUDY, person(anchors=())) == ()


def test_nothing_is_asked_at_a_timepoint_that_is_switched_off() -> None:
    years = [t for t in windows() if t.startswith("Y")]
    assert years == []
    asked = replace(STUDY, timepoints=tuple(replace(t, enabled=True) for t in STUDY.timepoints))
    found = {form.timepoint for form in wanted_forms(asked, person())}
    assert {f"Y{n}" for n in range(4, 11)} <= found


def test_people_who_died_left_or_are_exempt_have_the_same_forms() -> None:
    plain = wanted_forms(STUDY, person())
    for kind in ("death", "withdrawal_study", "withdrawal_pro", "lost", "off_study"):
        assert wanted_forms(STUDY, person(events=(event(kind, 10),))) == plain


def test_a_restart_near_week_12_merges_with_it_and_moves_nothing() -> None:
    someone = person(events=(event("restart_without_progression", 79),))
    forms = wanted_forms(STUDY, someone)
    assert {form.tags for form in forms if form.timepoint == "W12"} == {("W12", "RST")}
    assert windows(events=someone.events) == windows()


@pytest.mark.parametrize(
    ("progressed", "host"),
    # The target of the form is 7 days after the event; 84 - 28 = 56 and 84 + 28 = 112.
    [(48, None), (49, "W12"), (105, "W12"), (106, None), (125, None), (133, "W24")],
)
def test_an_event_form_merges_when_its_target_is_within_28_days(
    progressed: int, host: str | None
) -> None:
    forms = wanted_forms(STUDY, person(events=(event("progression", progressed),)))
    tagged = {form.timepoint for form in forms if "PROG" in form.tags}
    assert tagged == {host or "PROG"}
    assert Counter(form.questionnaire for form in forms if "PROG" in form.tags) == dict.fromkeys(
        CORE, 1
    )


def test_of_two_timepoints_as_near_as_each_other_the_earlier_one_takes_the_event() -> None:
    # Target day 42 lies as far from the baseline (day 0) as from Week 12 (day 84).
    rules = replace(STUDY.rules, merge_within_days=42)
    someone = person(events=(event("progression", 35),))
    forms = wanted_forms(replace(STUDY, rules=rules), someone)
    assert {form.timepoint for form in forms if "PROG" in form.tags} == {"BL"}


def test_a_site_may_keep_events_out_of_windows_that_closed_before_them() -> None:
    rules = replace(STUDY.rules, merge_after_close=False)
    someone = person(events=(event("progression", 105),))
    forms = wanted_forms(replace(STUDY, rules=rules), someone)
    assert {form.timepoint for form in forms if "PROG" in form.tags} == {"PROG"}


def test_an_event_form_of_its_own_counts_from_the_event() -> None:
    someone = person(events=(event("progression", 125),))
    form = next(f for f in wanted_forms(STUDY, someone) if f.timepoint == "PROG")
    assert (form.opens, form.target, form.closes) == (day(125), day(132), day(153))
    assert form.tags == ("PROG",)
    assert form.reported_at == at(125)


def test_a_second_progression_has_a_form_of_its_own() -> None:
    someone = person(events=(event("progression", 400), event("progression", 125)))
    found = {f.timepoint: f.opens for f in wanted_forms(STUDY, someone) if "PROG" in f.timepoint}
    assert found == {"PROG": day(125), "PROG.2": day(400)}


def test_an_earlier_event_entered_later_takes_nothing_over() -> None:
    first = event("progression", 400)
    known = {f.key: f for f in wanted_forms(STUDY, person(events=(first,))) if "PROG" in f.tags}
    told_late = person(events=(first, event("progression", 125, recorded=410)))
    found = {f.key: f for f in wanted_forms(STUDY, told_late)}
    assert {key: found[key] for key in known} == known
    assert {f.opens for f in found.values() if f.timepoint == "PROG.2"} == {day(125)}


def test_voiding_an_event_does_not_rename_the_others() -> None:
    voided = replace(event("progression", 125), voided_at=at(130))
    both = person(events=(voided, event("progression", 400)))
    names = {form.timepoint for form in wanted_forms(STUDY, both) if "PROG" in form.timepoint}
    assert names == {"PROG.2"}


def test_the_same_event_entered_twice_is_one_event() -> None:
    once = wanted_forms(STUDY, person(events=(event("progression", 125),)))
    twice = person(events=(event("progression", 125, 140), event("progression", 125)))
    assert wanted_forms(STUDY, twice) == once


def test_the_two_kinds_of_restart_ask_the_same_form_and_the_other_arm_none() -> None:
    for kind in ("restart_without_progression", "restart_after_progression"):
        restarted = person(events=(event(kind, 125),))
        assert any(form.timepoint == "RST" for form in wanted_forms(STUDY, restarted))
        other = replace(restarted, arm="continue")
        assert not any("RST" in form.tags for form in wanted_forms(STUDY, other))


def test_packs_that_no_scheduled_form_asks_stand_alone() -> None:
    both = EventForm("X", "Both", ("progression",), ("stop",), 0, 7, 28, ("core", "decision"))
    study = replace(STUDY, event_forms=(both,))
    forms = wanted_forms(study, person(events=(event("progression", 79),)))
    assert {f.tags for f in forms if f.timepoint == "W12"} == {("W12", "X")}
    assert [f.questionnaire for f in forms if f.timepoint == "X"] == ["demo-decision"]


def test_forms_come_in_order_of_opening() -> None:
    forms = wanted_forms(STUDY, person(events=(event("progression", 125),)))
    assert [form.opens for form in forms] == sorted(form.opens for form in forms)


def test_the_keys_of_an_arm_need_no_participant() -> None:
    assert [key for key in scheduled_keys(STUDY, "stop") if key[1] == STRAIN] == [
        (timepoint, STRAIN) for timepoint in windows()
    ]
    assert scheduled_keys(STUDY, "nowhere") == ()


def test_visits_stand_on_the_calendar_whether_or_not_anything_is_asked() -> None:
    visits = {visit.timepoint: visit for visit in planned_visits(STUDY, person())}
    assert visits["W05"].target == day(35)
    assert visits["Y10"].kind == "contact"
    assert visits["W12"].label == "Week 12"


def test_visits_wait_for_the_anchor() -> None:
    assert planned_visits(STUDY, person(anchors=())) == ()


def test_imaging_repeats_over_ten_years_from_the_scan_before() -> None:
    images = [v for v in planned_visits(STUDY, person()) if v.kind == "imaging"]
    assert (images[0].opens, images[0].closes) == (day(91), day(183))
    assert images[1].target - images[0].target == timedelta(days=137)
    assert images[-1].target <= day(3652) < images[-1].target + timedelta(days=137)


def test_imaging_that_took_place_moves_the_next_one() -> None:
    scanned = person(visits=(VisitFact("IMG.1", day(100), "imaging"),))
    images = [v for v in planned_visits(STUDY, scanned) if v.kind == "imaging"]
    assert images[1].opens == day(191)


def test_the_last_recorded_anchor_counts_in_whatever_order_entries_come() -> None:
    first = AnchorDate("cessation", day(0), at(0))
    corrected = AnchorDate("cessation", day(5), at(3))
    assert person(anchors=(corrected, first)).anchor("cessation") == day(5)
    assert person(anchors=(first, corrected)).anchor("cessation") == day(5)
