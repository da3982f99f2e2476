"""Write the audit trail in the transaction of the change, and read it back as a proof.

`record` locks the head of the chain until the transaction ends, so events have one order even when
many workers write. Call it last in a service: what comes after it waits for nobody, but everybody
else's next event waits for this transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, insert, select

import sayso
from sayso.domain import audit
from sayso.domain.audit import Actor, instant
from sayso.store.tables_messages import audit_event, audit_head

__all__ = [
    "Actor",
    "Entry",
    "Verified",
    "anchor_faults",
    "chain_faults",
    "event_of",
    "events",
    "record",
    "record_all",
    "verify",
]

VERIFIED = "audit.verified"
_CHUNK = 1000
_FAULTS_KEPT = 5
_LOCK_HEAD = (
    select(audit_head.c.seq, audit_head.c.sha256).where(audit_head.c.id == 1).with_for_update()
)
_APPEND = insert(audit_event)


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, for `record_all`: the arguments of `record` for one event."""

    actor: Actor
    action: str
    subject: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str | None = None
    participant_id: int | None = None
    site_id: int | None = None
    at: datetime | None = field(default=None)


def record(
    connection: Connection,
    actor: Actor,
    action: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
    participant_id: int | None = None,
    site_id: int | None = None,
    now: datetime,
) -> int:
    """Append one event and return its number.

    `action` is a verb phrase such as "exemption.recorded"; `subject` names the row, as in
    "exemption/17". Values of `before` and `after` are JSON, dates or instants. They must not
    identify a person: names, addresses, endpoints and tokens stay out of the trail.
    """
    entry = Entry(actor, action, subject, before, after, reason, participant_id, site_id)
    return record_all(connection, [entry], now)


def record_all(connection: Connection, entries: Sequence[Entry], now: datetime) -> int:
    """Append several events in order, in two statements; returns the number of the last one."""
    head = connection.execute(_LOCK_HEAD).one()
    seq, sha256 = head.seq, head.sha256
    rows = []
    for entry in entries:
        event = audit.chained(
            entry.actor,
            entry.action,
            entry.subject,
            _details(entry),
            seq=seq + 1,
            previous_sha256=sha256,
            at=entry.at or now,
            software=sayso.__version__,
            participant_id=entry.participant_id,
            site_id=entry.site_id,
        )
        rows.append(_row(event))
        seq, sha256 = event.seq, event.sha256
    if rows:
        connection.execute(_APPEND, rows)
    return int(seq)


def events(
    connection: Connection, *, participant_id: int | None = None, after: int = 0
) -> Iterator[audit.Event]:
    """Read events in order, a thousand at a time, from the one after number `after`."""
    while True:
        statement = select(audit_event).where(audit_event.c.seq > after)
        if participant_id is not None:
            statement = statement.where(audit_event.c.participant_id == participant_id)
        rows = connection.execute(statement.order_by(audit_event.c.seq).limit(_CHUNK)).all()
        yield from map(event_of, rows)
        if len(rows) < _CHUNK:
            return
        after = rows[-1].seq


def chain_faults(connection: Connection) -> Iterator[str]:
    """Verify the whole trail and its head; yields one sentence per fault, nothing when whole.

    Events may come in while it reads: what the head promised before must be there, and where the
    head has not moved since, nothing else may be.
    """
    last = (0, audit.GENESIS)
    before = _head(connection)

    def watched() -> Iterator[audit.Event]:
        nonlocal last
        for event in events(connection):
            yield event
            last = (event.seq, event.sha256)

    yield from audit.faults(watched())
    after = _head(connection)
    if last != after and (after == before or last[0] < before[0]):
        yield f"the trail ends at event {last[0]}, which is not the head that was kept beside it"


def _head(connection: Connection) -> tuple[int, str]:
    """What is kept beside the trail of its last event; a trail without one is held to be lost."""
    row = connection.execute(select(audit_head.c.seq, audit_head.c.sha256)).one_or_none()
    return (-1, "") if row is None else (row.seq, row.sha256)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at the whole trail found: how many events it has, and the first few faults."""

    events: int
    faults: tuple[str, ...]


def verify(connection: Connection, actor: Actor, now: datetime) -> Verified:
    """Verify the whole trail and put the verdict on record as an event of its own.

    Pages of the trail show the newest of these verdicts: verifying takes a second for about
    every thirty thousand events, too long to be done for each look.
    """
    found = tuple(islice(chain_faults(connection), _FAULTS_KEPT))
    seq = int(connection.execute(select(audit_head.c.seq)).scalar_one_or_none() or 0)
    record(
        connection, actor, VERIFIED, f"audit/{seq}",
        after={"events": seq, "faults": list(found)}, now=now,
    )  # fmt: skip
    return Verified(seq, found)


def anchor_faults(connection: Connection, seq: int, sha256: str) -> list[str]:
    """Compare the trail with a head that was noted elsewhere; a rewritten trail fails here."""
    kept = connection.execute(
        select(audit_event.c.sha256).where(audit_event.c.seq == seq)
    ).scalar_one_or_none()
    if kept == sha256:
        return []
    if kept is None:
        return [f"the trail does not reach event {seq}, which was noted elsewhere: it was cut off"]
    return [f"event {seq} is not the one that was noted elsewhere: the trail was rewritten"]


def _details(entry: Entry) -> dict[str, Any]:
    said = {"before": entry.before, "after": entry.after, "reason": entry.reason}
    return {name: _plain(value) for name, value in said.items() if value is not None}


def _plain(value: Any) -> Any:
    """Turn dates and instants into text and mappings into dicts, so that JSON can hold them."""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value


def _row(event: audit.Event) -> dict[str, Any]:
    actor = event.actor
    return {
        "seq": event.seq, "at": event.at, "actor_kind": actor.kind, "actor_id": actor.id,
        "actor_role": actor.role, "device_id": actor.device, "action": event.action,
        "subject": event.subject, "participant_id": event.participant_id,
        "site_id": event.site_id, "request_id": actor.request_id, "software": event.software,
        "details": event.details, "details_sha256": event.details_sha256,
        "previous_sha256": event.previous_sha256, "sha256": event.sha256,
    }  # fmt: skip


def event_of(row: Row[Any]) -> audit.Event:
    """The event in a row of the table, ready to be verified."""
    actor = Actor(row.actor_kind, row.actor_id, row.actor_role, row.device_id, row.request_id)
    return audit.Event(
        row.seq, row.at, actor, row.action, row.subject, row.participant_id, row.site_id,
        row.software, row.details, row.details_sha256, row.previous_sha256, row.sha256,
    )  # fmt: skip
