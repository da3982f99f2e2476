"""Sessions on the server: who a token belongs to, and when it ends.

A token is 256 random bits in a cookie; the table keeps its hash. A participant's session belongs to
one phone and lasts 180 days without use, 400 days in all; a staff session 30 minutes without use,
12 hours in all. Finding the owner of a token costs one indexed read.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from sayso.domain.audit import Actor
from sayso.services import audit
from sayso.store.tables import device, participant, session, site, staff, staff_site, study_version
from sayso.store.tables_entries import handover

DEVICE_IDLE = timedelta(days=180)
DEVICE_LIFE = timedelta(days=400)
STAFF_IDLE = timedelta(minutes=30)
STAFF_LIFE = timedelta(hours=12)
# A session is written to only when its last use lies this far back, so that reads stay reads.
DEVICE_TOUCH = timedelta(hours=6)
STAFF_TOUCH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ParticipantSession:
    """A signed-in phone: the participant's row as far as her own requests need it.

    `study_sha256` names the study version that was published last; `unsent` is how many finished
    forms this phone has said that it could not send.
    """

    token_hash: str
    last_seen_at: datetime
    device_id: int
    id: int
    study_key: str
    study_sha256: str
    code: str
    site_id: int
    site_code: str
    site_name: str
    arm: str
    zone: str
    enrolled_on: date
    created_at: datetime
    preferred_language: str
    reads_english: bool
    interpreter: bool
    reminder_hour: int | None
    reminders_paused_until: date | None
    reminders_snoozed_until: datetime | None
    reminders_opted_out_at: datetime | None
    call_requested_at: datetime | None
    unsent: int

    @property
    def actor(self) -> Actor:
        """The participant as the audit trail names her; the request id is added by web."""
        return Actor("participant", self.id, None, self.device_id)


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A signed-in member of staff; `site_ids` are the sites within reach, satellites included."""

    token_hash: str
    last_seen_at: datetime
    signed_in_at: datetime
    id: int
    role: str
    email_sealed: bytes
    name_sealed: bytes | None
    site_ids: frozenset[int]
    study_keys: frozenset[str]

    @property
    def actor(self) -> Actor:
        """The member of staff as the audit trail names them."""
        return Actor("staff", self.id, self.role)


def token_hash(token: str) -> str:
    """What the table keeps of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_for_device(connection: Connection, device_id: int, now: datetime) -> str:
    """Start a session for an enrolled phone and return its token."""
    return _open(connection, now, DEVICE_LIFE, device_id=device_id)


def open_for_tablet(connection: Connection, device_id: int, now: datetime, life: timedelta) -> str:
    """Start a session for a clinic's tablet in the hands of one participant."""
    return _open(connection, now, life, device_id=device_id)


def open_for_staff(connection: Connection, staff_id: int, now: datetime) -> str:
    """Start a session for a member of staff and return its token."""
    return _open(connection, now, STAFF_LIFE, staff_id=staff_id)


def _open(connection: Connection, now: datetime, life: timedelta, **owner: int) -> str:
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(session).values(
            token_hash=token_hash(token),
            created_at=now,
            last_seen_at=now,
            expires_at=now + life,
            **owner,
        )
    )
    return token


_PARTICIPANT = (
    select(
        session.c.token_hash,
        session.c.last_seen_at,
        session.c.device_id,
        participant.c.id,
        participant.c.study_key,
        select(study_version.c.sha256)
        .where(study_version.c.key == participant.c.study_key)
        .order_by(study_version.c.id.desc())
        .limit(1)
        .scalar_subquery()
        .label("study_sha256"),
        participant.c.code,
        participant.c.site_id,
        site.c.code.label("site_code"),
        site.c.name.label("site_name"),
        participant.c.arm,
        participant.c.zone,
        participant.c.enrolled_on,
        participant.c.created_at,
        participant.c.preferred_language,
        participant.c.reads_english,
        participant.c.interpreter,
        participant.c.reminder_hour,
        participant.c.reminders_paused_until,
        participant.c.reminders_snoozed_until,
        participant.c.reminders_opted_out_at,
        participant.c.call_requested_at,
        device.c.unsent,
    )
    .select_from(session)
    .join(device, device.c.id == session.c.device_id)
    .outerjoin(handover, handover.c.device_id == device.c.id)
    .join(participant, participant.c.id == device.c.participant_id)
    .join(site, site.c.id == participant.c.site_id)
    .where(
        session.c.token_hash == bindparam("token_hash"),
        session.c.expires_at > bindparam("now"),
        session.c.last_seen_at > bindparam("idle_since"),
        session.c.revoked_at.is_(None),
        device.c.revoked_at.is_(None),
    )
)
# A tablet's token is no phone's and a phone's is no tablet's, whichever cookie they come in.
_PHONE = _PARTICIPANT.where(handover.c.id.is_(None))
_TABLET = _PARTICIPANT.where(handover.c.id.is_not(None))


def participant_of(connection: Connection, token: str, now: datetime) -> ParticipantSession | None:
    """The participant behind a token, or None when the session is unknown, ended or revoked."""
    return _participant_of(connection, _PHONE, token, now, now - DEVICE_IDLE)


