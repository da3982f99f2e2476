"""Killed between any two steps of taking, sending and settling: what is lost and what is doubled.

The real dispatcher runs on a real database; a step of it is made to end the worker, by an error
that nothing in it catches, either before the step or right after it. Another worker then goes on
when the lease is over. Every step is tried, at its first and at a later occurrence.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from sayso.clock import FixedClock
from sayso.domain import ack
from sayso.domain.delivery import Settlement
from sayso.services import dispatch, dispatch_check, reminder_planning, reminder_queue
from sayso.services.dispatch import LEASE
from sayso.services.dispatch_check import Desk
from sayso.store.engine import transaction
from sayso.store.sealed import Keyring
from sayso.store.tables_messages import delivery
from sayso.worker.tick import Dispatcher
from support.killing import KilledError, kill_at
from support.push_service import PushService
from support.reminder_fixtures import ENROLLED, OPEN_STEP, PUBLIC_URL
from support.reminding import Trial, published
from support.simulation import ModelNetwork, ModelPhone

MESSAGES = 24
# Before anything has left, a crash doubles nothing; after that, at most what was in flight.
IN_FLIGHT = {"push", "settle"}


class Floor:
    """One person with many messages that are due, and workers that can be killed at a step."""

    def __init__(self, engine: Engine) -> None:
        self.trial: Trial = published(engine, ENROLLED - timedelta(days=1))
        self.clock = FixedClock(ENROLLED)
        self.network = ModelNetwork(None)  # type: ignore[arg-type]
        service = PushService()
        service.url = "http://127.0.0.1:1"
        person = self.trial.enrol("A-1", ENROLLED)
        # Nobody is at the phone: what a push service accepted is counted, nothing is shown.
        phone = ModelPhone(service.phone("key"), offline_until=ENROLLED + timedelta(days=99))
        self.network.phones[phone.phone.endpoint] = phone
        registered = self.trial.register(person, phone.phone, ENROLLED)
        with transaction(engine) as connection:
            connection.execute(delivery.delete())
            connection.execute(
                insert(delivery),
                [
                    {
                        "participant_id": person, "purpose": "test", "channel": "push",
                        "subscription_id": registered, "idempotency_key": f"test:{number}",
                        "state": "pending", "next_at": ENROLLED, "attempts": 0,
                        "expires_at": ENROLLED + timedelta(days=1), "created_at": ENROLLED,
                    }
                    for number in range(MESSAGES)
                ],
            )  # fmt: skip

    def work(self) -> None:
        """A worker that has just started does everything that is due."""
        desk = Desk(PUBLIC_URL, self.trial.keyring, sends_mail=False)
        Dispatcher(self.trial.engine, self.clock, desk, self.network, jitter=lambda: 0.5).tick()

    def sends(self) -> Counter[int | None]:
        """How often a push service accepted each message, by row id."""
        key = self.trial.keyring.derived(ack.PURPOSE)
        tokens = (
            json.loads(message.body)["notification"]["data"]["ack"]
            for _at, message in self.network.sent
        )
        return Counter(ack.delivery_of(key, token) for token in tokens)


STEPS: dict[str, tuple[Callable[[Floor], Any], str, tuple[int, ...]]] = {
    "queue": (lambda _floor: reminder_queue, "queue_due", (1,)),
    "claim": (lambda _floor: dispatch, "claim", (1,)),
    "check": (lambda _floor: dispatch_check, "check", (1,)),
    "push": (lambda floor: floor.network, "push", (1, 13)),
    "settle": (lambda _floor: dispatch, "settle", (1, 2)),
}
CASES = [
    pytest.param(name, number, after, id=f"{'after' if after else 'before'}-{name}-{number}")
    for name, (_owner, _step, numbers) in STEPS.items()
    for number in numbers
    for after in (False, True)
]


@pytest.fixture
def floor(engine: Engine) -> Floor:
    return Floor(engine)


@pytest.mark.parametrize(("name", "number", "after"), CASES)
def test_a_worker_killed_at_any_step_loses_nothing(
    floor: Floor, name: str, number: int, after: bool
) -> None:
    owner, step, _numbers = STEPS[name]
    with pytest.MonkeyPatch.context() as patch:
        happened = kill_at(patch, owner(floor), step, number, after=after)
        with pytest.raises(KilledError):
            floor.work()
        assert happened()
    # Another worker meets the lease first, and only then the rows.
    floor.work()
    floor.clock.advance(LEASE + timedelta(seconds=1))
    floor.work()
    sends = floor.sends()
    assert len(sends) == MESSAGES
    assert set(sends.values()) <= ({1, 2} if name in IN_FLIGHT else {1})
    assert {row.state for row in floor.trial.deliveries()} == {"sent"}
    # Settled rows are never taken again.
    floor.clock.advance(LEASE * 10)
    floor.work()
    assert floor.sends() == sends


def test_a_worker_that_comes_back_from_the_dead_changes_nothing(floor: Floor) -> None:
    """It took rows and stood still; the rows went to another; then it writes what it knows."""
    now = floor.clock.now()
    with transaction(floor.trial.engine) as connection:
        ids = dispatch.claim(connection, "sleeper", now, MESSAGES)
        desk = Desk(PUBLIC_URL, floor.trial.keyring, sends_mail=False)
        held = dispatch_check.check(connection, "sleeper", ids, desk, now).ready
    floor.clock.advance(LEASE + timedelta(seconds=1))
    floor.work()
    before = floor.trial.deliveries()
    late = [
        dispatch.Settled(one.taken, Settlement("failed", "late", "Too late to matter."))
        for one in held
    ]
    with transaction(floor.trial.engine) as connection:
        dispatch.settle(connection, late, floor.clock.now())
    assert floor.trial.deliveries() == before


def test_two_workers_in_one_instant_share_the_rows(floor: Floor) -> None:
    with transaction(floor.trial.engine) as connection:
        first = dispatch.claim(connection, "one", floor.clock.now(), 10)
    with transaction(floor.trial.engine) as connection:
        second = dispatch.claim(connection, "two", floor.clock.now(), MESSAGES)
    assert (len(first), len(second)) == (10, MESSAGES - 10)
    assert not {*first} & {*second}


def test_a_batch_is_looked_at_by_its_rows_and_not_by_searching_all_that_waits(
    floor: Floor,
) -> None:
    """A million messages may wait for their day; no index knows which lease they are under."""
    with transaction(floor.trial.engine) as connection:
        ids = dispatch.claim(connection, "one", floor.clock.now(), 10)
        other = dispatch.claim(connection, "two", floor.clock.now(), 5)
        desk = Desk(PUBLIC_URL, floor.trial.keyring, sends_mail=False)

        def held(token: str, rows: list[int]) -> set[int]:
            checked = dispatch_check.check(connection, token, rows, desk, floor.clock.now())
            return {one.taken.id for one in checked.ready}

        assert held("one", ids) == {*ids}
        # Neither rows alone nor the token alone are enough.
        assert held("one", ids + other) == {*ids}
        assert held("one", []) == set()
        assert held("three", ids) == set()


def opening(floor: Floor, person: int) -> Any:
    """The first reminder of her week 12."""
    rows = floor.trial.reminders(person)
    return next(row for row in rows if (row.timepoint, row.step) == ("W12", "open"))


def test_an_opening_day_survives_a_kill_between_deciding_and_sending(floor: Floor) -> None:
    """The decision and the messages it leads to are one transaction: both, or neither."""
    bea = floor.trial.enrol("B-1", ENROLLED)
    floor.clock.moment = OPEN_STEP
    with transaction(floor.trial.engine) as connection:
        reminder_planning.replan(connection, [bea], OPEN_STEP - timedelta(days=1))
    for after in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            kill_at(patch, reminder_queue, "insert_new", 1, after=after)
            with pytest.raises(KilledError):
                floor.work()
        assert [row for row in floor.trial.deliveries(bea) if row.reminder_id] == []
        assert opening(floor, bea).decision is None
    floor.work()
    (message,) = [row for row in floor.trial.deliveries(bea) if row.reminder_id]
    assert (message.channel, message.outcome) == ("staff", "on-call-list")


def test_a_phones_address_is_unsealed_once_however_often_it_is_written_to(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bytes] = []
    real = Keyring.open

    def noted(keyring: Keyring, sealed: bytes) -> str:
        opened.append(sealed)
        return real(keyring, sealed)

    monkeypatch.setattr(Keyring, "open", noted)
    floor.work()
    assert len(floor.network.sent) == MESSAGES
    # The address and the secret of one phone.
    assert len(opened) == 2
    # Another installation's key opens nothing of it, whatever is kept.
    broken = Desk(PUBLIC_URL, Keyring(bytes(32)), sends_mail=False)
    with transaction(floor.trial.engine) as connection:
        connection.execute(
            update(delivery).values(state="pending", next_at=ENROLLED, lease_token=None)
        )
        ids = dispatch.claim(connection, "other", ENROLLED, 1)
        checked = dispatch_check.check(connection, "other", ids, broken, ENROLLED)
    assert [one.settlement.outcome for one in checked.settled] == ["sealed"]
