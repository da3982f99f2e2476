"""Anchors: the dated events that a participant's calendar counts from, and their correction."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, select

from sayso.domain.plausible import check_anchor
from sayso.domain.schedule import wanted_forms
from sayso.domain.walltime import local_date
from sayso.services import access, entries, following, publishing
from sayso.services.access import Participant
from sayso.store.tables import anchor


def record(
    connection: Connection,
    person: Participant,
    name: str,
    day: date,
    reason: str,
    now: datetime,
) -> int:
    """Set an anchor, or correct it: the older entry is voided and forms not yet opened move.

    Raises UnknownAnchor, DatesOutOfOrder or AnchorAfterAnsweredForm. Returns the row id.
    """
    study = publishing.current(connection, person.study_key).study
    facts = access.facts(connection, person)
    forms = wanted_forms(study, facts)
    check_anchor(study, facts, name, day, forms, local_date(now, facts.zone))
    older = connection.execute(
        select(anchor.c.id).where(
            anchor.c.participant_id == person.id,
            anchor.c.name == name,
            anchor.c.voided_at.is_(None),
        )
    ).scalars()
    for entry_id in older.all():
        entries.void(connection, anchor, person, entry_id, reason, now)
    values = {"name": name, "date": day, "reason": reason}
    entry_id = entries.add(connection, anchor, person, values, now, reason=reason)
    following.facts_changed(connection, person, now)
    return entry_id
