"""Every way in which sending fails: none stops the others, none is silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from sayso.store.engine import make_engine, transaction
from sayso.store.tables_messages import push_subscription
from support.push_service import Answer, Phone
from support.reminder_fixtures import ENROLLED, OPEN_STEP, Office


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """One database engine: what fails here is the network, and `test_ways` has both."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


def two_people(office: Office) -> tuple[int, Phone, int, Phone]:
    """Alice, whose push service will misbehave, and Ben, whose must not suffer."""
    alice = office.trial.enrol("A-1", ENROLLED)
    ben = office.trial.enrol("B-1", ENROLLED)
    phones = office.phone(), office.phone()
    for person, phone in zip((alice, ben), phones, strict=True):
        office.trial.register(person, phone, ENROLLED)
    office.beat()
    for phone in phones:
        phone.received.clear()
    return alice, phones[0], ben, phones[1]


def outcome(office: Office, person: int) -> tuple[str, str | None, int | None]:
    row = next(
        row for row in office.trial.deliveries(person) if row.reminder_id and row.channel == "push"
    )
    assert row.why
    return row.state, row.outcome, row.last_status


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(404), ("dead", "gone", 404)),
        (Answer(410), ("dead", "gone", 410)),
        (Answer(400), ("pending", "our-fault", 400)),
        (Answer(401), ("pending", "our-fault", 401)),
        (Answer(406), ("pending", "retry", 406)),
        (Answer(429, {"Retry-After": "600"}), ("pending", "retry", 429)),
        (Answer(500), ("pending", "retry", 500)),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Answer) else "",
)
def test_one_bad_answer(office: Office, answer: Answer, expected: tuple[str, str, int]) -> None:
    alice, phone, _ben, other = two_people(office)
    office.service.script[phone.token] = [answer]
    office.clock.moment = OPEN_STEP - timedelta(days=1)
    office.beat()
    office.clock.moment = OPEN_STEP
    office.beat()
    assert outcome(office, alice) == expected
    assert len(other.received) <= 1
    # Throttling holds back everybody at that service; the others went out in the same tick.
    office.later(minutes=20)
    assert len(other.received) == 1


@pytest.mark.parametrize("status", [400, 401])
def test_our_own_fault_costs_nobody_the_subscription(office: Office, status: int) -> None:
    alice, phone, _ben, _other = two_people(office)
    office.service.script[phone.token] = [Answer(status)]
    office.at(OPEN_STEP + timedelta(minutes=5))
    assert outcome(office, alice)[:2] == ("sent", "sent")
    assert len(phone.received) == 1


def test_retries_end_in_a_reason_and_the_call_list(office: Office) -> None:
    alice, phone, _ben, _other = two_people(office)
    office.service.answer = lambda token: Answer(500) if token == phone.token else None
    office.at(OPEN_STEP + timedelta(hours=8))
    state, slug, _status = outcome(office, alice)
    assert (state, slug) == ("failed", "attempts-used-up")
    last = office.trial.deliveries(alice)[-1]
    assert (last.channel, last.outcome) == ("staff", "on-call-list")


def test_an_address_sealed_with_another_key_breaks_one_row_only(office: Office) -> None:
    alice, _phone, _ben, other = two_people(office)
    with transaction(office.trial.engine) as connection:
        connection.execute(
            update(push_subscription)
            .where(push_subscription.c.participant_id == alice)
            .values(endpoint_sealed=b"not ours")
        )
    office.at(OPEN_STEP)
    assert outcome(office, alice)[:2] == ("failed", "sealed")
    assert len(other.received) == 1


def test_a_participant_whose_zone_went_missing_stops_nobody(office: Office) -> None:
    alice, _phone, _ben, other = two_people(office)
    office.at(OPEN_STEP - timedelta(hours=1))
    office.trial.prefers_zone(alice, "Mars/Olympus")
    office.at(OPEN_STEP)
    row = next(r for r in office.trial.reminders(alice) if r.timepoint == "W12")
    assert (row.decision, row.reason) == ("skipped", "error")
    assert len(other.received) == 1


def test_a_dead_subscription_says_why(office: Office) -> None:
    alice, phone, _ben, _other = two_people(office)
    office.service.script[phone.token] = [Answer(410)]
    office.at(OPEN_STEP)
    with transaction(office.trial.engine, read_only=True) as connection:
        row = connection.execute(
            select(push_subscription).where(push_subscription.c.participant_id == alice)
        ).one()
    assert row.dead_at == OPEN_STEP
    assert "unsubscribed" in row.dead_reason


def test_three_in_ten_failures_still_reach_everybody(office: Office) -> None:
    people = [office.trial.enrol(f"P-{n}", ENROLLED) for n in range(12)]
    phones = [office.phone() for _ in people]
    for person, phone in zip(people, phones, strict=True):
        office.trial.register(person, phone, ENROLLED)
    office.beat()
    for phone in phones:
        phone.received.clear()
    turns = iter(range(10**6))
    office.service.answer = lambda _token: Answer(503) if next(turns) % 10 < 3 else None
    office.at(OPEN_STEP + timedelta(hours=3))
    assert [len(phone.received) for phone in phones] == [1] * 12
