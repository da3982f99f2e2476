"""Every kind of change of a fact, written past the services as somebody with psql might."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from sayso.domain.study import MISSING_REASONS
from sayso.store.tables import anchor, contact, event, exemption, participant, visit
from sayso.store.tables_forms import expected_form, missing_reason, response
from sayso.store.tables_messages import delivery
from support.people import at


def _approve(connection: Connection, row_id: int, now: datetime) -> None:
    connection.execute(
        update(exemption).where(exemption.c.participant_id == row_id).values(approved_at=now)
    )


def _void(connection: Connection, row_id: int, now: datetime) -> None:
    for table in (event, anchor):
        connection.execute(
            update(table).where(table.c.participant_id == row_id).values(voided_at=now)
        )


def _die(connection: Connection, row_id: int, now: datetime) -> None:
    connection.execute(
        insert(event).values(participant_id=row_id, kind="death", date=now.date(), recorded_at=now)
    )


def _exempt(connection: Connection, row_id: int, now: datetime) -> None:
    connection.execute(
        insert(exemption).values(
            participant_id=row_id, reason="LANGUAGE", language="en", valid_from=at(0).date(),
            needs_approval=False, recorded_at=now,
        )
    )  # fmt: skip


def _believe(connection: Connection, row_id: int, _now: datetime) -> None:
    connection.execute(
        update(response).where(response.c.participant_id == row_id).values(time_accepted=False)
    )


def _move(connection: Connection, row_id: int, now: datetime) -> None:
    connection.execute(
        update(expected_form)
        .where(expected_form.c.participant_id == row_id)
        .values(closes_at=now + timedelta(days=3))
    )


def _cancel(connection: Connection, row_id: int, now: datetime) -> None:
    connection.execute(
        update(expected_form)
        .where(expected_form.c.participant_id == row_id, expected_form.c.timepoint == "W24")
        .values(cancelled_at=now)
    )


def _code(connection: Connection, row_id: int, now: datetime) -> None:
    for form in (
        connection.execute(
            select(expected_form.c.id).where(expected_form.c.participant_id == row_id)
        )
        .scalars()
        .all()
    ):
        connection.execute(
            insert(missing_reason).values(
                expected_form_id=form, reason=MISSING_REASONS[3], given_by="staff",
                recorded_at=now,
            )
        )  # fmt: skip


def _uncode(connection: Connection, row_id: int, _now: datetime) -> None:
    mine = select(expected_form.c.id).where(expected_form.c.participant_id == row_id)
    connection.execute(delete(missing_reason).where(missing_reason.c.expected_form_id.in_(mine)))


def _meet(connection: Connection, row_id: int, now: datetime) -> None:
    own = {"participant_id": row_id, "date": now.date(), "recorded_at": now}
    connection.execute(insert(visit).values(own | {"timepoint": "W24", "kind": "clinic"}))
    connection.execute(
        insert(contact).values(
            own | {"channel": "phone", "outcome": "reached", "interpreter_used": False}
        )
    )


def _forget(connection: Connection, row_id: int, _now: datetime) -> None:
    for table in (contact, delivery):
        connection.execute(delete(table).where(table.c.participant_id == row_id))


def _travel(connection: Connection, row_id: int, _now: datetime) -> None:
    connection.execute(
        update(participant).where(participant.c.id == row_id).values(zone="Pacific/Apia")
    )


CHANGES = (
    _approve, _void, _die, _exempt, _believe, _move, _cancel, _code, _uncode, _meet, _forget,
    _travel,
)  # fmt: skip
