"""The watch over the audit trail: every night the worker verifies what was added since the last.

A verdict is an event of the trail itself. It says up to which event the chain held and with which
digest, so the next night goes on from there and notices when that event is not the same any more.
Once a week the whole trail is read again. A trail that broke stays broken: the watch goes on from
the last verdict without a fault, and so finds the same fault again every night.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, select

from sayso.domain import audit as chain
from sayso.domain.audit import Actor
from sayso.services import audit
from sayso.store.tables_messages import audit_event, audit_head

PORTION = 10_000
_WORKER = Actor("worker")
_WHOLE_EVERY = timedelta(days=7)
_LOOK_BACK = 40
_FAULTS_KEPT = 5


@dataclass(frozen=True, slots=True)
class Trail:
    """The newest verdict: when, how many events the trail had then, and the first few faults.

    `is_new` is true when the verdict before it knew nothing of these faults.
    """

    at: datetime
    events: int
    faults: tuple[str, ...]
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How far one verification has come: the event last read, and what was wrong so far.

    `promised` is the number of the last event as the head kept beside the trail had it then.
    """

    first: int
    seq: int
    sha256: str
    faults: tuple[str, ...] = ()
    is_done: bool = False
    promised: int = 0


def latest(connection: Connection) -> Trail | None:
    """The newest verdict of anybody, None when there is none yet."""
    verdicts = _verdicts(connection, 2)
    if not verdicts:
        return None
    newest = verdicts[0]
    before = _faults(verdicts[1]) if len(verdicts) > 1 else ()
    found = _faults(newest)
    return Trail(newest.at, int(_said(newest).get("events", 0)), found, found != before)


def begin(connection: Connection, now: datetime) -> Reading | None:
    """Where to begin tonight; None when the worker has given its verdict on this day (UTC)."""
    verdicts = _verdicts(connection, _LOOK_BACK)
    own = [row for row in verdicts if row.actor_kind == _WORKER.kind]
    if own and own[0].at.date() == now.date():
        return None
    whole = [row for row in own if not _faults(row) and _said(row).get("first") == 1]
    good = [row for row in own if not _faults(row) and "head" in _said(row)]
    if not whole or now - whole[0].at >= _WHOLE_EVERY:
        return Reading(1, 0, chain.GENESIS)
    said = _said(good[0])
    seq, sha256 = int(said["events"]), str(said["head"])
    changed = audit.anchor_faults(connection, seq, sha256)
    return Reading(seq + 1, seq, sha256, tuple(changed))


def read_on(connection: Connection, reading: Reading) -> Reading:
    """Read the next portion; the last one is held against the head kept beside the trail."""
    events = list(islice(audit.events(connection, after=reading.seq), PORTION))
    faults = (*reading.faults, *chain.faults(events, seq=reading.seq, sha256=reading.sha256))
    seq, sha256 = (events[-1].seq, events[-1].sha256) if events else (reading.seq, reading.sha256)
    head = connection.execute(select(audit_head.c.seq, audit_head.c.sha256)).one_or_none()
    kept = (head.seq, head.sha256) if head is not None else (0, chain.GENESIS)
    # Events may have come in since they were read; those that a look before promised must be there.
    is_done = kept[0] <= seq or (not events and reading.promised > seq)
    if is_done and kept != (seq, sha256):
        said = f"the trail ends at event {seq}, which is not the head that was kept beside it"
        faults = (*faults, said)
    return Reading(reading.first, seq, sha256, faults[:_FAULTS_KEPT], is_done, kept[0])


def conclude(connection: Connection, reading: Reading, now: datetime) -> bool:
    """Put the verdict on record, unless another worker has done so; says whether it did."""
    # Whoever appends to the trail waits for this row, so two workers cannot both find it due.
    connection.execute(select(audit_head.c.seq).with_for_update()).scalar_one_or_none()
    own = [row for row in _verdicts(connection, _LOOK_BACK) if row.actor_kind == _WORKER.kind]
    if own and own[0].at.date() == now.date():
        return False
    audit.record(
        connection, _WORKER, audit.VERIFIED, f"audit/{reading.seq}",
        after={
            "events": reading.seq, "first": reading.first, "head": reading.sha256,
            "faults": list(reading.faults),
        },
        now=now,
    )  # fmt: skip
    return True


def _verdicts(connection: Connection, most: int) -> list[Any]:
    """The newest verdicts, newest first."""
    statement = select(audit_event.c.at, audit_event.c.actor_kind, audit_event.c.details)
    rows = connection.execute(
        statement.where(audit_event.c.action == audit.VERIFIED)
        .order_by(audit_event.c.seq.desc())
        .limit(most)
    )
    return list(rows)


def _said(row: Row[Any]) -> dict[str, Any]:
    return (row.details or {}).get("after") or {}


def _faults(row: Row[Any]) -> tuple[str, ...]:
    return tuple(_said(row).get("faults", ()))
