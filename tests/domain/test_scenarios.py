"""The scenarios that the study rules must pass, as far as dates and facts alone decide them.

Numbered as in the design. Sending, devices, tablets and exports have their own tests; here is what
every one of those asks the domain.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from sayso.domain.completion import Rates, Ratio, Row, members, tally
from sayso.domain.consistency import missing_anchor, problems
from sayso.domain.evaluation import assess_all, rows
from sayso.domain.exemption import approval_reason, check_new
from sayso.domain.ladder import ladder
from sayso.domain.participation import Facts
from sayso.domain.retention import clinic_kinds, retention
from sayso.domain.rule_errors import ExemptionReasonNotAllowed
from sayso.domain.simulation import simulate
from sayso.domain.study import ReminderPolicy, Step, StudyVersion
from sayso.domain.visits import planned_visits
from support.people import (
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
    status,
    stop_study,
)

STUDY = stop_study()
DAYS = 86_400.0


def counted(people: list[Facts], now: datetime) -> list[Row]:
    found = assess_all((StudyVersion(STUDY),), people, now, STUDY.rules)
    return rows(STUDY, found, now, STUDY.rules)


def week_12(people: list[Facts], number: int) -> Rates:
    return next(
        rates
        for rates in tally(counted(people, at(number)))
        if (rates.timepoint, rates.questionnaire) == ("W12", STRAIN)
    )


def test_1_language_never_blocks() -> None:
    others = [person("P-1", responses=(answers(80),)), person("P-2")]
    newcomer = person("P-3", reads_english=False, preferred_language="es", exemptions=(exempt(),))
    assert list(problems(STUDY, newcomer)) == []
    assert missing_anchor(STUDY, newcomer) is None
    assert planned_visits(STUDY, newcomer) == planned_visits(STUDY, others[1])
    run = simulate(STUDY, newcomer)
    assert run.reminders == ()
    assert not any(entry.asked for entry in run.forms)
    expected = {
        (rates.timepoint, rates.questionnaire): rates.expected
        for rates in tally(counted(others, at(500)))
    }
    with_newcomer = tally(counted([*others, newcomer], at(500)))
    assert {(r.timepoint, r.questionnaire): r.expected for r in with_newcomer} == expected
    assert {r.exempt for r in with_newcomer} == {1}


def test_2_a_preferred_language_is_no_exemption() -> None:
    someone = person(preferred_language="es", reads_english=True, interpreter=True)
    assert status(someone, -20, "BL").status == "open"
    assert someone.interpreter


def test_3_low_vision_is_no_exemption() -> None:
    with pytest.raises(ExemptionReasonNotAllowed) as refused:
        check_new(exempt(reason="VISION"), person(), STUDY.rules)
    for word in ("LANGUAGE", "large text", "tablet", "interview"):
        assert word in str(refused.value)


def test_4_no_laundering() -> None:
    late = exempt(start=60, recorded=120)
    missed = person(missing_reasons=(reason("no_time"),))
    claimed = replace(missed, exemptions=(late,))
    assert status(claimed, 130).status == "missing"
    assert week_12([claimed], 130).completion == week_12([missed], 130).completion
    assert approval_reason(late, missed, seen(missed, 120).forms, STUDY.rules) is not None
    approved = replace(claimed, exemptions=(replace(late, approved_at=at(125)),))
    assert status(approved, 124).status == "missing"
    assert status(approved, 130).status == "exempt"
    assert week_12([approved], 130).completion == Ratio(0, 0)
    # The report as it stood before the approval still says what it said.
    assert week_12([approved], 124) == week_12([missed], 124)


def test_5_an_exemption_that_ends() -> None:
    someone = person(exemptions=(exempt(end=60),), responses=(answers(85),))
    assert status(someone, 130, "BL").status == "exempt"
    assert status(someone, 130).disposition == "in_window"
    rates = week_12([someone], 130)
    assert rates.completion == Ratio(1, 1)
    assert rates.available_pro == Ratio(0, 0)


def test_6_death_inside_the_window_entered_later() -> None:
    died = person(events=(event("death", 80, recorded=110),))
    assert status(died, 109).status == "missing"
    assert status(died, 110).detail == "not_expected:death"
    assert status(died, 130, alive_rule="window_open").status == "missing"
    answered = replace(died, responses=(answers(72),))
    assert status(answered, 130).disposition == "in_window"
    assert all(
        reminder.local.date() < day(80) for _name, reminder in simulate(STUDY, died).reminders
    )


def test_8_answered_offline() -> None:
    fast = answers(
        97, 101, authored_at=at(97) + timedelta(hours=3), skew_seconds=3 * 3600, offered_at=at(75)
    )
    found = status(person(responses=(fast,)), 130)
    assert found.disposition == "in_window"
    assert found.response is not None
    assert (found.response.authored_at, found.response.received_at) == (fast.authored_at, at(101))
    assert found.response.skew_seconds == 3 * 3600
    slow = answers(98, 104, skew_seconds=-5 * DAYS, offered_at=at(75))
    assert status(person(responses=(slow,)), 130).disposition == "disputed"


def test_9_the_same_form_on_phone_and_tablet() -> None:
    phone = answers(85, received=92, id="phone")
    tablet = answers(90, received=90, id="tablet", mode="clinic_tablet")
    both = person(responses=(phone, tablet))
    found = status(both, 130)
    assert found.response == tablet
    assert week_12([both], 130).available_all == Ratio(1, 1)


def test_10_a_restart_without_progression() -> None:
    someone = person(events=(event("restart_without_progression", 79),))
    forms = {form.timepoint: form for form in seen(someone, 90).forms}
    assert forms["W12"].tags == ("W12", "RST")
    assert (forms["W12"].opens, forms["W12"].closes) == (day(70), day(98))
    assert forms["W24"].target == day(168)
    assert "RST" not in forms
    assert someone.first("restart_without_progression") == day(79)
    assert someone.first("restart_after_progression") is None


def test_11_leaving_the_questionnaires_only() -> None:
    someone = person(events=(event("withdrawal_pro", 65),))
    assert status(someone, 130).detail == "not_expected:withdrawn"
    assert status(someone, 130, "W24").detail == "not_expected:withdrawn"
    assert all(
        reminder.local.date() < day(65) for _name, reminder in simulate(STUDY, someone).reminders
    )
    kept = retention(
        [(someone, planned_visits(STUDY, someone))], at(130), STUDY.rules, clinic_kinds(STUDY)
    )
    assert kept.not_exempt == Ratio(0, 3)
    assert week_12([someone], 130).missing == 0


def test_12_lost_is_missing() -> None:
    someone = person(events=(event("lost", 30),))
    found = status(someone, 130)
    assert found.status == "missing"
    assert "no reason is coded yet" in found.why
    rates = week_12([someone], 130)
    assert (rates.expected, rates.reason_capture) == (1, Ratio(0, 1))
    assert members([r for r in counted([someone], at(130)) if r.timepoint == "W12"], "missing")


def test_15_an_amendment_leaves_what_was_open_and_what_was_reported() -> None:
    wider = replace(
        STUDY,
        version="2",
        timepoints=tuple(
            replace(t, opens=147, closes=189) if t.id == "W24" else t for t in STUDY.timepoints
        ),
    )
    second = StudyVersion(wider, day(120), at(110))
    early, late = (
        person("P-1"),
        person("P-2", anchors=(replace(person().anchors[0], date=day(-60)),)),
    )
    history = (StudyVersion(STUDY), second)
    found = assess_all(history, [early, late], at(200), wider.rules)
    windows = {
        entry.facts.code: (form.opens, form.closes)
        for entry in found
        for form in entry.forms
        if form.timepoint == "W24"
    }
    # Week 24 of P-2 had opened on day 94, before the effective date.
    assert windows == {"P-1": (day(147), day(189)), "P-2": (day(94), day(122))}
    before = assess_all(history, [early, late], at(109), STUDY.rules)
    assert before == assess_all((StudyVersion(STUDY),), [early, late], at(109), STUDY.rules)


@pytest.mark.parametrize(
    ("change", "local", "instant"),
    [
        (date(2026, 3, 8), 2, datetime(2026, 3, 8, 7, tzinfo=UTC)),
        (date(2026, 11, 1), 1, datetime(2026, 11, 1, 5, tzinfo=UTC)),
    ],
    ids=["skipped", "passed twice"],
)
def test_16_a_reminder_due_while_the_clock_changes_fires_once(
    change: date, local: int, instant: datetime
) -> None:
    night = ReminderPolicy(
        (Step("open", "opens", 0),), default_hour=local, quiet_from=time(0), quiet_to=time(0)
    )
    (only,) = ladder(night, change, change, NEW_YORK)
    assert only.due_at == instant
