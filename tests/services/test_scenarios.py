"""The binding stories, told through the services on both databases; numbered as in the design.

Everybody of this file is enrolled in one clinic, each under a code of her own. Days count from the
day on which her therapy stopped; today is day 130. Story 7 is the golden population of
`test_scenarios_golden`; 13 to 16 need tablets, files and amendments and are in
`test_scenarios_long`.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from sayso.domain.audit import Actor
from sayso.domain.completion import Rates, Ratio
from sayso.domain.errors import NotAsked, ParticipantExempt, SecondPersonNeeded
from sayso.domain.evaluation import rows
from sayso.domain.rule_errors import ExemptionReasonNotAllowed
from sayso.domain.status import FormStatus
from sayso.push.endpoints import EndpointRules
from sayso.services import (
    access,
    assessments,
    audit,
    completion,
    decisions,
    enrolment,
    enrolment_codes,
    events,
    exemptions,
    participants,
    publishing,
    reminder_planning,
    subscriptions,
    visits,
    worklist,
)
from sayso.services.completion import Chosen
from sayso.services.enrolment import NewParticipant
from sayso.services.figure_lists import listed
from sayso.store.tables_messages import reminder
from support.golden_stage import NOW
from support.stage import COMMAND, NEW_YORK, STUDY, Stage

CESSATION = NOW.date() - timedelta(days=130)
FIRST = "demo-hrqol"


@pytest.fixture(scope="module")
def stage(shared_stage: Stage) -> Stage:
    return shared_stage


@pytest.fixture
def anna(stage: Stage) -> str:
    """The code of a participant of the stopping arm about whom nothing is known yet."""
    code = f"P-{len(stage.cessation) + 1:03d}"
    stage.enrol(code, CESSATION)
    return code


def record(stage: Stage, code: str, kind: str, day: int, recorded: int | None = None) -> None:
    """Something happened on a day, entered that day or on the day given."""
    with stage.open() as connection:
        moment = stage.at(code, day if recorded is None else recorded)
        events.record(connection, stage.hold(connection, code), kind, stage.day(code, day), moment)


def all_statuses(stage: Stage, code: str, day: int = 130) -> list[tuple[str, FormStatus]]:
    """The first tag and the status of each form of hers on a day."""
    with stage.open() as connection:
        within = stage.reach(connection)
        study = publishing.current(connection, STUDY).study
        cases = assessments.cases(connection, within, study.rules, stage.at(code, day))
    (case,) = [one for one in cases if one.facts.code == code]
    found = zip(case.forms, case.statuses, strict=True)
    return [(tag, one) for form, one in found for tag in form.tags]


def status(stage: Stage, code: str, timepoint: str = "W12", day: int = 130) -> FormStatus:
    """What the first form of a timepoint is on a day."""
    return next(one for tag, one in all_statuses(stage, code, day) if tag == timepoint)


def on_the_list(stage: Stage, code: str, day: int = 130) -> dict[str, str]:
    """Why she is on the list of the day, by kind."""
    with stage.open() as connection:
        found = worklist.today(connection, stage.reach(connection), stage.at(code, day))
    return {row.kind: row.why for row in found.rows if row.participant == code}


def week_12(stage: Stage, as_of: int | None = None) -> Rates:
    """The figures of everybody in the stopping arm, as they are or as they stood on a day."""
    chosen = Chosen(as_of=None if as_of is None else CESSATION + timedelta(days=as_of))
    with stage.open() as connection:
        report = completion.report(connection, stage.reach(connection), chosen, NOW)
    place = ("W12", "stop", FIRST)
    return next(r for r in report.rates if (r.timepoint, r.arm, r.questionnaire) == place)


def planned_messages(stage: Stage, code: str, day: int | None = None) -> int:
    """How many reminders are still to be decided on, once the worker has planned on that day."""
    row_id = stage.row_id(code)
    undecided = (reminder.c.participant_id == row_id, reminder.c.decided_at.is_(None))
    with stage.open() as connection:
        if day is not None:
            reminder_planning.replan(connection, [row_id], stage.at(code, day))
        return len(connection.execute(select(reminder.c.id).where(*undecided)).all())


def claim_exempt(stage: Stage, code: str, start: int, on: int, reason: str = "LANGUAGE") -> int:
    """Bob enters an exemption from a day, on a later day; returns its row."""
    with stage.open() as connection:
        person = stage.hold(connection, code, "bob")
        first, moment = stage.day(code, start), stage.at(code, on)
        why = exemptions.record(connection, person, reason, first, None, None, moment)
        assert why is not None
        (waiting,) = exemptions.ids_of(connection, person)
    return waiting


def approve(stage: Stage, code: str, waiting: int, by: str) -> None:
    with stage.open() as connection:
        exemptions.approve(
            connection, stage.hold(connection, code, by), waiting, stage.at(code, 121)
        )


def test_1_language_never_blocks(stage: Stage, anna: str) -> None:
    stage.answer(anna, 84, only=FIRST)
    before = week_12(stage)

    assert stage.enrol("NO-ENGLISH", CESSATION, reads=False) is None

    assert {one.status for _tag, one in all_statuses(stage, "NO-ENGLISH")} == {"exempt"}
    with stage.open() as connection:
        person = stage.hold(connection, "NO-ENGLISH")
        study = publishing.current(connection, STUDY).study
        planned = participants.visits_view(access.facts(connection, person), study, NOW)
        assert [one["timepoint"] for one in planned][:3] == ["BL", "W05", "W12"]
        with pytest.raises(ParticipantExempt):
            enrolment_codes.new_code(connection, COMMAND, person.id, stage.keyring, NOW, minutes=10)
        with pytest.raises(NotAsked):
            subscriptions.register(
                connection, Actor("participant", person.id, None, 1),
                subscriptions.Handed("https://push.example.org/1", "key", "auth"),
                stage.keyring, EndpointRules(), "key", NOW,
            )  # fmt: skip
    assert planned_messages(stage, "NO-ENGLISH", 70) == 0
    after = week_12(stage)
    assert (after.completion, after.in_window) == (before.completion, before.in_window)
    assert (after.enrolled, after.exempt) == (before.enrolled + 1, before.exempt + 1)
    assert before.balanced
    assert after.balanced


def test_2_a_preferred_language_is_no_exemption(stage: Stage) -> None:
    spanish = NewParticipant(
        "SPANISH", "S1", "stop", CESSATION - timedelta(days=14), NEW_YORK, "es", True, "asked",
        True, {"cessation": CESSATION},
    )  # fmt: skip
    stage.cessation["SPANISH"] = CESSATION
    with stage.open() as connection:
        moment = stage.at("SPANISH", -14)
        made = enrolment.enrol(
            connection, COMMAND, STUDY, spanish, stage.keyring, moment, code_minutes=10
        )
        facts = access.facts(connection, stage.hold(connection, "SPANISH"))

    assert made.code is not None
    assert (facts.interpreter, facts.preferred_language, facts.exemptions) == (True, "es", ())
    assert status(stage, "SPANISH", "BL", day=-5).status == "open"


def test_3_low_vision_is_no_exemption(stage: Stage, anna: str) -> None:
    with pytest.raises(ExemptionReasonNotAllowed) as refused:
        claim_exempt(stage, anna, 84, on=84, reason="VISION")

    for word in ("LANGUAGE", "large text", "tablet", "interview"):
        assert word in str(refused.value)
    with stage.open() as connection:
        assert exemptions.ids_of(connection, stage.hold(connection, anna)) == []


def test_4_no_laundering(stage: Stage, anna: str) -> None:
    before = week_12(stage, 119)
    waiting = claim_exempt(stage, anna, 60, on=120)

    assert status(stage, anna).status == "missing"
    assert "exemption_approval" in on_the_list(stage, anna)
    assert week_12(stage, 120) == before
    with pytest.raises(SecondPersonNeeded):
        approve(stage, anna, waiting, "bob")
    approve(stage, anna, waiting, "erin")
    assert status(stage, anna).status == "exempt"
    assert status(stage, anna, "BL").status == "missing"
    after = week_12(stage, 121)
    assert after.completion == Ratio(before.completion.n, before.completion.of - 1)
    # What had been reported for the day before the approval is reported for that day still.
    assert week_12(stage, 120) == before
    row_id = stage.row_id(anna)
    with stage.open() as connection:
        trail = audit.events(connection, participant_id=row_id)
        who = {one.action: one.actor.id for one in trail}
    assert who["exemption.recorded"] == stage.staff_ids["bob"]
    assert who["exemption.approved"] == stage.staff_ids["erin"]


def test_5_an_exemption_that_ends(stage: Stage) -> None:
    stage.enrol("READS-NOW", CESSATION, reads=False)
    before = week_12(stage)
    with stage.open() as connection:
        person = stage.hold(connection, "READS-NOW")
        (entry,) = exemptions.ids_of(connection, person)
        last, moment = stage.day("READS-NOW", 60), stage.at("READS-NOW", 60)
        exemptions.end(connection, person, entry, last, "Reads English now", moment)
    stage.new_phone("READS-NOW", 62)
    stage.answer("READS-NOW", 85)

    assert status(stage, "READS-NOW", "BL").status == "exempt"
    assert status(stage, "READS-NOW").detail == "in_window"
    after = week_12(stage)
    assert after.completion.of == before.completion.of + 1
    # She was exempt on the day of her enrolment, so the population of F4 goes on without her.
    assert after.available_pro == before.available_pro


def test_6_death_inside_the_window_recorded_late(stage: Stage, anna: str) -> None:
    assert planned_messages(stage, anna, 72) > 0
    record(stage, anna, "death", 80, recorded=96)

    found = status(stage, anna)
    assert (found.detail, found.on) == ("not_expected:death", stage.day(anna, 80))
    assert planned_messages(stage, anna) == planned_messages(stage, anna, 97) == 0


def test_6_a_form_answered_before_the_death_stays(stage: Stage, anna: str) -> None:
    stage.answer(anna, 72)
    record(stage, anna, "death", 80, recorded=110)

    assert status(stage, anna).detail == "in_window"


def test_6_a_report_for_the_day_before_the_entry_does_not_know_of_the_death(
    stage: Stage, anna: str
) -> None:
    record(stage, anna, "death", 80, recorded=110)
    with stage.open() as connection:
        within = stage.reach(connection)

        def missing(day: int) -> int:
            chosen = Chosen(as_of=stage.day(anna, day))
            found = listed(connection, within, chosen, "missing", "W12", NOW)
            return sum(row.participant == anna for row in found.rows)

        assert missing(105) == 4
        assert missing(110) == 0


def test_8_answered_offline_by_a_phone_that_is_fast(stage: Stage, anna: str) -> None:
    stage.answer(anna, 97, received=101, skew=timedelta(hours=3), offered=90)

    found = status(stage, anna)
    assert found.detail == "in_window"
    assert found.response is not None
    assert found.response.skew_seconds == 3 * 3600
    assert found.response.authored_at == stage.at(anna, 97) + timedelta(hours=3)
    assert found.response.received_at == stage.at(anna, 101, 17)


def test_8_a_phone_five_days_slow_is_not_believed_silently(stage: Stage, anna: str) -> None:
    outcomes = stage.answer(anna, 103, skew=timedelta(days=-8))

    assert {one.receipt.disposition for one in outcomes} == {"time_disputed"}
    assert "time_disputed" in on_the_list(stage, anna)


def test_8_a_phone_days_fast_answers_before_the_window_opens(stage: Stage, anna: str) -> None:
    """What the receipt says, what the rates count and what staff can decide on are one and same."""
    (early,) = stage.answer(anna, 67, skew=timedelta(days=5), only=FIRST)
    (second,) = stage.answer(anna, 84, only=FIRST)

    assert early.receipt.disposition == "time_disputed"
    assert second.receipt.disposition == "duplicate"
    assert status(stage, anna).detail == "disputed"
    assert {"time_disputed", "conflict"} <= on_the_list(stage, anna).keys()
    with stage.open() as connection:
        person = stage.hold(connection, anna, "bob")
        decisions.resolve_time(
            connection, person, early.receipt.id, False, "Its clock was ahead", NOW
        )
    assert status(stage, anna).detail == "late"


def test_8_an_answer_hours_before_the_window_opens_counts_for_it(stage: Stage, anna: str) -> None:
    form = stage.forms(anna)[0]
    before = form.opens_at - timedelta(minutes=30)
    ahead = before + timedelta(hours=1)
    early = stage.send(anna, stage.submission(anna, form, ahead, ahead), before)

    assert early.receipt.disposition == status(stage, anna).detail == "in_window"


def test_9_two_submissions_of_one_form(stage: Stage, anna: str) -> None:
    stage.answer(anna, 84, only=FIRST)
    (second,) = stage.answer(anna, 83, received=90, only=FIRST, mode="clinic_tablet")

    assert second.receipt.disposition == "duplicate"
    found = status(stage, anna)
    assert found.response is not None
    assert found.response.received_at == stage.at(anna, 84, 17)
    assert "conflict" in on_the_list(stage, anna)


def test_9_the_same_number_with_the_same_answers_gets_the_same_receipt(
    stage: Stage, anna: str
) -> None:
    form = stage.forms(anna)[0]
    said = stage.submission(anna, form, stage.at(anna, 84), stage.at(anna, 84, 17))
    first = stage.send(anna, said, stage.at(anna, 84, 17))
    again = stage.send(anna, said, stage.at(anna, 85))

    assert again.receipt == first.receipt
    assert (first.created, again.created) == (True, False)


def test_10_restart_without_progression_rides_on_week_12(stage: Stage, anna: str) -> None:
    record(stage, anna, "restart_without_progression", 79)

    forms = stage.forms(anna)
    assert all(set(form.tags) >= {"W12", "RST"} for form in forms)
    assert {form.opens for form in forms} == {stage.day(anna, 70)}
    assert {form.closes for form in forms} == {stage.day(anna, 98)}
    assert {form.target for form in stage.forms(anna, "W24")} == {stage.day(anna, 168)}
    with stage.open() as connection:
        facts = access.facts(connection, stage.hold(connection, anna))
    assert [event.kind for event in facts.events] == ["restart_without_progression"]
    assert [(one.name, one.date) for one in facts.anchors] == [("cessation", CESSATION)]


def test_11_leaving_the_questionnaires_only(stage: Stage, anna: str) -> None:
    before = week_12(stage)
    record(stage, anna, "withdrawal_pro", 65)

    assert status(stage, anna).detail == "not_expected:withdrawn"
    assert planned_messages(stage, anna, 71) == 0
    with stage.open() as connection:
        person = stage.hold(connection, anna)
        visits.record(connection, person, "W12", stage.day(anna, 84), "clinic", stage.at(anna, 84))
        kept = access.facts(connection, stage.hold(connection, anna)).visits
    assert [visit.timepoint for visit in kept] == ["W12"]
    after = week_12(stage)
    assert (after.missing, after.not_expected) == (before.missing - 1, before.not_expected + 1)


def test_12_somebody_who_is_lost_is_missing_and_on_the_list(stage: Stage, anna: str) -> None:
    record(stage, anna, "lost", 30)

    assert status(stage, anna).detail == "missing"
    assert "Lost to follow-up" in on_the_list(stage, anna)["reason_needed"]
    assert anna in missing_from_week_12(stage)


def test_12_off_study_ends_the_asking(stage: Stage, anna: str) -> None:
    record(stage, anna, "lost", 30)
    record(stage, anna, "off_study", 60)

    assert status(stage, anna).detail == "not_expected:protocol"
    assert anna not in missing_from_week_12(stage)


def missing_from_week_12(stage: Stage) -> set[str]:
    with stage.open() as connection:
        within = stage.reach(connection)
        return {
            row.participant
            for row in listed(connection, within, Chosen(), "missing", "W12", NOW).rows
        }


def test_what_is_stored_is_what_a_replay_of_the_facts_gives(stage: Stage, anna: str) -> None:
    """The rows that services keep and the schedule derived from facts alone are the same forms.

    Of everybody whose story was told above, and of one life more.
    """
    stage.answer(anna, 84)
    record(stage, anna, "progression", 110)
    record(stage, anna, "restart_after_progression", 115)
    stage.enrol("CONTINUES", CESSATION, arm="continue")
    with stage.open() as connection:
        within = stage.reach(connection)
        published = publishing.versions(connection, STUDY)
        study = published[-1].study
        stored = assessments.as_assessments(
            connection, within, assessments.cases(connection, within, study.rules, NOW)
        )
        replayed = assessments.replayed(connection, within, published, study.rules, NOW)
    assert rows(study, stored, NOW, study.rules) == rows(study, replayed, NOW, study.rules)
