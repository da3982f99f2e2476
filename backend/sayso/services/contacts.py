"""Contacts: a dated conversation with a participant outside a visit."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, update

from sayso.domain.errors import UnknownWord
from sayso.domain.plausible import check_contact
from sayso.domain.walltime import local_date
from sayso.services import access, audit, entries
from sayso.services.access import Participant
from sayso.store.sealed import Keyring
from sayso.store.tables import contact, participant

CHANNELS = ("call", "message", "letter", "in_person", "video")
OUTCOMES = ("spoke", "left_message", "no_answer", "wrong_number", "answered_in_writing")


def record(
    connection: Connection,
    keys: Keyring,
    person: Participant,
    day: date,
    channel: str,
    outcome: str,
    interpreter_used: bool,
    note: str | None,
    now: datetime,
) -> int:
    """Record a conversation, and settle a wish to be called once somebody has been spoken to.

    The note may name people, so it is sealed. Raises UnknownWord or DatesOutOfOrder.
    """
    if channel not in CHANNELS:
        raise UnknownWord("way of contact", channel, CHANNELS)
    if outcome not in OUTCOMES:
        raise UnknownWord("outcome", outcome, OUTCOMES)
    facts = access.facts(connection, person)
    check_contact(facts, day, local_date(now, facts.zone))
    entry_id = entries.add(
        connection,
        contact,
        person,
        {
            "date": day,
            "channel": channel,
            "outcome": outcome,
            "interpreter_used": interpreter_used,
        },
        now,
        hidden={"note_sealed": keys.seal(note) if note else None},
    )
    if outcome in ("spoke", "answered_in_writing"):
        _settle_call_request(connection, person, entry_id, now)
    return entry_id


def _settle_call_request(
    connection: Connection, person: Participant, entry_id: int, now: datetime
) -> None:
    asked_at = person.row.call_requested_at
    if asked_at is None:
        return
    connection.execute(
        update(participant).where(participant.c.id == person.id).values(call_requested_at=None)
    )
    audit.record(
        connection,
        person.actor,
        "call-request.settled",
        f"contact/{entry_id}",
        before={"call_requested_at": asked_at},
        participant_id=person.id,
        site_id=person.site.id,
        now=now,
    )
