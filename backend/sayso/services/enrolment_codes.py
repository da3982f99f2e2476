"""Codes that let one phone in: typed at the site, sent as a link, or made on her other phone.

A code works once. At the site it is 8 characters and works for minutes. Sent as a link it is 26
characters behind the "#", works for three days, and only with six numbers that staff tell by voice.
On a phone that is signed in already she makes 8 characters for another one by herself. The table
keeps keyed hashes; trying codes out is slowed by token buckets, never by locking anybody out.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sayso.domain.access_errors import PinNotAccepted
from sayso.domain.audit import Actor
from sayso.domain.errors import CodeNotAccepted, ParticipantExempt, SlowDown
from sayso.services import audit, limits, passkeys, sessions
from sayso.services.devices import NewDevice, Phone, exempt_today, let_in
from sayso.services.sessions import ParticipantSession
from sayso.store.sealed import Keyring
from sayso.store.tables import enrolment_code, participant

ON_SITE, REMOTE, TRANSFER = "on_site", "remote", "transfer"
LINK_LIFE = timedelta(hours=72)
TRANSFER_LIFE = timedelta(minutes=10)
PIN_DIGITS = 6
# Three wrong PINs cost nothing; then the wait grows, and the tenth ends the link: a chance of
# one in a hundred thousand for somebody who has the link and guesses.
MOST_WRONG_PINS = 10
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 60))
_FREE_PINS = 3
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# 40 bits for what is typed within minutes, 130 bits for what lies in a mailbox for days.
_LENGTHS = {ON_SITE: 8, TRANSFER: 8, REMOTE: 26}
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_PLACE = (participant.c.site_id, participant.c.study_key, participant.c.zone, participant.c.code)


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """What is shown once: the code (XXXX-XXXX, or a link's 26 characters) and the link's PIN."""

    code: str
    expires_at: datetime
    kind: str = ON_SITE
    pin: str | None = None


def new_code(
    connection: Connection,
    actor: Actor,
    participant_id: int,
    keyring: Keyring,
    now: datetime,
    *,
    minutes: int,
    kind: str = ON_SITE,
    replace_devices: bool = False,
    reason: str | None = None,
) -> EnrolmentCode:
    """Make a code for a phone, or with `kind` REMOTE a link and its PIN; earlier ones end.

    With `replace_devices` every enrolled phone and every passkey is revoked at once ("lost or new
    phone"). `minutes` is the life of a code at the site. Raises ParticipantExempt for somebody who
    is exempt today.
    """
    person = _person(connection, participant_id)
    _refuse_exempt(connection, person, now)
    revoked: list[int] = []
    if replace_devices:
        revoked = sessions.revoke_devices(connection, participant_id, reason or "replaced", now)
        passkeys.revoke_all(connection, participant_id, now)
    life = LINK_LIFE if kind == REMOTE else timedelta(minutes=minutes)
    made = _make(connection, person, kind, keyring, now, life, created_by=_staff_id(actor))
    audit.record(
        connection, actor, "enrolment-code.made", f"participant/{participant_id}",
        after={"kind": kind, "expires_at": made.expires_at, "revoked_devices": revoked},
        reason=reason, participant_id=participant_id, site_id=person.site_id, now=now,
    )  # fmt: skip
    return made


def new_transfer_code(
    connection: Connection,
    actor: Actor,
    person: ParticipantSession,
    keyring: Keyring,
    now: datetime,
) -> EnrolmentCode:
    """Make a code for her other phone, or for the app beside the browser on the same one.

    Apps on an iPhone's home screen do not share the browser's sign-in. Raises SlowDown after many
    codes in a row, ParticipantExempt for somebody who is exempt today.
    """
    owner = keyring.keyed_hash("participant", str(person.id))
    if wait := limits.take(connection, limits.TRANSFERS_OF_PARTICIPANT, owner, now):
        raise SlowDown(wait)
    row = _person(connection, person.id)
    _refuse_exempt(connection, row, now)
    made = _make(
        connection, row, TRANSFER, keyring, now, TRANSFER_LIFE, created_on_device=person.device_id
    )
    audit.record(
        connection, actor, "enrolment-code.made", f"participant/{person.id}",
        after={"kind": TRANSFER, "expires_at": made.expires_at},
        participant_id=person.id, site_id=person.site_id, now=now,
    )  # fmt: skip
    return made


def exchange(
    connection: Connection,
    actor: Actor,
    code: str,
    keyring: Keyring,
    now: datetime,
    phone: Phone,
    pin: str | None = None,
) -> NewDevice | CodeNotAccepted | PinNotAccepted | SlowDown:
    """Let a phone in with a code. What is refused comes back as the error, whatever the reason.

    It is returned and not raised so that the transaction is committed: the try has to count.
    Somebody who became exempt after her code was made gets no phone either.
    """
    hashed = keyring.keyed_hash("address", phone.source)
    for bucket, key in ((limits.CODES_FROM_ADDRESS, hashed), (limits.CODES_OVERALL, "all")):
        if wait := limits.take(connection, bucket, key, now):
            return SlowDown(wait)
    found = connection.execute(
        select(enrolment_code, participant.c.id.label("person"), *_PLACE)
        .join(participant, participant.c.id == enrolment_code.c.participant_id)
        .where(
            enrolment_code.c.code_hash == keyring.keyed_hash("enrolment code", plain_code(code)),
            enrolment_code.c.used_at.is_(None),
            enrolment_code.c.revoked_at.is_(None),
            enrolment_code.c.expires_at > now,
        )
        .with_for_update(of=enrolment_code)
    ).one_or_none()
    if found is None or exempt_today(connection, found, now):
        return CodeNotAccepted()
    if refusal := _wrong_pin(connection, actor, found, pin, keyring, now):
        return refusal
    connection.execute(
        update(enrolment_code).where(enrolment_code.c.id == found.id).values(used_at=now)
    )
    how = {"how": found.kind, "from_device": found.created_on_device}
    return let_in(connection, actor, found, phone, how, now)


def plain_code(typed: str) -> str:
    """What somebody typed, as the code it stands for: no spaces or dashes, look-alikes mended."""
    kept = "".join(letter for letter in typed.upper() if letter.isalnum())
    return kept.translate(_LOOKALIKES)


def wait_after(wrong_pins: int) -> timedelta | None:
    """How long to wait after so many wrong PINs; None when the next try is free."""
    if wrong_pins < _FREE_PINS:
        return None
    return WAITS[min(wrong_pins - _FREE_PINS, len(WAITS) - 1)]


def _wrong_pin(
    connection: Connection,
    actor: Actor,
    found: Row[Any],
    pin: str | None,
    keyring: Keyring,
    now: datetime,
) -> PinNotAccepted | CodeNotAccepted | SlowDown | None:
    """Why the PIN lets nobody in; None when it does, or when the code needs none."""
    if found.pin_hash is None:
        return None
    if found.wait_until is not None and now < found.wait_until:
        return SlowDown(int((found.wait_until - now).total_seconds()) + 1)
    if pin is None:
        # The app asks whether the link still works before it asks for the numbers.
        return PinNotAccepted()
    if hmac.compare_digest(found.pin_hash, _pin_hash(keyring, found.code_hash, pin)):
        return None
    wrong = found.wrong_pins + 1
    wait, over = wait_after(wrong), wrong >= MOST_WRONG_PINS
    connection.execute(
        update(enrolment_code)
        .where(enrolment_code.c.id == found.id)
        .values(
            wrong_pins=wrong,
            wait_until=None if wait is None else now + wait,
            revoked_at=now if over else None,
        )
    )
    audit.record(
        connection, actor, "enrolment-code.pin-wrong", f"participant/{found.person}",
        after={"wrong_pins": wrong, "ended": over},
        participant_id=found.person, site_id=found.site_id, now=now,
    )  # fmt: skip
    return CodeNotAccepted() if over else PinNotAccepted()


def _person(connection: Connection, participant_id: int) -> Any:
    return connection.execute(
        select(participant.c.id.label("person"), *_PLACE).where(participant.c.id == participant_id)
    ).one()


def _refuse_exempt(connection: Connection, person: Row[Any], now: datetime) -> None:
    if exempt_today(connection, person, now):
        raise ParticipantExempt(
            f"{person.code} is exempt from questionnaires, so there is no phone to enrol"
        )


def _make(
    connection: Connection,
    person: Row[Any],
    kind: str,
    keyring: Keyring,
    now: datetime,
    life: timedelta,
    **origin: int | None,
) -> EnrolmentCode:
    """Write a new code; unused ones end, except that her own wish never ends one of staff's."""
    ends = [ON_SITE, REMOTE, TRANSFER] if kind != TRANSFER else [TRANSFER]
    connection.execute(
        update(enrolment_code)
        .where(
            enrolment_code.c.participant_id == person.person,
            enrolment_code.c.kind.in_(ends),
            enrolment_code.c.used_at.is_(None),
            enrolment_code.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    bare = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTHS[kind]))
    code_hash = keyring.keyed_hash("enrolment code", bare)
    pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}" if kind == REMOTE else None
    connection.execute(
        insert(enrolment_code).values(
            participant_id=person.person, kind=kind, code_hash=code_hash,
            pin_hash=None if pin is None else _pin_hash(keyring, code_hash, pin),
            created_at=now, expires_at=now + life, **origin,
        )
    )  # fmt: skip
    shown = bare if kind == REMOTE else f"{bare[:4]}-{bare[4:]}"
    return EnrolmentCode(shown, now + life, kind, pin)


def _pin_hash(keyring: Keyring, code_hash: str, pin: str) -> str:
    """Bound to its link, so that equal PINs of two links do not look equal."""
    digits = "".join(letter for letter in pin if letter.isdigit())
    return keyring.keyed_hash("enrolment PIN", f"{code_hash}/{digits}")


def _staff_id(actor: Actor) -> int | None:
    return actor.id if actor.kind == "staff" else None
