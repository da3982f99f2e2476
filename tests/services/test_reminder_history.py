"""What became of each reminder, in words: sent, shown, skipped, planned, and tests apart."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, insert, update

from sayso.services import reminder_planning
from sayso.services.reminder_history import history_of
from sayso.store import tally
from sayso.store.tables_messages import delivery, reminder
from support.recorded import remind
from support.reminder_rules import POLICY
from support.stage import Stage

CESSATION = date(2026, 3, 20)


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol("P-001", CESSATION)
    row_id = stage.row_id("P-001")
    with stage.open() as connection:
        reminder_planning.replan(connection, [row_id], stage.at("P-001", 69))
    return stage


def message(stage: Stage, **values: object) -> dict[str, object]:
    now = stage.at("P-001", 70)
    return {
        "participant_id": 1,
        "purpose": "test",
        "channel": "push",
        "idempotency_key": f"key {sorted(values.items())!r}"[:200],
        "state": "sent",
        "next_at": now,
        "expires_at": now + timedelta(days=1),
        "created_at": now,
        "why": "The push service took it.",
        **values,
    }


def test_what_is_planned_says_that_nothing_has_been_sent(stage: Stage) -> None:
    with stage.open() as connection:
        found = history_of(connection, 1, POLICY)

    assert {entry["outcome"] for entry in found} == {"planned"}
    assert {entry["purpose"] for entry in found} == {"reminder"}
    assert {entry["timepoint"] for entry in found} == {"W12"}
    assert [entry["label"] for entry in found][-1] == "On the day it opens"
    moments = [entry["at"] for entry in found]
    assert moments == sorted(moments, reverse=True)


def test_a_confirmed_message_was_shown_and_a_test_has_no_timepoint(stage: Stage) -> None:
    now = stage.at("P-001", 71)
    with stage.open() as connection:
        connection.execute(insert(delivery).values(message(stage, sent_at=now, acked_at=now)))
        shown = history_of(connection, 1, POLICY)
    (test,) = [entry for entry in shown if entry["timepoint"] is None]

    assert (test["purpose"], test["channel"], test["outcome"]) == ("test", "push", "shown")
    assert test["label"] == "Test reminder"
    assert test["why"] == "The phone confirmed that it was shown."
    assert test["at"] == now


@pytest.mark.parametrize(
    ("values", "outcome", "said"),
    [
        (
            {"state": "sent", "outcome": "sent"},
            "sent",
            "The push service took it. The phone has not confirmed that it was shown.",
        ),
        (
            {"state": "dead", "outcome": "gone", "why": "The phone unsubscribed."},
            "gone",
            "The phone unsubscribed.",
        ),
        (
            {"state": "pending", "why": None},
            "pending",
            "On its way; nobody has taken it yet.",
        ),
    ],
)
@pytest.mark.parametrize(
    ("purpose", "label"), [("test", "Test reminder"), ("confirm", "Reminders switched on")]
)
def test_a_test_and_a_confirmation_say_what_became_of_them(
    stage: Stage, purpose: str, label: str, values: dict[str, object], outcome: str, said: str
) -> None:
    with stage.open() as connection:
        connection.execute(insert(delivery).values(message(stage, purpose=purpose, **values)))
        found = history_of(connection, 1, POLICY)
    (one,) = [entry for entry in found if entry["purpose"] != "reminder"]

    assert (one["purpose"], one["label"], one["timepoint"]) == (purpose, label, None)
    assert (one["outcome"], one["why"]) == (outcome, said)


def test_a_message_stands_in_the_place_of_its_reminder(stage: Stage) -> None:
    with stage.open() as connection:
        before = history_of(connection, 1, POLICY)
        first = connection.execute(
            update(reminder)
            .where(reminder.c.step == "open")
            .values(decided_at=stage.at("P-001", 70), decision="queued", reason="due")
            .returning(reminder.c.id)
        ).scalar_one()
        sent = message(stage, reminder_id=first, purpose="reminder", channel="email",
                       outcome="accepted", sent_at=stage.at("P-001", 70))  # fmt: skip
        connection.execute(insert(delivery).values(sent))
        after = history_of(connection, 1, POLICY)

    assert len(after) == len(before)
    opened = next(entry for entry in after if entry["step"] == "open")
    assert (opened["channel"], opened["outcome"]) == ("email", "accepted")


def test_a_skipped_reminder_keeps_its_reason(stage: Stage) -> None:
    with stage.open() as connection:
        connection.execute(
            update(reminder)
            .where(reminder.c.step == "day-3")
            .values(
                decided_at=stage.at("P-001", 73),
                decision="skipped",
                reason="paused",
                why="Reminders are paused until 2026-06-05.",
            )
        )
        found = history_of(connection, 1, POLICY)

    skipped = next(entry for entry in found if entry["step"] == "day-3")
    assert (skipped["outcome"], skipped["channel"]) == ("skipped", None)
    assert skipped["why"] == "Reminders are paused until 2026-06-05."


def test_a_reminder_that_was_put_off_stands_at_its_new_moment_with_the_reason(
    stage: Stage,
) -> None:
    morning = stage.at("P-001", 71)
    with stage.open() as connection:
        connection.execute(
            update(reminder)
            .where(reminder.c.step == "open")
            .values(next_at=morning, why="Waiting for the end of the quiet hours.")
        )
        found = history_of(connection, 1, POLICY)

    put_off = next(entry for entry in found if entry["step"] == "open")
    assert (put_off["at"], put_off["outcome"]) == (morning, "planned")
    assert put_off["why"] == "Waiting for the end of the quiet hours."


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"purpose": "reminder"}, "On its way; nobody has taken it yet."),
        (
            {"purpose": "reminder", "attempts": 2, "why": "The push service is busy (503)."},
            "The push service is busy (503). It is tried again at this time.",
        ),
        (
            {"purpose": "reminder", "why": "Waiting for the end of the quiet hours."},
            "Waiting for the end of the quiet hours.",
        ),
        (
            {"purpose": "fallback", "channel": "email"},
            "Goes out at this time, unless a phone shows the reminder before.",
        ),
        (
            {"purpose": "fallback", "channel": "staff"},
            "Goes on the call list at this time, unless a phone shows the reminder before.",
        ),
    ],
)
def test_a_message_on_its_way_says_what_happens_next(
    stage: Stage, values: dict[str, object], said: str
) -> None:
    due = stage.at("P-001", 71)
    waiting = {"state": "pending", "why": None, "next_at": due, "attempts": 0} | values
    with stage.open() as connection:
        first = connection.execute(
            update(reminder)
            .where(reminder.c.step == "open")
            .values(decided_at=due, decision="queued", reason="due")
            .returning(reminder.c.id)
        ).scalar_one()
        connection.execute(insert(delivery).values(message(stage, reminder_id=first, **waiting)))
        found = history_of(connection, 1, POLICY)

    opened = next(entry for entry in found if entry["step"] == "open")
    assert (opened["at"], opened["why"]) == (due, said)


def test_two_evenings_of_one_occasion_are_one_nudge_in_the_figures(stage: Stage) -> None:
    first, second = stage.at("P-001", 71), stage.at("P-001", 72)
    with stage.open() as connection:
        for step, at in (("snooze 2026-05-31T18:00", first), ("snooze 2026-06-01T18:00", second)):
            remind(connection, 1, "W12", step, "push", at)
        remind(connection, 1, "W12", "by staff 2026-06-01T11:00", "email", second)
        remind(connection, 1, "W12", "last-day", "staff", second)
        found = tally.nudges(connection, second)[1]

    assert {(one.step, one.at) for one in found.messages} == {
        ("snooze", first),
        ("by staff", second),
    }
    assert [one.step for one in found.escalations] == ["last-day"]
