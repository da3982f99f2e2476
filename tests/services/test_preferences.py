"""What a participant wishes takes effect at once, and is on record."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from sayso.services import audit, preferences, reminder_planning
from sayso.services.sessions import ParticipantSession
from sayso.store.tables_messages import reminder
from support.stage import Stage

CODE = "P-001"


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(CODE, date(2026, 3, 20), email="alice@example.org")
    return stage


def change(stage: Stage, now: datetime, **wished: Any) -> ParticipantSession:
    with stage.open() as connection:
        person = stage.session(connection, CODE, now)
        return preferences.change(connection, person.actor, person, wished, now)


def planned(stage: Stage) -> list[Any]:
    with stage.open() as connection:
        return list(
            connection.execute(
                select(reminder).where(reminder.c.decided_at.is_(None)).order_by(reminder.c.due_at)
            )
        )


def plan(stage: Stage, now: datetime) -> None:
    with stage.open() as connection:
        reminder_planning.replan(connection, [stage.session(connection, CODE, now).id], now)


def actions(stage: Stage) -> list[str]:
    with stage.open() as connection:
        return [event.action for event in audit.events(connection)]


def test_reminders_move_to_the_hour_she_likes(stage: Stage, now: datetime) -> None:
    plan(stage, now)
    assert {row.local_wall[11:13] for row in planned(stage)} == {"10"}

    change(stage, now, hour=18)

    assert {row.local_wall[11:13] for row in planned(stage)} == {"18"}


def test_who_wants_none_has_none_planned(stage: Stage, now: datetime) -> None:
    plan(stage, now)
    assert planned(stage)

    person = change(stage, now, opted_out=True)

    assert person.reminders_opted_out_at == now
    assert planned(stage) == []


def test_opting_out_twice_keeps_the_first_moment(stage: Stage, now: datetime) -> None:
    change(stage, now, opted_out=True)

    again = change(stage, now + timedelta(days=1), opted_out=True)

    assert again.reminders_opted_out_at == now


def test_a_change_is_on_record_with_before_and_after(stage: Stage, now: datetime) -> None:
    change(stage, now, hour=18)
    change(stage, now, hour=8)

    with stage.open() as connection:
        last = list(audit.events(connection))[-1]
    assert last.action == "reminders.changed"
    assert last.details == {"before": {"reminder_hour": 18}, "after": {"reminder_hour": 8}}
    assert last.actor.kind == "participant"


@pytest.mark.parametrize("wished", [{}, {"hour": None}, {"paused_until": None}])
def test_wishing_what_is_so_already_changes_nothing(
    stage: Stage, now: datetime, wished: dict[str, Any]
) -> None:
    before = actions(stage)

    change(stage, now, **wished)

    assert actions(stage) == before


def test_the_last_answer_of_an_occasion_ends_its_reminders(stage: Stage, now: datetime) -> None:
    plan(stage, now)
    assert any(row.occasion == "W12" for row in planned(stage))
    day = (now.date() - date(2026, 3, 20)).days
    first, *_rest = stage.pack

    stage.answer(CODE, day, only=first)
    assert any(row.occasion == "W12" for row in planned(stage)), "one form of four is in"

    for name in _rest:
        stage.answer(CODE, day, only=name)
    assert all(row.occasion != "W12" for row in planned(stage))


def test_a_call_that_is_taken_back_is_on_record(stage: Stage, now: datetime) -> None:
    with stage.open() as connection:
        person = stage.session(connection, CODE, now)
        assert preferences.request_call(connection, person.actor, person, now) == now
        person = stage.session(connection, CODE, now)
        preferences.take_back_call(connection, person.actor, person, now)
        person = stage.session(connection, CODE, now)
        preferences.take_back_call(connection, person.actor, person, now)

    assert person.call_requested_at is None
    assert actions(stage)[-2:] == ["call.requested", "call.taken-back"]
