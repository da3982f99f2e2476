"""From a reminder that is due to messages that can be sent: the moment a nudge is decided.

Rows are taken under a lock and everything is written in the same transaction, so that two workers
never queue the same reminder and a crash leaves it as it was. What is decided against is kept with
the reason in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, bindparam, func, or_, select, update

from sayso.domain.eligibility import SEND, SKIP, WAIT, Nudge, Verdict, may_remind
from sayso.domain.reminder_steps import SNOOZE, kind_of
from sayso.services import reminder_people
from sayso.services.reminder_people import Reminded
from sayso.store.tables_messages import delivery, reminder
from sayso.store.upsert import insert_new

_WEEK = timedelta(days=7)
_FRESH = timedelta(seconds=5)
_QUEUED = Verdict(SEND, "queued", "Handed over for sending.")


@dataclass(frozen=True, slots=True)
class Around:
    """What is known about the other reminders of some participants.

    `due` holds (participant, occasion, due) of those that are due or already queued; `recent`
    (participant, reminder id, queued at) of the last seven days.
    """

    due: Mapping[tuple[int, str], Sequence[tuple[datetime, int]]] = field(default_factory=dict)
    recent: dict[int, list[tuple[int, datetime]]] = field(default_factory=dict)

    def nudge(self, row: Any, reminder_id: int) -> Nudge:
        """How one reminder stands among the others; `row` has the columns of `reminder`."""
        own = (row.due_at, reminder_id)
        newer = any(other > own for other in self.due.get((row.participant_id, row.occasion), ()))
        recent = tuple(
            at for other, at in self.recent.get(row.participant_id, ()) if other != reminder_id
        )
        return Nudge(row.closes_at, recent, newer, requested=kind_of(row.step) == SNOOZE)


def next_due(connection: Connection) -> datetime | None:
    """When the next undecided reminder wants attention; one index lookup."""
    found: datetime | None = connection.execute(_NEXT).scalar_one()
    return found


_NEXT = select(func.min(reminder.c.next_at)).where(reminder.c.decided_at.is_(None))


@dataclass(frozen=True, slots=True)
class Queued:
    """How many reminders were decided, and what was read and found out for it at `at`.

    `people` were read with the forms of `timepoints`; `going` are the reminders that may go.
    """

    decided: int = 0
    people: Mapping[int, Reminded] = field(default_factory=dict)
    timepoints: frozenset[str] = frozenset()
    going: frozenset[int] = frozenset()
    at: datetime | None = None

    def while_fresh(self, now: datetime) -> Queued:
        """The same a few seconds later; nothing for whoever comes later than that."""
        return self if self.at is not None and now - self.at < _FRESH else Queued()


def queue_due(connection: Connection, now: datetime, limit: int) -> Queued:
    """Decide up to `limit` due reminders."""
    rows = connection.execute(_DUE, {"b_now": now, "b_limit": limit}).all()
    if not rows:
        return Queued()
    ids = {row.participant_id for row in rows}
    timepoints = frozenset(row.timepoint for row in rows)
    forms = reminder_people.forms_of_timepoints(connection, ids, timepoints)
    people = reminder_people.load(connection, ids, now, forms)
    around = around_of(connection, ids, now)
    decided: list[tuple[Row[Any], Verdict]] = []
    for row in rows:
        verdict = _judged(row, people[row.participant_id], around, now)
        decided.append((row, verdict))
        if verdict.action == SEND:
            # The next one of the same person is judged knowing of this one.
            around.recent.setdefault(row.participant_id, []).append((row.id, now))
    _write(connection, decided, now)
    going = [(row, people[row.participant_id]) for row, v in decided if v.action == SEND]
    insert_new(connection, delivery, [d for row, who in going for d in deliveries(row, who, now)])
    return Queued(len(rows), people, timepoints, frozenset(row.id for row, _who in going), now)


# Nothing but what is judged by: a batch reads a few hundred of these, most of them once a day.
_DUE: Select[Any] = (
    select(
        reminder.c.id,
        reminder.c.participant_id,
        reminder.c.occasion,
        reminder.c.timepoint,
        reminder.c.step,
        reminder.c.due_at,
        reminder.c.closes_at,
    )
    .where(
        reminder.c.decided_at.is_(None),
        reminder.c.next_at <= bindparam("b_now", type_=reminder.c.next_at.type),
    )
    .order_by(reminder.c.next_at, reminder.c.id)
    .limit(bindparam("b_limit", type_=Integer))
    .with_for_update(skip_locked=True)
)


def _judged(row: Row[Any], who: Reminded, around: Around, now: datetime) -> Verdict:
    forms = who.forms_at(row.timepoint)
    try:
        return may_remind(who.person, forms, now, around.nudge(row, row.id))
    except Exception as error:
        # One row that cannot be judged must not hold up everybody behind it.
        why = f"This reminder could not be judged ({type(error).__name__})."
        return Verdict(SKIP, "error", why)


def around_of(connection: Connection, participant_ids: set[int], now: datetime) -> Around:
    """The other reminders of these participants, in one statement; none for nobody."""
    if not participant_ids:
        return Around()
    due: dict[tuple[int, str], list[tuple[datetime, int]]] = defaultdict(list)
    recent: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    asked = {"b_people": sorted(participant_ids), "b_now": now, "b_over": now - _WEEK}
    rows = connection.execute(_AROUND, asked).all()
    for row_id, person, occasion, due_at, decided_at, decision in rows:
        due[person, occasion].append((due_at, row_id))
        if decision == "queued" and decided_at > now - _WEEK:
            recent[person].append((row_id, decided_at))
    return Around(due, recent)


_AROUND = select(
    reminder.c.id,
    reminder.c.participant_id,
    reminder.c.occasion,
    reminder.c.due_at,
    reminder.c.decided_at,
    reminder.c.decision,
).where(
    reminder.c.participant_id.in_(bindparam("b_people", expanding=True)),
    reminder.c.due_at <= bindparam("b_now", type_=reminder.c.due_at.type),
    reminder.c.closes_at > bindparam("b_over", type_=reminder.c.closes_at.type),
    or_(reminder.c.decision.is_(None), reminder.c.decision == "queued"),
)


def deliveries(row: Any, who: Reminded, now: datetime) -> list[dict[str, Any]]:
    """Every live phone; where there is none, e-mail; where there is none, the call list."""
    common = {
        "reminder_id": row.id,
        "participant_id": row.participant_id,
        "purpose": "reminder",
        "state": "pending",
        "next_at": now,
        "expires_at": row.closes_at,
        "attempts": 0,
        "created_at": now,
    }
    live = [phone for phone in who.phones if phone.is_live]
    if live:
        return [
            common
            | {
                "channel": "push",
                "subscription_id": phone.id,
                "idempotency_key": f"r{row.id}:push:{phone.id}",
            }
            for phone in live
        ]
    channel = "email" if who.has_email else "staff"
    key = f"r{row.id}:{channel}"
    return [common | {"channel": channel, "subscription_id": None, "idempotency_key": key}]


def _write(
    connection: Connection, decided: Sequence[tuple[Row[Any], Verdict]], now: datetime
) -> None:
    waiting = [
        {"row_id": row.id, "b_next_at": verdict.until, "b_why": verdict.why}
        for row, verdict in decided
        if verdict.action == WAIT
    ]
    if waiting:
        connection.execute(_WAITS, waiting)
    # Most reminders of a batch are decided alike, and one statement writes all of them.
    alike: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row, verdict in decided:
        if verdict.action == SEND:
            alike["queued", _QUEUED.reason, _QUEUED.why].append(row.id)
        elif verdict.action != WAIT:
            alike["skipped", verdict.reason, verdict.why].append(row.id)
    for (decision, reason, why), row_ids in alike.items():
        final = {"b_decision": decision, "b_reason": reason, "b_why": why, "b_now": now}
        connection.execute(_DECIDED, {"b_ids": row_ids, **final})


_WAITS = (
    update(reminder)
    .where(reminder.c.id == bindparam("row_id"))
    .values(next_at=bindparam("b_next_at"), why=bindparam("b_why"))
)
_DECIDED = (
    update(reminder)
    .where(reminder.c.id.in_(bindparam("b_ids", expanding=True)))
    .values(
        decided_at=bindparam("b_now"),
        decision=bindparam("b_decision"),
        reason=bindparam("b_reason"),
        why=bindparam("b_why"),
    )
)