def tablet_of(
    connection: Connection, token: str, now: datetime, idle_since: datetime
) -> ParticipantSession | None:
    """The participant for whom a clinic's tablet works, or None."""
    return _participant_of(connection, _TABLET, token, now, idle_since)


def _participant_of(
    connection: Connection, statement: Any, token: str, now: datetime, idle_since: datetime
) -> ParticipantSession | None:
    row = connection.execute(
        statement, {"token_hash": token_hash(token), "now": now, "idle_since": idle_since}
    ).one_or_none()
    return None if row is None else ParticipantSession(*tuple(row))


_STAFF = (
    select(
        session.c.token_hash,
        session.c.last_seen_at,
        session.c.created_at,
        staff.c.id,
        staff.c.role,
        staff.c.email_sealed,
        staff.c.name_sealed,
        site.c.id.label("site_id"),
        site.c.study_key,
    )
    .select_from(session)
    .join(staff, staff.c.id == session.c.staff_id)
    # An administrator's own sites stay out, or each of them would bring all sites once more.
    .outerjoin(
        staff_site,
        and_(staff_site.c.staff_id == staff.c.id, staff.c.role != "administrator"),
    )
    .outerjoin(
        site,
        or_(
            site.c.id == staff_site.c.site_id,
            site.c.parent_id == staff_site.c.site_id,
            staff.c.role == "administrator",
        ),
    )
    .where(
        session.c.token_hash == bindparam("token_hash"),
        session.c.expires_at > bindparam("now"),
        session.c.last_seen_at > bindparam("idle_since"),
        session.c.revoked_at.is_(None),
        staff.c.disabled_at.is_(None),
        or_(staff.c.access_ends_at.is_(None), staff.c.access_ends_at > bindparam("now")),
    )
)


def staff_of(connection: Connection, token: str, now: datetime) -> StaffSession | None:
    """The member of staff behind a token, or None; an administrator reaches every site."""
    rows = connection.execute(
        _STAFF,
        {"token_hash": token_hash(token), "now": now, "idle_since": now - STAFF_IDLE},
    ).all()
    if not rows:
        return None
    first = rows[0]
    return StaffSession(
        *first[:-2],
        frozenset(row.site_id for row in rows if row.site_id is not None),
        frozenset(row.study_key for row in rows if row.study_key is not None),
    )


def touch(connection: Connection, person: ParticipantSession | StaffSession, now: datetime) -> None:
    """Note that the session, and with it the phone, is in use."""
    connection.execute(
        update(session).where(session.c.token_hash == person.token_hash).values(last_seen_at=now)
    )
    if isinstance(person, ParticipantSession):
        connection.execute(
            update(device).where(device.c.id == person.device_id).values(last_seen_at=now)
        )


def wants_touch(person: ParticipantSession | StaffSession, now: datetime) -> bool:
    """Whether the last use was noted so long ago that it should be noted again."""
    limit = DEVICE_TOUCH if isinstance(person, ParticipantSession) else STAFF_TOUCH
    return now - person.last_seen_at >= limit


def end(
    connection: Connection,
    actor: Actor,
    person: ParticipantSession | StaffSession,
    now: datetime,
) -> None:
    """Sign out: the token works nowhere any more. A phone that signs out is no longer enrolled."""
    connection.execute(
        update(session).where(session.c.token_hash == person.token_hash).values(revoked_at=now)
    )
    if isinstance(person, StaffSession):
        audit.record(connection, actor, "staff.signed-out", f"staff/{person.id}", now=now)
        return
    connection.execute(
        update(device)
        .where(device.c.id == person.device_id)
        .values(revoked_at=now, revoke_reason="signed out on the phone")
    )
    audit.record(
        connection, actor, "device.signed-out", f"device/{person.device_id}",
        participant_id=person.id, site_id=person.site_id, now=now,
    )  # fmt: skip


def revoke_device(connection: Connection, device_id: int, reason: str, now: datetime) -> None:
    """End one device and its sessions."""
    connection.execute(
        update(device)
        .where(device.c.id == device_id, device.c.revoked_at.is_(None))
        .values(revoked_at=now, revoke_reason=reason)
    )
    _revoke_sessions(connection, session.c.device_id == device_id, now)


def revoke_devices(
    connection: Connection, participant_id: int, reason: str, now: datetime
) -> list[int]:
    """End every phone of a participant and its sessions; returns the devices that were revoked."""
    revoked = list(
        connection.execute(
            update(device)
            .where(device.c.participant_id == participant_id, device.c.revoked_at.is_(None))
            .values(revoked_at=now, revoke_reason=reason)
            .returning(device.c.id)
        ).scalars()
    )
    _revoke_sessions(connection, session.c.device_id.in_(revoked), now)
    return revoked


def revoke_staff(connection: Connection, staff_id: int, now: datetime) -> int:
    """End every session of a member of staff; returns how many had not been ended yet."""
    return _revoke_sessions(connection, session.c.staff_id == staff_id, now)


def _revoke_sessions(connection: Connection, condition: Any, now: datetime) -> int:
    return connection.execute(
        update(session).where(condition, session.c.revoked_at.is_(None)).values(revoked_at=now)
    ).rowcount
