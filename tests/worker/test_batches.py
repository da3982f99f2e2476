"""A batch of messages is decided, looked at and written down at once; each row stays its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from sayso.domain.delivery import Settlement
from sayso.services import dispatch, dispatch_check, reminder_planning, reminder_queue
from sayso.services.dispatch import Settled, Taken
from sayso.services.dispatch_check import Checked, Desk
from sayso.services.reminder_queue import Queued
from sayso.store.engine import transaction
from sayso.store.tables_messages import delivery, push_subscription
from support.push_service import PushService
from support.reminder_fixtures import ENROLLED, OPEN_STEP, PUBLIC_URL
from support.reminding import Trial, published
from support.statements import counted

SENT = Settlement("sent", "sent", "The push service took the message.", status=201)
BUSY = "The push service is busy or failing (503)."
EVENING = OPEN_STEP + timedelta(hours=12)  # ten o'clock in New York


@dataclass
class Ward:
    """People with a phone each whose first reminder is due, and one worker."""

    trial: Trial
    people: list[int] = field(default_factory=list)
    queued: Queued = Queued()
    taken: Sequence[int] = ()

    def admit(self, number: int) -> None:
        service = PushService()
        service.url = "http://127.0.0.1:1"
        for _ in range(number):
            person = self.trial.enrol(f"P-{len(self.people)}", ENROLLED)
            self.trial.register(person, service.phone("key"), ENROLLED)
            self.people.append(person)
        with transaction(self.trial.engine) as connection:
            # Only what the reminders bring is looked at here, not the greeting of a new phone.
            connection.execute(delivery.delete())
            reminder_planning.replan(connection, self.people, OPEN_STEP - timedelta(days=1))

    def take(self) -> None:
        """Decide what is due and take it, in one transaction, as a tick does."""
        with transaction(self.trial.engine) as connection:
            self.queued = reminder_queue.queue_due(connection, OPEN_STEP, 200)
            self.taken = dispatch.claim(connection, "one", OPEN_STEP, 200)

    def look(self, after: timedelta = timedelta()) -> Checked:
        desk = Desk(PUBLIC_URL, self.trial.keyring, sends_mail=True)
        with transaction(self.trial.engine, read_only=True) as connection:
            return dispatch_check.check(
                connection, "one", self.taken, desk, OPEN_STEP + after, self.queued
            )

    def settle(self, settled: Sequence[Settled]) -> None:
        with transaction(self.trial.engine) as connection:
            dispatch.settle(connection, settled, OPEN_STEP)

    def failures(self) -> dict[int, int]:
        """How often each phone has failed, by participant."""
        statement = select(push_subscription.c.participant_id, push_subscription.c.failures)
        with transaction(self.trial.engine, read_only=True) as connection:
            return {person: failed for person, failed in connection.execute(statement)}


def _held(checked: Checked) -> list[Taken]:
    return [one.taken for one in checked.ready]


@pytest.fixture
def ward(engine: Engine) -> Ward:
    return Ward(published(engine, ENROLLED))


def test_more_people_take_no_more_statements(engine: Engine, ward: Ward) -> None:
    needed = []
    for number in (2, 5):
        ward.admit(number)
        with counted(engine) as statements:
            ward.take()
            checked = ward.look()
            ward.settle([Settled(taken, SENT) for taken in _held(checked)])
        assert len(checked.ready) == number
        needed.append(len(statements))
    assert needed[0] == needed[1]


def test_what_was_just_decided_is_not_asked_again(engine: Engine, ward: Ward) -> None:
    ward.admit(3)
    ward.take()
    with counted(engine) as statements:
        checked = ward.look(timedelta(seconds=1))
    assert len(checked.ready) == 3
    assert len(statements) == 1


def test_whoever_comes_late_asks_again(ward: Ward) -> None:
    """The machine slept between taking and looking, and it has become night."""
    ward.admit(3)
    ward.take()
    checked = ward.look(EVENING - OPEN_STEP)
    assert checked.ready == []
    assert [one.settlement.outcome for one in checked.settled] == ["quiet-hours"] * 3


def test_whoever_pauses_is_left_alone_by_a_worker_that_was_held_up(ward: Ward) -> None:
    ward.admit(2)
    ward.take()
    until = (OPEN_STEP + timedelta(days=3)).date()
    ward.trial.prefers(ward.people[0], OPEN_STEP, reminders_paused_until=until)
    checked = ward.look(timedelta(seconds=10))
    assert [taken.participant_id for taken in _held(checked)] == [ward.people[1]]
    assert [one.settlement.outcome for one in checked.settled] == ["paused"]


def test_an_answer_between_taking_and_looking_stops_that_message_alone(ward: Ward) -> None:
    ward.admit(3)
    ward.take()
    ward.trial.answered(ward.people[1], "W12", OPEN_STEP)
    checked = ward.look()
    kept = {ward.people[0], ward.people[2]}
    assert {taken.participant_id for taken in _held(checked)} == kept
    assert checked.settled == []


def test_every_row_of_a_mixed_batch_gets_its_own_end(ward: Ward) -> None:
    ward.admit(5)
    ward.take()
    ends = [
        SENT,
        Settlement("pending", "retry", BUSY, OPEN_STEP + timedelta(minutes=1), status=503),
        Settlement("pending", "retry", BUSY, OPEN_STEP + timedelta(minutes=2), status=503),
        Settlement("dead", "gone", "The phone unsubscribed.", status=410),
        SENT,
    ]
    held = sorted(_held(ward.look()), key=lambda taken: taken.id)
    ward.settle([Settled(taken, end) for taken, end in zip(held, ends, strict=True)])
    rows = {row.id: row for row in ward.trial.deliveries() if row.purpose == "reminder"}
    for taken, end in zip(held, ends, strict=True):
        row = rows[taken.id]
        assert (row.state, row.outcome, row.why) == (end.state, end.outcome, end.why)
        assert (row.last_status, row.lease_token) == (end.status, None)
        assert row.sent_at == (OPEN_STEP if end.state == "sent" else None)
        assert end.next_at is None or row.next_at == end.next_at


def test_an_end_that_came_too_late_changes_nothing_beside_those_that_count(ward: Ward) -> None:
    """Two rows end alike, one of them under a lease that somebody else holds by now."""
    ward.admit(2)
    ward.take()
    mine, lost = sorted(_held(ward.look()), key=lambda taken: taken.id)
    with transaction(ward.trial.engine) as connection:
        connection.execute(
            delivery.update().where(delivery.c.id == lost.id).values(lease_token="two")
        )
    ward.settle([Settled(mine, SENT), Settled(lost, SENT)])
    rows = {row.id: row for row in ward.trial.deliveries()}
    assert (rows[mine.id].state, rows[lost.id].state) == ("sent", "pending")
    assert rows[lost.id].lease_token == "two"


def test_a_phone_that_failed_twice_in_a_batch_has_failed_twice(ward: Ward) -> None:
    ward.admit(2)
    ward.take()
    first, other = sorted(_held(ward.look()), key=lambda taken: taken.id)
    busy = Settlement("pending", "retry", BUSY, OPEN_STEP + timedelta(minutes=1), status=503)
    ward.settle([Settled(first, busy), Settled(first, busy), Settled(other, busy)])
    assert ward.failures() == {first.participant_id: 2, other.participant_id: 1}
    ward.settle([Settled(first, SENT)])
    assert ward.failures() == {first.participant_id: 0, other.participant_id: 1}
