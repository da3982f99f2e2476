"""What a participant decides herself is done at once, once, and on record."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from sayso.domain.errors import FormNotMissing, NotFound
from sayso.domain.rule_errors import UnknownMissingReason
from sayso.services import audit, preferences, reasons
from sayso.services.sessions import ParticipantSession
from sayso.store.tables_forms import missing_reason
from support.at_once import at_once
from support.stage import Stage

CODE = "P-001"
CLOSED = 99
"""The day after Week 12 has closed."""


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(CODE, date(2026, 3, 20))
    return stage


def change(stage: Stage, wished: dict[str, Any], day: int = 10) -> ParticipantSession:
    moment = stage.at(CODE, day)
    with stage.open() as connection:
        person = stage.session(connection, CODE, moment)
        return preferences.change(connection, person.actor, person, wished, moment)


def say_why(stage: Stage, form_id: int, reason: str, day: int = CLOSED) -> None:
    moment = stage.at(CODE, day)
    with stage.open() as connection:
        person = stage.session(connection, CODE, moment)
        preferences.say_why_missed(connection, person.actor, person, form_id, reason, moment)


def actions(stage: Stage, beginning: str) -> list[str]:
    with stage.open() as connection:
        return [one.action for one in audit.events(connection) if one.action.startswith(beginning)]


def standing(stage: Stage, form_id: int) -> list[tuple[str, str]]:
    with stage.open() as connection:
        rows = connection.execute(
            select(missing_reason.c.reason, missing_reason.c.given_by).where(
                missing_reason.c.expected_form_id == form_id, missing_reason.c.voided_at.is_(None)
            )
        )
        return [(row.reason, row.given_by) for row in rows]


def test_only_what_was_named_changes(stage: Stage) -> None:
    change(stage, {"hour": 8})
    after = change(stage, {"paused_until": date(2026, 5, 1)})

    assert (after.reminder_hour, after.reminders_paused_until) == (8, date(2026, 5, 1))
    assert after.reminders_opted_out_at is None


def test_the_same_wish_again_is_no_change(stage: Stage) -> None:
    change(stage, {"hour": 8})
    change(stage, {"hour": 8})

    assert actions(stage, "reminders.") == ["reminders.changed"]


def test_doing_without_reminders_counts_from_the_first_time(stage: Stage) -> None:
    first = change(stage, {"opted_out": True}, day=10).reminders_opted_out_at
    again = change(stage, {"opted_out": True}, day=20).reminders_opted_out_at
    back = change(stage, {"opted_out": False}, day=30).reminders_opted_out_at

    assert first == again == stage.at(CODE, 10)
    assert back is None


def test_asking_for_a_call_twice_keeps_the_first_time(stage: Stage) -> None:
    asked = []
    for day in (10, 12):
        with stage.open() as connection:
            person = stage.session(connection, CODE, stage.at(CODE, day))
            asked.append(
                preferences.request_call(connection, person.actor, person, stage.at(CODE, day))
            )

    assert asked == [stage.at(CODE, 10)] * 2
    assert actions(stage, "call.") == ["call.requested"]


def test_a_call_that_nobody_asked_for_cannot_be_taken_back(stage: Stage) -> None:
    with stage.open() as connection:
        person = stage.session(connection, CODE, stage.at(CODE, 10))
        preferences.take_back_call(connection, person.actor, person, stage.at(CODE, 10))

    assert actions(stage, "call.") == []


def test_two_taps_at_once_leave_one_reason(stage: Stage) -> None:
    form = stage.forms(CODE)[0]
    given = ("too_ill", "no_time", "technical")

    at_once(lambda number: say_why(stage, form.id, given[number]), 3)

    assert len(standing(stage, form.id)) == 1
    assert len(actions(stage, "missing-reason.")) == 3


def test_her_word_replaces_what_staff_had_coded_and_theirs_hers(stage: Stage) -> None:
    form = stage.forms(CODE)[0]

    def coded(reason: str) -> None:
        with stage.open() as connection:
            person = stage.hold(connection, CODE, "bob")
            reasons.record(connection, person, form.id, reason, stage.at(CODE, CLOSED))

    coded("could_not_reach")
    say_why(stage, form.id, "too_ill")
    assert standing(stage, form.id) == [("too_ill", "participant")]
    coded("visit_missed")
    assert standing(stage, form.id) == [("visit_missed", "staff")]


@pytest.mark.parametrize("reason", ["could_not_reach", "event_reported_late", "bored", ""])
def test_reasons_that_are_not_hers_to_know(stage: Stage, reason: str) -> None:
    with pytest.raises(UnknownMissingReason, match="too_ill"):
        say_why(stage, stage.forms(CODE)[0].id, reason)


def test_a_form_that_is_open_or_answered_was_not_missed(stage: Stage) -> None:
    first, second = stage.forms(CODE)[:2]
    stage.answer(CODE, 85, only=first.questionnaire)

    with pytest.raises(FormNotMissing):
        say_why(stage, second.id, "too_ill", day=90)
    with pytest.raises(FormNotMissing):
        say_why(stage, first.id, "too_ill")


def test_somebody_elses_form_does_not_exist_for_her(stage: Stage) -> None:
    stage.enrol("P-002", date(2026, 3, 20))

    with pytest.raises(NotFound):
        say_why(stage, stage.forms("P-002")[0].id, "too_ill")
