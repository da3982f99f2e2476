"""Enrol a participant, give her a code, and exchange the code for a phone's session.

The language question never blocks: who does not read the study's language is enrolled all the same
and is exempt from questionnaires from that day, without a phone. A code is 8 characters, works once
and for minutes; what the table keeps is a keyed hash, and trying codes out is slowed by token
buckets, never by locking anybody out.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from sayso.domain.audit import Actor
from sayso.domain.errors import (
    DatesOutOfOrder,
    InvalidParticipantCode,
    ParticipantCodeTaken,
    ParticipantExempt,
    SlowDown,
    UnknownAnchor,
    UnknownArm,
)
from sayso.domain.study import Study
from sayso.domain.walltime import local_date, zone_of
from sayso.services import audit, limits, planning, publishing, sessions, sites
from sayso.store.facts import facts_of_one
from sayso.store.sealed import Keyring
from sayso.store.tables import (
    anchor,
    device,
    enrolment_code,
    exemption,
    participant,
    participant_identity,
)

HOW_ASSESSED = ("asked", "form_trial", "interpreter_present")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_PLACE = (participant.c.site_id, participant.c.study_key, participant.c.zone)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


@dataclass(frozen=True, slots=True)
class NewParticipant:
    """What staff enter. Dates are local to the participant; `how` is one of HOW_ASSESSED."""

    code: str
    site: str
    arm: str
    enrolled_on: date
    zone: str
    preferred_language: str
    reads_english: bool
    how: str
    interpreter: bool
    anchors: Mapping[str, date] = field(default_factory=dict)
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A code to be shown once, as XXXX-XXXX, and the instant at which it stops working."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The new row; `code` is None for an exempt participant."""

    participant_id: int
    code: EnrolmentCode | None


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A phone that has just been enrolled, and the token its cookie will carry."""

    token: str
    participant_id: int
    device_id: int


def enrol(
    connection: Connection,
    actor: Actor,
    study_key: str,
    new: NewParticipant,
    keyring: Keyring,
    now: datetime,
    *,
    code_minutes: int,
    within: frozenset[int] | None = None,
) -> Enrolled:
    """Enrol a participant at a site among the row ids `within` (None: at any site).

    Raises UnknownStudy, UnknownSite, UnknownArm, UnknownAnchor, UnknownZone, DatesOutOfOrder,
    InvalidParticipantCode, ParticipantCodeTaken.
    """
    study = publishing.current(connection, study_key).study
    place = sites.find(connection, study_key, new.site, within)
    _check(study, new, now)
    participant_id = _insert(connection, actor, study_key, place.id, new, now)
    _record_anchors(connection, actor, participant_id, new, now)
    _record_identity(connection, participant_id, new, keyring, now)
    if not new.reads_english:
        _exempt(connection, actor, study, participant_id, new, now)
    audit.record(
        connection, actor, "participant.enrolled", f"participant/{participant_id}",
        after=_recorded(new), participant_id=participant_id, site_id=place.id, now=now,
    )  # fmt: skip
    planning.replan(connection, actor, study_key, participant_id, now)
    if not new.reads_english:
        return Enrolled(participant_id, None)
    code = new_code(connection, actor, participant_id, keyring, now, minutes=code_minutes)
    return Enrolled(participant_id, code)


def new_code(
    connection: Connection,
    actor: Actor,
    participant_id: int,
    keyring: Keyring,
    now: datetime,
    *,
    minutes: int,
    replace_devices: bool = False,
    reason: str | None = None,
) -> EnrolmentCode:
    """Make a code for a phone; earlier unused codes stop working.

    With `replace_devices` every enrolled phone is revoked at once ("lost or new phone"). Raises
    ParticipantExempt for somebody who is exempt today.
    """
    person = connection.execute(
        select(participant, participant.c.id.label("person")).where(
            participant.c.id == participant_id
        )
    ).one()
    if _exempt_today(connection, person, now):
        raise ParticipantExempt(
            f"{person.code} is exempt from questionnaires, so there is no phone to enrol"
        )
    revoked = []
    if replace_devices:
        revoked = sessions.revoke_devices(connection, participant_id, reason or "replaced", now)
    connection.execute(
        update(enrolment_code)
        .where(
            enrolment_code.c.participant_id == participant_id,
            enrolment_code.c.used_at.is_(None),
            enrolment_code.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    bare = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    expires_at = now + timedelta(minutes=minutes)
    connection.execute(
        insert(enrolment_code).values(
            participant_id=participant_id, kind="on_site",
            code_hash=keyring.keyed_hash("enrolment code", bare),
            created_at=now, created_by=_staff_id(actor), expires_at=expires_at,
        )
    )  # fmt: skip
    audit.record(
        connection, actor, "enrolment-code.made", f"participant/{participant_id}",
        after={"expires_at": expires_at, "revoked_devices": revoked}, reason=reason,
        participant_id=participant_id, site_id=person.site_id, now=now,
    )  # fmt: skip
    return EnrolmentCode(f"{bare[:4]}-{bare[4:]}", expires_at)


def exchange(
    connection: Connection,
    actor: Actor,
    code: str,
    keyring: Keyring,
    now: datetime,
    *,
    source: str,
    label: str,
    app_build: str | None = None,
) -> NewDevice | None:
    """Enrol a phone with a code; None when the code does not work, whatever the reason.

    Somebody who became exempt after her code was made gets no phone either.
    `source` is the address that tries, used only through a keyed hash. Raises SlowDown after too
    many tries. Commit the transaction also when the answer is None: the try has to count.
    """
    hashed = keyring.keyed_hash("address", source)
    for bucket, key in ((limits.CODES_FROM_ADDRESS, hashed), (limits.CODES_OVERALL, "all")):
        if wait := limits.take(connection, bucket, key, now):
            raise SlowDown(wait)
    found = connection.execute(
        select(enrolment_code.c.id, participant.c.id.label("person"), *_PLACE)
        .join(participant, participant.c.id == enrolment_code.c.participant_id)
        .where(
            enrolment_code.c.code_hash == keyring.keyed_hash("enrolment code", plain_code(code)),
            enrolment_code.c.used_at.is_(None),
            enrolment_code.c.revoked_at.is_(None),
            enrolment_code.c.expires_at > now,
        )
        .with_for_update(of=enrolment_code)
    ).one_or_none()
    if found is None or _exempt_today(connection, found, now):
        return None
    connection.execute(
        update(enrolment_code).where(enrolment_code.c.id == found.id).values(used_at=now)
    )
    device_id = connection.execute(
        insert(device)
        .values(
            participant_id=found.person, label=label, enrolled_at=now, last_seen_at=now,
            app_build=app_build,
        )
        .returning(device.c.id)
    ).scalar_one()  # fmt: skip
    token = sessions.open_for_device(connection, device_id, now)
    audit.record(
        connection, replace(actor, kind="participant", id=found.person, device=device_id),
        "device.enrolled", f"device/{device_id}", after={"app_build": app_build},
        participant_id=found.person, site_id=found.site_id, now=now,
    )  # fmt: skip
    return NewDevice(token, found.person, device_id)


def plain_code(typed: str) -> str:
    """What somebody typed, as the code it stands for: no spaces or dashes, look-alikes mended."""
    kept = "".join(letter for letter in typed.upper() if letter.isalnum())
    return kept.translate(_LOOKALIKES)


def _check(study: Study, new: NewParticipant, now: datetime) -> None:
    if not _CODE.fullmatch(new.code):
        raise InvalidParticipantCode(
            "A study code has up to 32 letters, digits, dots, dashes or underscores"
        )
    arm = study.arm(new.arm)
    if arm is None:
        known = ", ".join(one.id for one in study.arms)
        raise UnknownArm(f"The study has no arm {new.arm!r}; its arms are {known}")
    zone_of(new.zone)
    if new.enrolled_on > local_date(now, new.zone):
        raise DatesOutOfOrder("The enrolment date lies in the future")
    usable = {one.id for one in study.anchors if one.source != "enrolment"}
    for name in new.anchors:
        if name not in usable:
            raise UnknownAnchor(f"The study has no anchor {name!r} that staff set")


def _insert(
    connection: Connection,
    actor: Actor,
    study_key: str,
    site_id: int,
    new: NewParticipant,
    now: datetime,
) -> int:
    taken = connection.execute(
        select(participant.c.id).where(
            participant.c.study_key == study_key, participant.c.code == new.code
        )
    ).scalar_one_or_none()
    if taken is not None:
        raise ParticipantCodeTaken(f"The study has a participant {new.code} already")
    try:
        participant_id: int = connection.execute(
            insert(participant)
            .values(
                study_key=study_key, code=new.code, site_id=site_id, arm=new.arm, zone=new.zone,
                enrolled_on=new.enrolled_on, preferred_language=new.preferred_language,
                reads_english=new.reads_english, reads_english_on=local_date(now, new.zone),
                reads_english_by=_staff_id(actor), reads_english_how=new.how,
                interpreter=new.interpreter, created_at=now, created_by=_staff_id(actor),
            )
            .returning(participant.c.id)
        ).scalar_one()  # fmt: skip
    except IntegrityError as error:
        # Somebody else enrolled the same code between the look and the insert.
        raise ParticipantCodeTaken(f"The study has a participant {new.code} already") from error
    return participant_id


def _record_anchors(
    connection: Connection, actor: Actor, participant_id: int, new: NewParticipant, now: datetime
) -> None:
    for name, day in sorted(new.anchors.items()):
        connection.execute(
            insert(anchor).values(
                participant_id=participant_id, name=name, date=day, recorded_at=now,
                recorded_by=_staff_id(actor),
            )
        )  # fmt: skip


def _record_identity(
    connection: Connection,
    participant_id: int,
    new: NewParticipant,
    keyring: Keyring,
    now: datetime,
) -> None:
    if new.email is None and new.phone is None:
        return
    connection.execute(
        insert(participant_identity).values(
            participant_id=participant_id,
            email_sealed=keyring.seal(new.email) if new.email else None,
            phone_sealed=keyring.seal(new.phone) if new.phone else None,
            updated_at=now,
        )
    )


def _exempt(
    connection: Connection,
    actor: Actor,
    study: Study,
    participant_id: int,
    new: NewParticipant,
    now: datetime,
) -> None:
    """Exempt from the day of enrolment: nothing can have been missed yet, so nobody approves."""
    connection.execute(
        insert(exemption).values(
            participant_id=participant_id, reason="LANGUAGE",
            language=study.rules.exemption_language, valid_from=new.enrolled_on,
            needs_approval=False, recorded_at=now, recorded_by=_staff_id(actor),
        )
    )  # fmt: skip


def _exempt_today(connection: Connection, row: Any, now: datetime) -> bool:
    """Whether the participant of a row with `person`, `study_key` and `zone` is exempt today."""
    language = publishing.current(connection, row.study_key).study.rules.exemption_language
    known = facts_of_one(connection, row.person)
    return known.exempt_on(local_date(now, row.zone), language) is not None


def _recorded(new: NewParticipant) -> dict[str, object]:
    """What the audit trail says of an enrolment; address and telephone only as present or not."""
    return {
        "code": new.code, "site": new.site, "arm": new.arm, "enrolled_on": new.enrolled_on,
        "zone": new.zone, "preferred_language": new.preferred_language,
        "reads_english": new.reads_english, "reads_english_how": new.how,
        "interpreter": new.interpreter, "anchors": dict(new.anchors),
        "exempt_from": None if new.reads_english else new.enrolled_on,
        "has_email": new.email is not None, "has_phone": new.phone is not None,
    }  # fmt: skip


def _staff_id(actor: Actor) -> int | None:
    return actor.id if actor.kind == "staff" else None
