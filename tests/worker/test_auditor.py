"""Every night the worker verifies what the audit trail has gained, and an alarm goes off once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update
from structlog.testing import capture_logs

from sayso.clock import FixedClock
from sayso.domain.audit import Actor
from sayso.services import audit, audit_watch, operations
from sayso.store.engine import transaction
from sayso.store.tables_messages import audit_event, audit_head
from sayso.worker import auditor

MIDNIGHT = datetime(2026, 6, 15, 0, 20, tzinfo=UTC)
DAY = timedelta(days=1)


class Trail:
    """A trail that grows, a worker that looks at it at night, and a hand that should not be there.

    The guards of the database refuse every change, so whoever tampers takes them away first.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = FixedClock(MIDNIGHT)

    def grows(self, events: int) -> None:
        with transaction(self.engine) as connection:
            for number in range(events):
                audit.record(
                    connection, Actor("command"), "thing.done", f"thing/{number}",
                    after={"number": number}, now=self.clock.now(),
                )  # fmt: skip

    def verified(self) -> dict[str, int]:
        return dict(auditor.verify(self.engine, self.clock, lambda: False))

    def night_after(self, events: int) -> dict[str, int]:
        self.grows(events)
        self.clock.moment += DAY
        return self.verified()

    def verdicts(self) -> list[dict[str, Any]]:
        with transaction(self.engine, read_only=True) as connection:
            rows = connection.execute(
                select(audit_event.c.details)
                .where(audit_event.c.action == audit.VERIFIED)
                .order_by(audit_event.c.seq)
            )
            return [row.details["after"] for row in rows]

    def standing(self) -> audit_watch.Trail | None:
        with transaction(self.engine, read_only=True) as connection:
            return operations.figures(connection, self.clock.now()).trail

    def unguarded(self, statement: Any) -> None:
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
                connection.execute(statement)
                return
            guards = connection.execute(
                text(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
                    "AND tbl_name IN ('audit_event', 'audit_head')"
                )
            ).all()
            for guard in guards:
                connection.execute(text(f"DROP TRIGGER {guard.name}"))
            connection.execute(statement)
            for guard in guards:
                connection.exec_driver_sql(guard.sql)


@pytest.fixture
def trail(engine: Engine) -> Trail:
    trail = Trail(engine)
    trail.grows(5)
    return trail


def test_the_first_night_reads_everything_and_says_where_it_ended(trail: Trail) -> None:
    assert trail.standing() is None
    assert trail.verified() == {"audited": 5, "audit_faults": 0}
    (verdict,) = trail.verdicts()
    assert (verdict["first"], verdict["events"], verdict["faults"]) == (1, 5, [])
    assert len(verdict["head"]) == 64
    standing = trail.standing()
    assert standing is not None
    assert (standing.events, standing.faults, standing.at) == (5, (), MIDNIGHT)


def test_later_nights_go_on_from_the_verdict_before(trail: Trail) -> None:
    trail.verified()
    # Three events, and the verdict of the night before, which is one as well.
    assert trail.night_after(3) == {"audited": 4, "audit_faults": 0}
    assert [verdict["first"] for verdict in trail.verdicts()] == [1, 6]


def test_one_look_a_day_is_enough_whoever_asks(trail: Trail) -> None:
    trail.verified()
    trail.clock.moment += timedelta(hours=23)
    assert trail.verified() == {}
    assert len(trail.verdicts()) == 1


def test_two_workers_of_one_night_leave_one_verdict(trail: Trail) -> None:
    with transaction(trail.engine, read_only=True) as connection:
        first = audit_watch.begin(connection, MIDNIGHT)
        second = audit_watch.begin(connection, MIDNIGHT)
        assert first == second
        assert first is not None
        first, second = (audit_watch.read_on(connection, one) for one in (first, first))
    assert first.is_done
    for reading, concluded in ((first, True), (second, False)):
        with transaction(trail.engine) as connection:
            assert audit_watch.conclude(connection, reading, MIDNIGHT) is concluded


def test_once_a_week_the_whole_trail_is_read_again(trail: Trail) -> None:
    trail.verified()
    for _night in range(7):
        trail.night_after(1)
    assert [verdict["first"] for verdict in trail.verdicts()][-2:] == [16, 1]


def test_a_long_trail_is_read_in_portions(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_watch, "PORTION", 2)
    assert trail.verified() == {"audited": 5, "audit_faults": 0}


def test_stopping_the_worker_leaves_no_verdict(trail: Trail) -> None:
    assert not auditor.verify(trail.engine, trail.clock, lambda: True)
    assert trail.verdicts() == []


def test_an_event_that_was_changed_since_is_found_and_told(trail: Trail) -> None:
    trail.verified()
    trail.grows(2)
    trail.unguarded(update(audit_event).where(audit_event.c.seq == 7).values(subject="thing/x"))
    with capture_logs() as logs:
        trail.clock.moment += DAY
        assert trail.verified()["audit_faults"] == 1
    assert [entry["event"] for entry in logs] == ["the audit trail is broken"]
    standing = trail.standing()
    assert standing is not None
    assert standing.faults == ("event 7 was changed after it was written",)
    assert standing.is_new


def test_a_past_that_was_rewritten_is_noticed_at_the_event_where_the_watch_left_off(
    trail: Trail,
) -> None:
    trail.verified()
    trail.unguarded(update(audit_event).where(audit_event.c.seq == 5).values(sha256="0" * 64))
    assert trail.night_after(1)["audit_faults"] > 0
    faults = trail.verdicts()[-1]["faults"]
    assert "event 5 is not the one that was noted elsewhere: the trail was rewritten" in faults


def test_a_trail_that_was_cut_off_is_not_whole(trail: Trail) -> None:
    trail.unguarded(update(audit_head).values(seq=audit_head.c.seq + 3))
    with transaction(trail.engine, read_only=True) as connection:
        reading = audit_watch.begin(connection, MIDNIGHT)
        assert reading is not None
        while not reading.is_done:
            reading = audit_watch.read_on(connection, reading)
    assert reading.faults == (
        "the trail ends at event 5, which is not the head that was kept beside it",
    )


def test_a_fault_is_found_again_every_night_and_is_new_only_once(trail: Trail) -> None:
    trail.unguarded(update(audit_event).where(audit_event.c.seq == 3).values(action="other"))
    trail.verified()
    news = []
    for _night in range(2):
        standing = trail.standing()
        assert standing is not None
        news.append((standing.faults, standing.is_new))
        trail.night_after(1)
    fault = ("event 3 was changed after it was written",)
    assert news == [(fault, True), (fault, False)]
