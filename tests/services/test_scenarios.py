"""The binding stories that need the server: told once through the services, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from sayso.domain.evaluation import rows
from sayso.domain.status import FormStatus
from sayso.services import (
    assessments,
    completion,
    decisions,
    events,
    exemptions,
    publishing,
    worklist,
)
from sayso.services.completion import Chosen
from sayso.services.figure_lists import listed
from support.golden_stage import NOW
from support.stage import STUDY, Stage

CESSATION = NOW.date() - timedelta(days=130)
FIRST = "demo-hrqol"
P = "P-001"


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(P, CESSATION)
    return stage


def record(stage: Stage, kind: str, day: int, recorded: int | None = None) -> None:
    with stage.open() as connection:
        moment = stage.at(P, day if recorded is None else recorded)
        events.record(connection, stage.hold(connection, P), kind, stage.day(P, day), moment)


def status(stage: Stage, timepoint: str = "W12", day: int = 130) -> FormStatus:
    """What the first form of a timepoint is on a day."""
    with stage.open() as connection:
        within = stage.reach(connection)
        study = publishing.current(connection, STUDY).study
        (case,) = assessments.cases(connection, within, study.rules, stage.at(P, day))
    found = zip(case.forms, case.statuses, strict=True)
    return next(one for form, one in found if timepoint in form.tags)


def kinds(stage: Stage, day: int = 130) -> set[str]:
    with stage.open() as connection:
        found = worklist.today(connection, stage.reach(connection), stage.at(P, day))
    return {row.kind for row in found.rows}


def test_death_inside_the_window_recorded_late(stage: Stage) -> None:
    record(stage, "death", 80, recorded=110)

    assert status(stage).detail == "not_expected:death"
    assert status(stage, day=130).on == stage.day(P, 80)


def test_a_form_answered_before_the_death_stays(stage: Stage) -> None:
    stage.answer(P, 72)
    record(stage, "death", 80, recorded=110)

    assert status(stage).detail == "in_window"


def test_a_report_for_the_day_before_the_entry_does_not_know_of_the_death(stage: Stage) -> None:
    record(stage, "death", 80, recorded=110)
    with stage.open() as connection:
        within = stage.reach(connection)

        def missing(day: int) -> int:
            chosen = Chosen(as_of=stage.day(P, day))
            return listed(connection, within, chosen, "missing", "W12", NOW).total

        assert missing(105) == 4
        assert missing(110) == 0


def test_answered_offline_by_a_phone_that_is_fast(stage: Stage) -> None:
    stage.answer(P, 97, received=101, skew=timedelta(hours=3), offered=90)

    found = status(stage)
    assert found.detail == "in_window"
    assert found.response is not None
    assert found.response.skew_seconds == 3 * 3600
    assert found.response.received_at == stage.at(P, 101, 17)


def test_a_phone_five_days_slow_is_not_believed_silently(stage: Stage) -> None:
    outcomes = stage.answer(P, 103, skew=timedelta(days=-8))

    assert {one.receipt.disposition for one in outcomes} == {"time_disputed"}
    assert "time_disputed" in kinds(stage)


def test_a_phone_days_fast_answers_before_the_window_opens(stage: Stage) -> None:
    """What the receipt says, what the rates count and what staff can decide on are one and same."""
    (early,) = stage.answer(P, 67, skew=timedelta(days=5), only=FIRST)
    (second,) = stage.answer(P, 84, only=FIRST)

    assert early.receipt.disposition == "time_disputed"
    assert second.receipt.disposition == "duplicate"
    assert status(stage).detail == "disputed"
    assert {"time_disputed", "conflict"} <= kinds(stage)
    with stage.open() as connection:
        person = stage.hold(connection, P, "bob")
        decisions.resolve_time(
            connection, person, early.receipt.id, False, "Its clock was ahead", NOW
        )
    assert status(stage).detail == "late"


def test_an_answer_hours_before_the_window_opens_counts_for_it(stage: Stage) -> None:
    form = stage.forms(P)[0]
    before = form.opens_at - timedelta(minutes=30)
    ahead = before + timedelta(hours=1)
    early = stage.send(P, stage.submission(P, form, ahead, ahead), before)

    assert early.receipt.disposition == status(stage).detail == "in_window"


def test_two_submissions_of_one_form(stage: Stage) -> None:
    stage.answer(P, 84, only=FIRST)
    (second,) = stage.answer(P, 83, received=90, only=FIRST)

    assert second.receipt.disposition == "duplicate"
    found = status(stage)
    assert found.response is not None
    assert found.response.received_at == stage.at(P, 84, 17)
    assert "conflict" in kinds(stage)


def test_the_same_number_with_the_same_answers_gets_the_same_receipt(stage: Stage) -> None:
    form = stage.forms(P)[0]
    said = stage.submission(P, form, stage.at(P, 84), stage.at(P, 84, 17))
    first = stage.send(P, said, stage.at(P, 84, 17))
    again = stage.send(P, said, stage.at(P, 85))

    assert again.receipt == first.receipt
    assert (first.created, again.created) == (True, False)


def test_restart_without_progression_rides_on_week_12(stage: Stage) -> None:
    record(stage, "restart_without_progression", 79)

    forms = stage.forms(P)
    assert all(set(form.tags) >= {"W12", "RST"} for form in forms)
    assert {form.target for form in stage.forms(P, "W24")} == {stage.day(P, 168)}


def test_leaving_the_questionnaires_only(stage: Stage) -> None:
    record(stage, "withdrawal_pro", 65)

    assert status(stage).detail == "not_expected:withdrawn"
    with stage.open() as connection:
        study = publishing.current(connection, STUDY).study
        within = stage.reach(connection)
        assert listed(connection, within, Chosen(), "missing", "W12", NOW).rows == []
        retained = completion.report(connection, within, Chosen(), NOW).retention
    # Baseline, weeks 4 to 6 and week 12 go on being expected as visits.
    assert retained.not_exempt.of == 3
    assert study.rules.alive_rule == "window_close"


def test_somebody_who_is_lost_is_missing_and_on_the_list(stage: Stage) -> None:
    record(stage, "lost", 30)

    assert status(stage).detail == "missing"
    assert "reason_needed" in kinds(stage)


def test_off_study_ends_the_asking(stage: Stage) -> None:
    record(stage, "lost", 30)
    record(stage, "off_study", 60)

    assert status(stage).detail == "not_expected:protocol"


def test_an_event_reported_after_its_own_window_is_a_site_cause(stage: Stage) -> None:
    record(stage, "progression", 40, recorded=75)

    found = status(stage, "PROG")
    assert (found.detail, found.reason) == ("missing", "event_reported_late")


def test_no_laundering_by_one_person(stage: Stage) -> None:
    with stage.open() as connection:
        person = stage.hold(connection, P, "bob")
        start = stage.day(P, 60)
        why = exemptions.record(connection, person, "LANGUAGE", start, None, None, stage.at(P, 120))
    assert why is not None
    assert status(stage).detail == "missing"
    with stage.open() as connection:
        (waiting,) = exemptions.ids_of(connection, stage.hold(connection, P, "erin"))
        person = stage.hold(connection, P, "erin")
        exemptions.approve(connection, person, waiting, stage.at(P, 121))
    assert status(stage).detail == "exempt"
    assert status(stage, "BL").detail == "missing"


def test_what_is_stored_is_what_a_replay_of_the_facts_gives(stage: Stage) -> None:
    """The rows that services keep and the schedule derived from facts alone are the same forms."""
    stage.answer(P, 84)
    record(stage, "progression", 110)
    record(stage, "restart_after_progression", 115)
    stage.enrol("P-002", CESSATION + timedelta(days=30), reads=False)
    stage.enrol("P-003", CESSATION, arm="continue")
    with stage.open() as connection:
        within = stage.reach(connection)
        published = publishing.versions(connection, STUDY)
        study = published[-1].study
        stored = assessments.as_assessments(
            connection, within, assessments.cases(connection, within, study.rules, NOW)
        )
        replayed = assessments.replayed(connection, within, published, study.rules, NOW)
    assert rows(study, stored, NOW, study.rules) == rows(study, replayed, NOW, study.rules)
