"""The trail is written with the change, in one order, and can be verified from the database."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, text

from sayso.services import audit
from sayso.services.audit import Actor, Entry
from sayso.store.engine import make_engine, transaction
from sayso.store.tables_messages import audit_event, audit_head

BOB = Actor("staff", 7, "coordinator", None, "request-1")


def record(connection: Connection, now: datetime, **more: Any) -> int:
    return audit.record(connection, BOB, "visit.recorded", "visit/1", now=now, **more)


def test_an_event_says_who_what_when_and_why(connection: Connection, now: datetime) -> None:
    record(
        connection, now, before={"date": date(2026, 6, 1)}, after={"at": now, "n": (1, 2)},
        reason="typed wrongly", participant_id=3, site_id=1,
    )  # fmt: skip

    [event] = audit.events(connection)

    assert (event.seq, event.at, event.actor) == (1, now, BOB)
    assert (event.action, event.subject) == ("visit.recorded", "visit/1")
    assert (event.participant_id, event.site_id) == (3, 1)
    assert event.details == {
        "before": {"date": "2026-06-01"},
        "after": {"at": "2026-06-15T15:00:00.000000Z", "n": [1, 2]},
        "reason": "typed wrongly",
    }


def test_many_events_make_one_chain(connection: Connection, now: datetime) -> None:
    record(connection, now)
    last = audit.record_all(connection, [Entry(BOB, "a", f"x/{n}") for n in range(2500)], now)

    assert last == 2501
    assert [event.seq for event in audit.events(connection)] == list(range(1, 2502))
    assert list(audit.chain_faults(connection)) == []


def test_events_of_one_participant(connection: Connection, now: datetime) -> None:
    for person in (1, 2, 1):
        record(connection, now, participant_id=person)

    assert [event.seq for event in audit.events(connection, participant_id=1)] == [1, 3]


def test_nothing_is_on_record_when_the_change_fails(engine: Engine, now: datetime) -> None:
    with pytest.raises(RuntimeError), transaction(engine) as connection:  # noqa: PT012
        record(connection, now)
        raise RuntimeError("the change failed")

    with transaction(engine) as connection:
        assert list(audit.events(connection)) == []
        assert record(connection, now) == 1


def guards_off(connection: Connection) -> None:
    """What somebody with full rights over the database can do."""
    if connection.dialect.name == "sqlite":
        for name in ("keeps_rows", "keeps_columns", "continues"):
            connection.execute(text(f"DROP TRIGGER audit_event_{name}"))
    else:
        connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("UPDATE audit_event SET action = 'visit.voided' WHERE seq = 2", "event 2 was changed"),
        ("UPDATE audit_event SET details = '{}' WHERE seq = 2", "the details of event 2"),
        ("DELETE FROM audit_event WHERE seq = 2", "event 3 follows event 1"),
        ("DELETE FROM audit_event WHERE seq = 3", "ends at event 2, which is not the head"),
        ("DELETE FROM audit_event", "ends at event 0"),
    ],
)
def test_harm_done_behind_the_programs_back_is_found(
    connection: Connection, now: datetime, harm: str, said: str
) -> None:
    for _ in range(3):
        record(connection, now, reason="as it was")
    guards_off(connection)

    connection.execute(text(harm))

    assert said in " / ".join(audit.chain_faults(connection))


def test_a_trail_rewritten_with_its_head_is_found_by_a_head_noted_elsewhere(
    connection: Connection, now: datetime
) -> None:
    for _ in range(3):
        record(connection, now, reason="as it was")
    noted = connection.execute(select(audit_head.c.seq, audit_head.c.sha256)).one()
    assert audit.anchor_faults(connection, *noted) == []
    guards_off(connection)
    connection.execute(text("DELETE FROM audit_event"))
    head = {"id": 1, "zero": "0" * 64}
    connection.execute(text("UPDATE audit_head SET seq = 0, sha256 = :zero WHERE id = :id"), head)

    cut = audit.anchor_faults(connection, *noted)
    connection.execute(text("UPDATE audit_head SET seq = 0"))

    assert cut == ["the trail does not reach event 3, which was noted elsewhere: it was cut off"]


def test_writers_at_the_same_time_still_make_one_chain(engine: Engine, now: datetime) -> None:
    def write() -> None:
        mine = make_engine(engine.url.render_as_string(hide_password=False))
        for _ in range(10):
            with transaction(mine) as connection:
                record(connection, now)
        mine.dispose()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with transaction(engine, read_only=True) as connection:
        numbers = select(audit_event.c.seq).order_by(audit_event.c.seq)
        assert connection.execute(numbers).scalars().all() == list(range(1, 41))
        assert list(audit.chain_faults(connection)) == []


def test_the_moment_of_an_entry_may_differ(connection: Connection, now: datetime) -> None:
    earlier = datetime(2025, 1, 1, tzinfo=UTC)

    audit.record_all(connection, [Entry(BOB, "a", "x/1", at=earlier)], now)

    assert next(audit.events(connection)).at == earlier
