"""The participant's time zone: where she lives by the clock, and what a move does to her forms."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from sayso.domain.errors import AlreadyRecorded
from sayso.domain.walltime import zone_of
from sayso.services import entries, following
from sayso.services.access import Participant
from sayso.store.tables import participant, zone_move


def move(connection: Connection, person: Participant, zone: str, reason: str, now: datetime) -> int:
    """Record that her wall clock is that of another zone from now on; returns the row id.

    Forms that have not opened are planned in the new zone. An open window is lengthened where her
    midnight now comes later, never shortened; an answered form stays. Raises UnknownZone or
    AlreadyRecorded.
    """
    zone_of(zone)
    if zone == person.zone:
        raise AlreadyRecorded(f"{person.code} is in {zone} already")
    values = {"previous": person.zone, "zone": zone}
    entry_id = entries.add(connection, zone_move, person, values, now, reason=reason)
    connection.execute(update(participant).where(participant.c.id == person.id).values(zone=zone))
    following.facts_changed(connection, person, now)
    return entry_id
