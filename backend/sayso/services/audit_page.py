"""The audit trail as staff read it: newest first, of what lies within their reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

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
    """Events newest first; `next` is the number to ask for older ones with, None at the end."""

    events: list[dict[str, Any]]
    next: int | None
    verified: bool


def page(
    connection: Connection,
    within: Reach,
    keys: Keyring,
    *,
    code: str | None = None,
    before: int | None = None,
) -> Page:
    """A page of the trail. Raises NotFound for a participant who is not within reach.

    `verified` is the verdict on the whole chain, not on the page.
    """
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
        next(audit.chain_faults(connection), None) is None,
    )


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
