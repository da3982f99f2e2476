"""What the reminder rules are given about people: all that they need, and not ten years of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update

from sayso.domain.reachability import Reachability
from sayso.services import reminder_people, reminder_planning
from sayso.store.engine import transaction
from sayso.store.facts import facts_of_one, forms_of_one
from sayso.store.tables_forms import expected_form
from sayso.store.tables_messages import delivery, push_subscription, reminder
from support.push_service import PushService
from support.reminding import Trial, published

START = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)


@pytest.fixture
def trial(engine: Engine) -> Trial:
    return published(engine, START)


def timepoints(trial: Trial, person: int, *asked: str | None) -> list[str]:
    with transaction(trial.engine, read_only=True) as connection:
        forms = reminder_people.forms_of_timepoints(connection, [person], asked)
        found = reminder_people.load(connection, [person], START, forms)
    return sorted({form.timepoint for form in found[person].forms})


def test_only_the_forms_asked_for_are_read(trial: Trial) -> None:
    alice = trial.enrol("A-1", START)
    assert timepoints(trial, alice, "W12") == ["W12"]
    assert timepoints(trial, alice, "W12", "W24", "W12") == ["W12", "W24"]
    assert timepoints(trial, alice, None) == []
    assert timepoints(trial, alice) == []


def test_nobody_is_read_for_nobody(trial: Trial) -> None:
    with transaction(trial.engine, read_only=True) as connection:
        assert reminder_people.forms_of_timepoints(connection, [], ["W12"]) == {}
        assert reminder_people.forms_of_timepoints(connection, [999], ["W12"]) == {}
        assert reminder_people.load(connection, [], START, {}) == {}
        assert reminder_people.load(connection, [999], START, {}) == {}


def test_a_reminder_that_was_left_lying_is_closed_with_the_true_reason(trial: Trial) -> None:
    """Nobody decided on it for months; its window lies outside everything that is planned now."""
    alice = trial.enrol("A-1", START)
    later = START + timedelta(days=60)
    with transaction(trial.engine) as connection:
        reminder_planning.replan(connection, [alice], later)
    planned = [row for row in trial.reminders(alice) if row.timepoint == "W12"]
    assert {row.decision for row in planned} == {None}
    with transaction(trial.engine) as connection:
        reminder_planning.replan(connection, [alice], START + timedelta(days=400))
    left = [row for row in trial.reminders(alice) if row.timepoint == "W12"]
    assert {(row.decision, row.reason) for row in left} == {("cancelled", "closed")}


def test_a_window_that_moved_far_away_takes_its_reminders_along(trial: Trial) -> None:
    alice = trial.enrol("A-1", START)
    later = START + timedelta(days=60)
    with transaction(trial.engine) as connection:
        reminder_planning.replan(connection, [alice], later)
        far = later + timedelta(days=300)
        connection.execute(
            update(expected_form)
            .where(expected_form.c.timepoint == "W12")
            .values(opens_at=far, closes_at=far + timedelta(days=28))
        )
        reminder_planning.replan(connection, [alice], later)
        # Planning again finds nothing left to change.
        assert reminder_planning.replan(connection, [alice], later) == 0
        undecided = connection.execute(
            reminder.select().where(reminder.c.timepoint == "W12", reminder.c.decided_at.is_(None))
        ).all()
    assert undecided == []


def reached(trial: Trial, person: int, at: datetime) -> Reachability:
    with transaction(trial.engine, read_only=True) as connection:
        return reminder_people.reachability_of(connection, [person], at)[person]


def test_the_light_of_a_person_says_since_when(trial: Trial) -> None:
    """Through the life of one phone: none, new, proved, silent, gone, and then she wants none."""
    alice = trial.enrol("A-1", START)
    hour = timedelta(hours=1)
    assert reached(trial, alice, START + hour).since == START
    service = PushService()
    service.url = "http://127.0.0.1:1"
    phone = trial.register(alice, service.phone("key"), START + hour)
    new = reached(trial, alice, START + 2 * hour)
    assert (new.state, new.since) == ("unproven", START + hour)

    def changed(**values: object) -> None:
        with transaction(trial.engine) as connection:
            mine = push_subscription.c.id == phone
            connection.execute(update(push_subscription).where(mine).values(**values))

    changed(confirmed_at=START + 2 * hour, last_ack_at=START + 2 * hour)
    proved = reached(trial, alice, START + 3 * hour)
    assert (proved.state, proved.since) == ("push_proven", START + 2 * hour)
    common = {
        "participant_id": alice, "subscription_id": phone, "purpose": "test", "channel": "push",
        "state": "sent", "attempts": 1, "next_at": START, "expires_at": START, "created_at": START,
    }  # fmt: skip
    with transaction(trial.engine) as connection:
        connection.execute(
            delivery.insert(),
            [
                common | {"idempotency_key": f"t{day}", "sent_at": START + timedelta(days=day)}
                for day in (3, 2)
            ],
        )
    silent = reached(trial, alice, START + timedelta(days=4))
    assert (silent.state, silent.since) == ("unproven", START + timedelta(days=2))
    # One message alone, or one that may still be shown, is no silence.
    assert reached(trial, alice, START + timedelta(days=3)).state == "push_proven"
    changed(dead_at=START + timedelta(days=5))
    gone = reached(trial, alice, START + timedelta(days=6))
    assert (gone.state, gone.since) == ("unreachable", START + timedelta(days=5))
    quiet = START + timedelta(days=7)
    trial.prefers(alice, quiet, reminders_opted_out_at=quiet)
    assert reached(trial, alice, quiet + hour).since == quiet


def test_what_is_read_by_row_id_is_what_is_read_of_one(trial: Trial) -> None:
    """The worker's own statements say what everybody else's say."""
    alice, bea = trial.enrol("A-1", START, email="a@example.org"), trial.enrol("B-1", START)
    trial.happened(bea, "withdrawal_pro", START.date(), START)
    trial.answered(alice, "W12", START + timedelta(days=80))
    with transaction(trial.engine, read_only=True) as connection:
        found = reminder_people.load(connection, [alice, bea], START, {})
        for person in (alice, bea):
            assert found[person].person.facts == facts_of_one(connection, person)
            stored = forms_of_one(connection, person)
            asked = {form.timepoint for form in stored}
            forms = reminder_people.forms_of_timepoints(connection, [person], asked)
            assert forms[person] == stored
    assert (found[alice].has_email, found[bea].has_email) == (True, False)
