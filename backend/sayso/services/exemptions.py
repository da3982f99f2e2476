"""Exemptions: dated, entered by one person and, where they would change the record, by two."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select, update

from sayso.domain.errors import AlreadySettled, DatesOutOfOrder, SecondPersonNeeded
from sayso.domain.exemption import approval_reason, check_new
from sayso.domain.participation import Exemption
from sayso.domain.walltime import local_date
from sayso.services import access, audit, entries, following, publishing
from sayso.services.access import Participant
from sayso.store.facts import forms_of_one
from sayso.store.tables import exemption

END_AHEAD_DAYS = 366


def record(
    connection: Connection,
    person: Participant,
    reason: str,
    valid_from: date,
    valid_to: date | None,
    explanation: str | None,
    now: datetime,
) -> str | None:
    """Record an exemption; returns why it needs a second person, or None when it holds at once.

    It always has an author, from whom the one who approves it can be told. Raises NotAllowed for a
    command, ExemptionReasonNotAllowed, ExemptionsOverlap or DatesOutOfOrder.
    """
    entries.author_of(person)
    rules = publishing.current(connection, person.study_key).study.rules
    facts = access.facts(connection, person)
    new = Exemption(reason, valid_from, valid_to, now, language=rules.exemption_language)
    check_new(new, facts, rules)
    if valid_from < facts.enrolled:
        raise DatesOutOfOrder(f"{valid_from} is before the enrolment on {facts.enrolled}")
    forms = forms_of_one(connection, person.id)
    why = approval_reason(new, facts, forms, rules)
    values = {
        "reason": reason,
        "language": new.language,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "explanation": explanation,
        "needs_approval": why is not None,
    }
    entries.add(connection, exemption, person, values, now, reason=why)
    following.facts_changed(connection, person, now)
    return why


def approve(connection: Connection, person: Participant, exemption_id: int, now: datetime) -> None:
    """Let an exemption that waits take effect; somebody else than its author must do it.

    Raises NotFound, AlreadySettled, SecondPersonNeeded, or NotAllowed for a command.
    """
    approver = entries.author_of(person)
    row = entries.standing(connection, exemption, person, exemption_id)
    if not row.needs_approval or row.approved_at is not None:
        raise AlreadySettled("This exemption does not wait for anybody")
    if row.recorded_by is None or row.recorded_by == approver:
        raise SecondPersonNeeded("Whoever entered an exemption cannot approve it")
    connection.execute(
        update(exemption)
        .where(exemption.c.id == exemption_id)
        .values(approved_at=now, approved_by=approver)
    )
    audit.record(
        connection,
        person.actor,
        "exemption.approved",
        f"exemption/{exemption_id}",
        before={"recorded_by": row.recorded_by, "recorded_at": row.recorded_at},
        after={"valid_from": row.valid_from, "valid_to": row.valid_to, "reason": row.reason},
        participant_id=person.id,
        site_id=person.site.id,
        now=now,
    )
    following.facts_changed(connection, person, now)


def decline(
    connection: Connection, person: Participant, exemption_id: int, reason: str, now: datetime
) -> None:
    """Take back an exemption that was never in effect. Raises NotFound or AlreadySettled."""
    row = entries.standing(connection, exemption, person, exemption_id)
    if not row.needs_approval or row.approved_at is not None:
        raise AlreadySettled("This exemption is in effect; end it from a date on instead")
    entries.void(connection, exemption, person, exemption_id, reason, now)


def end(
    connection: Connection,
    person: Participant,
    exemption_id: int,
    on: date,
    reason: str,
    now: datetime,
) -> None:
    """Give an exemption its last day; forms that had closed under it stay exempt.

    Raises NotFound, AlreadySettled or DatesOutOfOrder.
    """
    row = entries.standing(connection, exemption, person, exemption_id)
    if row.valid_to is not None:
        raise AlreadySettled(f"This exemption ends on {row.valid_to} already")
    if on < row.valid_from:
        raise DatesOutOfOrder(f"{on} is before the exemption begins on {row.valid_from}")
    latest = local_date(now, person.zone) + timedelta(days=END_AHEAD_DAYS)
    if on > latest:
        raise DatesOutOfOrder(f"{on} is more than a year ahead")
    connection.execute(
        update(exemption)
        .where(exemption.c.id == exemption_id)
        .values(valid_to=on, ended_at=now, ended_by=entries.by(person))
    )
    audit.record(
        connection,
        person.actor,
        "exemption.ended",
        f"exemption/{exemption_id}",
        before={"valid_from": row.valid_from, "valid_to": None},
        after={"valid_from": row.valid_from, "valid_to": on},
        reason=reason,
        participant_id=person.id,
        site_id=person.site.id,
        now=now,
    )
    following.facts_changed(connection, person, now)


def ids_of(connection: Connection, person: Participant) -> list[int]:
    """The row ids of the participant's exemptions that stand, oldest first."""
    rows = connection.execute(
        select(exemption.c.id)
        .where(exemption.c.participant_id == person.id, exemption.c.voided_at.is_(None))
        .order_by(exemption.c.id)
    )
    return [int(row.id) for row in rows]
