"""The clinic's tablet in the hands of one participant, for the forms that are open to her now.

Staff start a hand-over and get a code that works once, for minutes. The tablet that takes the code
gets a session that can do one thing: answer the open forms of this participant. It ends when the
last of them has come in, when she gives the tablet back, after five minutes without a touch, or
when staff end it. What staff see of it is in `handover_history`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select, update

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
GIVEN_BACK, IDLE_TOO_LONG, TAKEN_BACK, NEWER = "given_back", "idle", "taken_back", "newer"
"""How a hand-over ended that was not finished; kept with the tablet's device row."""
_TOUCH = timedelta(seconds=20)
_PURPOSE = "hand-over code"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Started:
    """The code to be shown once, as XXXX-XXXX, and the row behind it."""

    id: int
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tablet:
    """A tablet that works for one participant; `finished` when nothing more is to be answered.

    `ends_at` is when the session ends unless somebody uses it before.
    """

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
    for earlier in rows_of(connection, person):
        if earlier.ended_at is None and earlier.finished_at is None:
            _end(connection, earlier, NEWER, now)
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
    row = next((one for one in rows_of(connection, person) if one.id == handover_id), None)
    if row is None:
        raise NotFound(f"There is no hand-over {handover_id} of {person.code}")
    if row.ended_at is None:
        _end(connection, row, TAKEN_BACK, now)
        _tell(connection, person.actor, "handover.ended", row.id, person.id, person.site.id, now)


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

    `source` is the address that tries. After wrong codes the wait grows. Raises SlowDown. Commit
    the transaction also when the answer is None: the try has to count.
    """
    hashed = keyring.keyed_hash("address", source)
    if wait := limits.must_wait(connection, limits.WRONG_TABLET_CODES, hashed, now):
        raise SlowDown(wait)
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
        limits.failed(connection, limits.WRONG_TABLET_CODES, hashed, now)
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
    used = now if wants_touch(found.last_seen_at, now) else found.last_seen_at
    return Tablet(row.id, found, used + IDLE, row.finished_at is not None)


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


def leave(connection: Connection, actor: Actor, tablet: Tablet, how: str, now: datetime) -> None:
    """End the session before everything is answered: the participant, the page, or somebody else
    who needs the tablet. `how` is one of the words above.
    """
    row = connection.execute(select(handover).where(handover.c.id == tablet.id)).one()
    _end(connection, row, how, now)
    who = tablet.person
    after = {"how": how}
    _tell(connection, actor, "handover.left", tablet.id, who.id, who.site_id, now, after)


def lapse(connection: Connection, actor: Actor, now: datetime) -> int:
    """Close every hand-over that time has ended: codes that nobody used, tablets that nobody
    touched. Nothing works differently afterwards; the record says how it ended. Returns how many.
    """
    used = handover.c.device_id.is_not(None)
    too_long = or_(session.c.last_seen_at <= now - IDLE, session.c.expires_at <= now)
    rows = connection.execute(
        select(handover, session.c.last_seen_at, participant.c.site_id)
        .join(participant, participant.c.id == handover.c.participant_id)
        .outerjoin(session, session.c.device_id == handover.c.device_id)
        .where(
            handover.c.ended_at.is_(None), handover.c.finished_at.is_(None),
            or_(and_(~used, handover.c.expires_at <= now), and_(used, too_long)),
        )
        .with_for_update(of=handover)
    ).all()  # fmt: skip
    for row in rows:
        over = row.expires_at if row.device_id is None else min(row.last_seen_at + IDLE, now)
        _end(connection, row, IDLE_TOO_LONG, over)
        after = {"at": over.isoformat(), "used": row.device_id is not None}
        place = (row.participant_id, row.site_id, now)
        _tell(connection, actor, "handover.lapsed", row.id, *place, after)
    return len(rows)


def rows_of(connection: Connection, person: Participant) -> list[Any]:
    """Every hand-over of a participant as it is stored, in order."""
    statement = select(handover).where(handover.c.participant_id == person.id)
    return list(connection.execute(statement.order_by(handover.c.id)))


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


def _end(connection: Connection, row: Any, how: str, now: datetime) -> None:
    connection.execute(update(handover).where(handover.c.id == row.id).values(ended_at=now))
    if row.device_id is not None:
        sessions.revoke_device(connection, row.device_id, how, now)


def _tell(
    connection: Connection,
    actor: Actor,
    action: str,
    handover_id: int,
    participant_id: int,
    site_id: int,
    now: datetime,
    after: Mapping[str, Any] | None = None,
) -> None:
    audit.record(
        connection, actor, action, f"handover/{handover_id}", participant_id=participant_id,
        site_id=site_id, after=after, now=now,
    )  # fmt: skip
