"""The audit trail as staff read it: newest first, of what lies within their reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from sayso.domain.audit import GENESIS, faults
from sayso.services import access, audit
from sayso.services.access import Reach
from sayso.services.staff_names import names_of
from sayso.store.sealed import Keyring
from sayso.store.tables import participant
from sayso.store.tables_messages import audit_event

PAGE = 100
SEES_ALL = frozenset({"administrator", "inspector"})


@dataclass(frozen=True, slots=True)
class Page:
    """Events newest first; `next` is the number to ask for older ones with, None at the end.

    `verified` says that each event shown is as it was written and continues the one before it.
    `checked` is the newest verdict on the whole trail, None when nobody has asked for one.
    """

    events: list[dict[str, Any]]
    next: int | None
    verified: bool
    checked: dict[str, Any] | None


def page(
    connection: Connection,
    within: Reach,
    keys: Keyring,
    *,
    code: str | None = None,
    before: int | None = None,
) -> Page:
    """A page of the trail. Raises NotFound for a participant who is not within reach."""
    statement = select(audit_event, participant.c.code.label("participant_code")).outerjoin(
        participant, participant.c.id == audit_event.c.participant_id
    )
    if code is not None:
        person = access.find(connection, within, code)
        statement = statement.where(audit_event.c.participant_id == person.id)
    else:
        statement = statement.where(_within(within))
    if before is not None:
        statement = statement.where(audit_event.c.seq < before)
    rows = connection.execute(statement.order_by(audit_event.c.seq.desc()).limit(PAGE + 1)).all()
    names = names_of(connection, keys, within)
    shown = rows[:PAGE]
    return Page(
        [_event(row, names) for row in shown],
        shown[-1].seq if len(rows) > PAGE else None,
        _whole(connection, shown),
        _checked(connection, names),
    )


def _whole(connection: Connection, rows: Sequence[Row[Any]]) -> bool:
    """Whether these events are what was written and continue the events before them.

    A page leaves out other sites' events, so each one's predecessor is looked up.
    """
    before = {0: GENESIS}
    wanted = [row.seq - 1 for row in rows]
    for seq, sha256 in connection.execute(
        select(audit_event.c.seq, audit_event.c.sha256).where(audit_event.c.seq.in_(wanted))
    ):
        before[seq] = sha256
    return not any(
        fault
        for row in rows
        for fault in faults(
            [audit.event_of(row)], seq=row.seq - 1, sha256=before.get(row.seq - 1, "")
        )
    )


def _checked(connection: Connection, names: dict[int, str]) -> dict[str, Any] | None:
    row = connection.execute(
        select(audit_event)
        .where(audit_event.c.action == audit.VERIFIED)
        .order_by(audit_event.c.seq.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    said = (row.details or {}).get("after") or {}
    return {
        "at": row.at,
        "by": _actor(row, names),
        "events": said.get("events", 0),
        "faults": said.get("faults", []),
    }


def _within(within: Reach) -> ColumnElement[bool]:
    """Events at these sites and one's own; what belongs to no site is for administrators.

    An event about a participant belongs to her site even where nobody noted the site with it.
    """
    own = (audit_event.c.actor_kind == "staff") & (audit_event.c.actor_id == within.actor.id)
    seen = [audit_event.c.site_id.in_(within.sites), participant.c.site_id.in_(within.sites), own]
    if within.actor.role in SEES_ALL:
        seen.append(audit_event.c.site_id.is_(None) & audit_event.c.participant_id.is_(None))
    return or_(*seen)


def _event(row: Any, names: dict[int, str]) -> dict[str, Any]:
    details = row.details or {}
    return {
        "seq": row.seq,
        "at": row.at,
        "actor": _actor(row, names),
        "action": row.action,
        "subject": row.subject,
        "participant": row.participant_code,
        "before": details.get("before"),
        "after": details.get("after"),
        "reason": details.get("reason"),
    }


def _actor(row: Any, names: dict[int, str]) -> str:
    if row.actor_kind == "staff":
        return names.get(row.actor_id) or row.actor_role or "staff"
    if row.actor_kind == "participant":
        return "participant"
    return str(row.actor_kind)
