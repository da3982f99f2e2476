"""The clinic's tablet in the hands of one participant, for the forms that are open to her now.

Staff start a hand-over and get a code that works once, for minutes. The tablet that takes the code
gets a session that can do one thing: answer the open forms of this participant. It ends when the
last of them has come in, after five minutes without a touch, or when staff end it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from sayso.domain import eligibility
from sayso.domain.audit import Actor
from sayso.domain.entry_errors import NothingOpen
from sayso.domain.errors import NotAsked, NotFound, ParticipantExempt, SlowDown
from sayso.domain.status import statuses
from sayso.services import access, audit, limits, publishing, sessions
from sayso.services.access import Participant
from sayso.services.enrolment_codes import plain_code
from sayso.services.entries import author_of
from sayso.services.sessions import ParticipantSession
from sayso.store.facts import facts_of_one, forms_of_one
from sayso.store.sealed import Keyring
from sayso.store.tables import device, participant, session
from sayso.store.tables_entries import handover
from sayso.store.tables_forms import response

CODE_MINUTES = 10
IDLE = timedelta(minutes=5)
LIFE = timedelta(hours=2)
REPEAT = timedelta(minutes=2)
"""How long a finished session may still repeat what it sent, in case the receipt was lost."""
LABEL = "Clinic tablet"
_TOUCH = timedelta(seconds=20)
_PURPOSE = "hand-over code"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Handover:
    """One hand-over as staff see it; `state` is waiting, active, finished, expired or ended."""

    id: int
    started_at: datetime
    started_by: int
    expires_at: datetime
    state: str
    forms_received: int


@dataclass(frozen=True, slots=True)
class Started:
    """The code to be shown once, as XXXX-XXXX, and the row behind it."""

    id: int
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tablet:
    """A tablet that works for one participant; `finished` when nothing more is to be answered."""

    id: int
    person: ParticipantSession
    ends_at: datetime
    finished: bool


def start(connection: Connection, person: Participant, keyring: Keyring, now: datetime) -> Started:
    """Make a code for a tablet; an earlier hand-over of this participant ends.

    Raises ParticipantExempt, NotAsked (died, withdrew, not enrolled yet) or NothingOpen.
    """
    author = author_of(person)
    _check(connection, person, now)
    for earlier in _rows(connection, person, live=True):
        _end(connection, earlier, now)
    bare = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    expires_at = now + timedelta(minutes=CODE_MINUTES)
    started = connection.execute(
        insert(handover)
        .values(
            participant_id=person.id, code_hash=keyring.keyed_hash(_PURPOSE, bare),
            started_at=now, started_by=author, expires_at=expires_at,
        )
        .returning(handover.c.id)
    ).scalar_one()  # fmt: skip
    _tell(connection, person.actor, "handover.started", started, person.id, person.site.id, now)
    return Started(started, f"{bare[:4]}-{bare[4:]}", expires_at)


def end(connection: Connection, person: Participant, handover_id: int, now: datetime) -> None:
    """Take the tablet back: code and session work no more. Raises NotFound."""
    row = next((one for one in _rows(connection, person) if one.id == handover_id), None)
    if row is None:
        raise NotFound(f"There is no hand-over {handover_id} of {person.code}")
    if row.ended_at is None:
        _end(connection, row, now)
        _tell(connection, person.actor, "handover.ended", row.id, person.id, person.site.id, now)


def of(connection: Connection, person: Participant, now: datetime) -> list[Handover]:
    """Every hand-over of a participant, the latest first."""
    received = {
        row.device_id: row.n
        for row in connection.execute(
            select(response.c.device_id, func.count().label("n"))
            .where(response.c.participant_id == person.id)
            .group_by(response.c.device_id)
        )
    }
    return [
        Handover(
            row.id, row.started_at, row.started_by, row.expires_at, _state(connection, row, now),
            received.get(row.device_id, 0) if row.device_id else 0,
        )
        for row in reversed(_rows(connection, person))
    ]  # fmt: skip


def take(
    connection: Connection,
    actor: Actor,
    typed: str,
    keyring: Keyring,
    now: datetime,
    *,
    source: str,
) -> str | None:
    """Exchange a code for a tablet's session; returns its token, None when the code does not work.

    `source` is the address that tries. Raises SlowDown. Commit the transaction also when the
    answer is None: the try has to count.
    """
    hashed = keyring.keyed_hash("address", source)
    for bucket, key in ((limits.CODES_FROM_ADDRESS, hashed), (limits.CODES_OVERALL, "all")):
        if wait := limits.take(connection, bucket, key, now):
            raise SlowDown(wait)
    found = connection.execute(
        select(handover, participant.c.site_id)
        .join(participant, participant.c.id == handover.c.participant_id)
        .where(
            handover.c.code_hash == keyring.keyed_hash(_PURPOSE, plain_code(typed)),
            handover.c.device_id.is_(None),
            handover.c.ended_at.is_(None),
            handover.c.expires_at > now,
        )
        .with_for_update(of=handover)
    ).one_or_none()
    if found is None:
        return None
    device_id = connection.execute(
        insert(device)
        .values(participant_id=found.participant_id, label=LABEL, enrolled_at=now, last_seen_at=now)
        .returning(device.c.id)
    ).scalar_one()
    connection.execute(
        update(handover).where(handover.c.id == found.id).values(device_id=device_id)
    )
    token = sessions.open_for_tablet(connection, device_id, now, LIFE)
    who = replace(actor, kind="participant", id=found.participant_id, device=device_id)
    _tell(connection, who, "handover.taken", found.id, found.participant_id, found.site_id, now)
    return token


def tablet_of(connection: Connection, token: str, now: datetime) -> Tablet | None:
    """The tablet behind a token, or None when its session is unknown, idle too long or over."""
    found = sessions.tablet_of(connection, token, now, now - IDLE)
    if found is None:
        return None
    row = connection.execute(select(handover).where(handover.c.device_id == found.device_id)).one()
    if row.ended_at is not None:
        return None
    if row.finished_at is not None and now > row.finished_at + REPEAT:
        return None
    return Tablet(row.id, found, now + IDLE, row.finished_at is not None)


def wants_touch(last_seen_at: datetime, now: datetime) -> bool:
    """Whether the last use of a tablet should be noted again, so that five minutes are five."""
    return now - last_seen_at >= _TOUCH


def is_repeat(connection: Connection, tablet: Tablet, response_id: str) -> bool:
    """Whether this tablet has sent that response before and only asks for its receipt again."""
    found = select(response.c.id).where(
        response.c.id == response_id, response.c.participant_id == tablet.person.id
    )
    return connection.execute(found).first() is not None


def anything_open(
    connection: Connection, person: ParticipantSession | Participant, now: datetime
) -> bool:
    """Whether this participant could answer something at this moment."""
    rules = publishing.current(connection, person.study_key).study.rules
    known = statuses(
        forms_of_one(connection, person.id), facts_of_one(connection, person.id), now, rules
    )
    return any(one.status == "open" for one in known)


def finish(connection: Connection, actor: Actor, tablet: Tablet, now: datetime) -> None:
    """The last open form has come in: nothing can be read with this session any more."""
    connection.execute(
        update(handover)
        .where(handover.c.id == tablet.id, handover.c.finished_at.is_(None))
        .values(finished_at=now)
    )
    who = tablet.person
    _tell(connection, actor, "handover.finished", tablet.id, who.id, who.site_id, now)


def leave(connection: Connection, actor: Actor, tablet: Tablet, now: datetime) -> None:
    """The participant or the tablet itself ends the session before everything is answered."""
    row = connection.execute(select(handover).where(handover.c.id == tablet.id)).one()
    _end(connection, row, now)
    who = tablet.person
    _tell(connection, actor, "handover.left", tablet.id, who.id, who.site_id, now)


def _check(connection: Connection, person: Participant, now: datetime) -> None:
    rules = publishing.current(connection, person.study_key).study.rules
    facts = access.facts(connection, person)
    verdict = eligibility.may_set_up(facts, now, rules.exemption_language)
    if verdict.reason == "exempt":
        raise ParticipantExempt(f"{person.code} is exempt from questionnaires; hand nothing over")
    if verdict.action != eligibility.SEND:
        raise NotAsked(verdict.why.replace("No messages", "Nothing is asked", 1))
    if not anything_open(connection, person, now):
        raise NothingOpen(f"No form is open for {person.code} now")


def _rows(connection: Connection, person: Participant, live: bool = False) -> list[Any]:
    statement = select(handover).where(handover.c.participant_id == person.id)
    if live:
        statement = statement.where(handover.c.ended_at.is_(None))
    return list(connection.execute(statement.order_by(handover.c.id)))


def _state(connection: Connection, row: Any, now: datetime) -> str:
    if row.finished_at is not None:
        return "finished"
    if row.ended_at is not None:
        return "ended"
    if row.device_id is None:
        return "waiting" if now < row.expires_at else "expired"
    used = connection.execute(
        select(session.c.last_seen_at).where(session.c.device_id == row.device_id)
    ).scalar_one()
    return "active" if now < used + IDLE else "expired"


def _end(connection: Connection, row: Any, now: datetime) -> None:
    connection.execute(update(handover).where(handover.c.id == row.id).values(ended_at=now))
    if row.device_id is not None:
        sessions.revoke_device(connection, row.device_id, "the hand-over ended", now)


def _tell(
    connection: Connection,
    actor: Actor,
    action: str,
    handover_id: int,
    participant_id: int,
    site_id: int,
    now: datetime,
) -> None:
    audit.record(
        connection, actor, action, f"handover/{handover_id}", participant_id=participant_id,
        site_id=site_id, now=now,
    )  # fmt: skip
