"""Visits: a participant's actual attendance, recorded by staff, exempt from questions or not."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from sayso.domain.errors import AlreadyRecorded, UnknownTimepoint, UnknownWord
from sayso.domain.plausible import check_visit
from sayso.domain.visits import planned_visits
from sayso.domain.walltime import local_date
from sayso.services import access, entries, publishing
from sayso.services.access import Participant
from sayso.store.tables import visit

KINDS = ("clinic", "imaging", "telephone", "home", "contact")


def record(
    connection: Connection,
    person: Participant,
    timepoint: str | None,
    day: date,
    kind: str,
    now: datetime,
) -> int:
    """Record an attendance; `timepoint` None for one outside the plan. Returns the row id.

    Raises UnknownWord, UnknownTimepoint, AlreadyRecorded or DatesOutOfOrder.
    """
    if kind not in KINDS:
        raise UnknownWord("kind of visit", kind, KINDS)
    study = publishing.current(connection, person.study_key).study
    facts = access.facts(connection, person)
    if timepoint is not None:
        planned = {visit.timepoint for visit in planned_visits(study, facts)}
        known = planned | {entry.id for entry in study.timepoints if facts.arm in entry.arms}
        if timepoint not in known:
            raise UnknownTimepoint(f"{timepoint} is no visit of this participant's plan")
        if any(done.timepoint == timepoint and done.kind == kind for done in facts.visits):
            raise AlreadyRecorded(f"A {kind} visit at {study.label_of(timepoint)} is recorded")
    check_visit(facts, day, local_date(now, facts.zone))
    values = {"timepoint": timepoint, "kind": kind, "date": day}
    return entries.add(connection, visit, person, values, now)
