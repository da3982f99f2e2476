"""Dated facts that staff enter about a participant: added once, never overwritten, audited.

An entry that was wrong is voided with a reason and stays in the record; a correction is a voided
entry and a new one. What follows from a change of facts (other windows, cancelled reminders) is
set right in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select, update
from sqlalchemy.sql.dml import ReturningInsert

from sayso.domain.errors import AlreadySettled, NotAllowed, NotFound
from sayso.services import audit
from sayso.services.access import Participant


def add(
    connection: Connection,
    table: Table,
    person: Participant,
    values: Mapping[str, Any],
    now: datetime,
    *,
    reason: str | None = None,
    hidden: Mapping[str, Any] | None = None,
) -> int:
    """Insert one entry and its audit event; returns the row id.

    `hidden` values are stored but not written into the trail: sealed notes stay out of it.
    """
    entry_id = connection.execute(
        _insertion(table),
        {
            "participant_id": person.id,
            "recorded_at": now,
            "recorded_by": by(person),
            **values,
            **(hidden or {}),
        },
    ).scalar_one()
    audit.record(
        connection,
        person.actor,
        f"{table.name}.recorded",
        f"{table.name}/{entry_id}",
        after=dict(values),
        reason=reason,
        participant_id=person.id,
        site_id=person.site.id,
        now=now,
    )
    return int(entry_id)


@cache
def _insertion(table: Table) -> ReturningInsert[Any]:
    # Built once per table: putting an INSERT together costs more than running it.
    return insert(table).returning(table.c.id)


def standing(connection: Connection, table: Table, person: Participant, entry_id: int) -> Row[Any]:
    """An entry of this participant that still counts. Raises NotFound, or AlreadySettled."""
    row = connection.execute(
        select(table).where(table.c.id == entry_id, table.c.participant_id == person.id)
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no entry {entry_id} of this kind for {person.code}")
    if row.voided_at is not None:
        raise AlreadySettled("This entry was taken back before")
    return row


def void(
    connection: Connection,
    table: Table,
    person: Participant,
    entry_id: int,
    reason: str,
    now: datetime,
) -> Row[Any]:
    """Take an entry back; it stays in the record. Raises NotFound or AlreadySettled."""
    row = standing(connection, table, person, entry_id)
    connection.execute(
        update(table)
        .where(table.c.id == entry_id)
        .values(
            voided_at=now,
            voided_by=by(person),
            void_reason=reason,
        )
    )
    audit.record(
        connection,
        person.actor,
        f"{table.name}.voided",
        f"{table.name}/{entry_id}",
        before=told(row),
        reason=reason,
        participant_id=person.id,
        site_id=person.site.id,
        now=now,
    )
    return row


def by(person: Participant) -> int | None:
    """The staff row of whoever makes the entry; None where a command does."""
    return person.actor.id if person.actor.kind == "staff" else None


def author_of(person: Participant) -> int:
    """The staff row of whoever acts. Raises NotAllowed for a command: nobody would have said it."""
    actor = person.actor
    if actor.kind != "staff" or actor.id is None:
        raise NotAllowed("This is entered and decided on by a member of staff, never by a command")
    return actor.id


_NOT_TOLD = frozenset(
    {
        "id", "participant_id", "recorded_at", "recorded_by", "voided_at", "voided_by",
        "void_reason", "note_sealed",
    }
)  # fmt: skip


def told(row: Row[Any]) -> dict[str, Any]:
    """What an entry says, without its bookkeeping and without sealed text."""
    return {
        name: value
        for name, value in row._mapping.items()
        if name not in _NOT_TOLD and value is not None
    }
