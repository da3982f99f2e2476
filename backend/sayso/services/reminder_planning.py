"""Carry out the reminder plan: make, move, cancel and explain rows of `reminder`.

The rules are in `domain.reminders`; here the rows are read, the difference is asked for, and it is
written, for many participants at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    insert,
    or_,
    select,
    union,
    update,
)

from sayso.domain.reminders import HORIZON, PlannedReminder, ReminderPlan, WantedReminder, plan
from sayso.services import reminder_people, zone_database
from sayso.services.reminders import stop_deliveries
from sayso.store import facts_by_id
from sayso.store.tables_forms import expected_form
from sayso.store.tables_messages import delivery, reminder


def replan(connection: Connection, participant_ids: Collection[int], now: datetime) -> int:
    """Bring the reminders of these participants in line with the facts; returns rows changed.

    Idempotent. Call it after any change that reminders depend on: schedule, zone, exemption,
    event, preference.
    """
    existing = _existing(connection, participant_ids, now)
    forms = facts_by_id.forms_where(connection, participant_ids, _worth_a_look(existing, now))
    people = reminder_people.load(connection, participant_ids, now, forms)
    tzdata_version = zone_database.version()
    writer = _Writer(tzdata_version, now)
    for person in people.values():
        rows = existing.get(person.id, [])
        wanted = plan(person.person, person.forms, rows, tzdata_version=tzdata_version, now=now)
        writer.take(person.id, wanted)
    return writer.write(connection)


def waiting_for_a_plan(connection: Connection, now: datetime, limit: int) -> Sequence[int]:
    """Participants with a window inside the horizon that nobody has planned yet.

    Also those whose planned reminders were reckoned with another zone database. Exempt
    participants never get a row, so they are looked at again each time, and again get none.
    """
    planned = exists().where(
        reminder.c.participant_id == expected_form.c.participant_id,
        reminder.c.occasion == expected_form.c.timepoint,
    )
    unplanned = select(expected_form.c.participant_id).where(*_within_horizon(now), ~planned)
    outdated = select(reminder.c.participant_id).where(
        reminder.c.decided_at.is_(None), reminder.c.tzdata_version != zone_database.version()
    )
    statement = union(unplanned, outdated).subquery()
    return connection.scalars(select(statement).order_by(statement.c[0]).limit(limit)).all()


def with_open_windows(
    connection: Connection, now: datetime, after: int, limit: int
) -> Sequence[int]:
    """Participants by row id with any window inside the horizon: for the hourly sweep."""
    statement = (
        select(expected_form.c.participant_id)
        .where(*_within_horizon(now), expected_form.c.participant_id > after)
        .distinct()
        .order_by(expected_form.c.participant_id)
        .limit(limit)
    )
    return connection.scalars(statement).all()


def _worth_a_look(
    existing: Mapping[int, Sequence[PlannedReminder]], now: datetime
) -> ColumnElement[bool]:
    """Forms whose window is not over, and those that a reminder nobody decided on speaks of."""
    overdue = {
        row.occasion
        for rows in existing.values()
        for row in rows
        if row.decision is None and row.closes_at <= now
    }
    return and_(
        expected_form.c.opens_at <= now + HORIZON,
        or_(expected_form.c.closes_at > now, expected_form.c.timepoint.in_(sorted(overdue))),
    )


def _within_horizon(now: datetime) -> tuple[Any, ...]:
    return (
        expected_form.c.cancelled_at.is_(None),
        expected_form.c.closes_at > now,
        expected_form.c.opens_at <= now + HORIZON,
    )


def _existing(
    connection: Connection, ids: Collection[int], now: datetime
) -> dict[int, list[PlannedReminder]]:
    found: dict[int, list[PlannedReminder]] = defaultdict(list)
    for row in connection.execute(
        select(reminder).where(
            reminder.c.participant_id.in_(sorted(ids)),
            or_(reminder.c.decided_at.is_(None), reminder.c.closes_at > now),
        )
    ):
        found[row.participant_id].append(
            PlannedReminder(
                row.id,
                row.occasion,
                row.step,
                datetime.fromisoformat(row.local_wall),
                row.zone,
                row.tzdata_version,
                row.due_at,
                row.closes_at,
                row.decision,
                row.reason,
            )
        )
    return found


class _Writer:
    """Collects the plans of many participants and writes them in at most four statements."""

    def __init__(self, tzdata_version: str, now: datetime) -> None:
        self._tzdata_version = tzdata_version
        self._now = now
        self._new: list[dict[str, Any]] = []
        self._moved: list[dict[str, Any]] = []
        self._cancelled: list[dict[str, Any]] = []
        self._stopped: list[tuple[int, str, str, str]] = []

    def take(self, participant_id: int, wanted: ReminderPlan) -> None:
        for entry in wanted.add:
            self._new.append(self._row(participant_id, entry) | _undecided())
        for missed in wanted.missed:
            verdict = missed.verdict
            self._new.append(
                self._row(participant_id, missed.wanted)
                | self._decided("skipped", verdict.reason, verdict.why)
            )
        for row, entry in wanted.move:
            self._moved.append({"row_id": row.id, **self._timing(entry)})
        for cancel in wanted.cancel:
            verdict = cancel.verdict
            self._cancelled.append(
                {"row_id": cancel.row.id, "the_reason": verdict.reason, "the_why": verdict.why}
            )
        for occasion, verdict in wanted.stop:
            self._stopped.append((participant_id, occasion, verdict.reason, verdict.why))

    def write(self, connection: Connection) -> int:
        if self._new:
            connection.execute(insert(reminder), self._new)
        if self._moved:
            connection.execute(
                update(reminder)
                .where(reminder.c.id == bindparam("row_id"))
                .values(
                    **{name: bindparam(f"b_{name}") for name in _TIMING},
                    decided_at=None,
                    decision=None,
                    reason=None,
                    why=None,
                ),
                [
                    {"row_id": row["row_id"]} | {f"b_{name}": row[name] for name in _TIMING}
                    for row in self._moved
                ],
            )
        if self._cancelled:
            connection.execute(
                update(reminder)
                .where(reminder.c.id == bindparam("row_id"), reminder.c.decided_at.is_(None))
                .values(
                    decided_at=self._now,
                    decision="cancelled",
                    reason=bindparam("the_reason"),
                    why=bindparam("the_why"),
                ),
                self._cancelled,
            )
        for participant_id, occasion, reason, why in self._stopped:
            of_occasion = select(reminder.c.id).where(
                and_(reminder.c.participant_id == participant_id, reminder.c.occasion == occasion)
            )
            stop_deliveries(
                connection, delivery.c.reminder_id.in_(of_occasion), reason, why, self._now
            )
        return len(self._new) + len(self._moved) + len(self._cancelled) + len(self._stopped)

    def _row(self, participant_id: int, entry: WantedReminder) -> dict[str, Any]:
        return {
            "participant_id": participant_id,
            "occasion": entry.occasion,
            "timepoint": entry.occasion,
            "step": entry.step,
            "planned_at": self._now,
            **self._timing(entry),
        }

    def _timing(self, entry: WantedReminder) -> dict[str, Any]:
        return {
            "urgent": entry.urgent,
            "local_wall": entry.local.isoformat(timespec="minutes"),
            "zone": entry.zone,
            "tzdata_version": self._tzdata_version,
            "due_at": entry.due_at,
            "next_at": entry.due_at,
            "closes_at": entry.closes_at,
        }

    def _decided(self, decision: str, reason: str, why: str) -> dict[str, Any]:
        return {"decided_at": self._now, "decision": decision, "reason": reason, "why": why}


_TIMING = (
    "urgent", "local_wall", "zone", "tzdata_version", "due_at", "next_at", "closes_at",
)  # fmt: skip


def _undecided() -> dict[str, Any]:
    return {"decided_at": None, "decision": None, "reason": None, "why": None}
