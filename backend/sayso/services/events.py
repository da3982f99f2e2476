"""Events: progression, restart, withdrawal, death, loss to follow-up and their dates."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from sayso.domain.plausible import check_event
from sayso.domain.walltime import local_date
from sayso.services import access, entries, following, publishing
from sayso.services.access import Participant
from sayso.store.tables import event

LABELS = {
    "death": "Died",
    "withdrawal_study": "Withdrew from the study",
    "withdrawal_pro": "Withdrew from questionnaires only",
    "withdrawal_contact": "Wants no more contact",
    "lost": "Lost to follow-up",
    "off_study": "Off study",
    "progression": "Progression",
    "restart_without_progression": "Restarted therapy without progression",
    "restart_after_progression": "Restarted therapy after progression",
}


def record(
    connection: Connection,
    person: Participant,
    kind: str,
    day: date,
    now: datetime,
) -> int:
    """Record what happened and do what follows from it: forms are planned anew, messages stop.

    Raises UnknownEventKind, AlreadyRecorded or DatesOutOfOrder. Returns the row id.
    """
    study = publishing.current(connection, person.study_key).study
    facts = access.facts(connection, person)
    check_event(study, facts, kind, day, local_date(now, facts.zone))
    entry_id = entries.add(connection, event, person, {"kind": kind, "date": day}, now)
    following.facts_changed(connection, person, now)
    return entry_id


def void(
    connection: Connection,
    person: Participant,
    entry_id: int,
    reason: str,
    now: datetime,
) -> None:
    """Take an event back that did not happen, or not on that date.

    Raises NotFound or AlreadySettled.
    """
    entries.void(connection, event, person, entry_id, reason, now)
    following.facts_changed(connection, person, now)
