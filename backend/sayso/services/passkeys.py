"""Passkeys: a participant signs in again with what unlocks her phone, without a new code.

A passkey is made on a phone that is signed in, is found by the browser itself (discoverable), asks
for the finger, face or PIN of the phone, and lets in the same person only. Each question put to an
authenticator works once, for five minutes and for one purpose. Of a passkey the server keeps the
public half; its name on the phone says nothing about the study.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from sayso.domain.access_errors import PasskeyNotAccepted
from sayso.domain.audit import Actor
from sayso.domain.errors import SlowDown
from sayso.services import audit, limits
from sayso.services.devices import NewDevice, Phone, exempt_today, let_in
from sayso.services.sessions import ParticipantSession, token_hash
from sayso.store.sealed import Keyring
from sayso.store.tables import participant
from sayso.store.tables_access import passkey, passkey_challenge
from sayso.store.upsert import insert_once

CHALLENGE_LIFE = timedelta(minutes=5)
NAME = "Sayso"
PERSON = "My questionnaires"


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys work: the host that browsers bind them to, and the exact origin."""

    host: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> Place:
        """The place of an installation's public address."""
        return cls(urlsplit(public_url).hostname or "", public_url)


def ask_to_make(
    connection: Connection, person: ParticipantSession, place: Place, keyring: Keyring,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """The options for `navigator.credentials.create`, as JSON; a new question each time."""
    # Checking signatures brings 60 ms of imports that most requests never need.
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = connection.execute(select(passkey.c.credential_id).where(*_live(person.id))).scalars()
    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name=NAME,
        # Opaque and stable, so that a second passkey of the same person replaces the first.
        user_id=bytes.fromhex(keyring.keyed_hash("passkey user", str(person.id))),
        user_name=PERSON,
        challenge=_new_challenge(connection, person.device_id, now),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one)) for one in known
        ],
    )
    found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return found


def make(
    connection: Connection,
    actor: Actor,
    person: ParticipantSession,
    credential: Mapping[str, Any],
    place: Place,
    now: datetime,
) -> None:
    """Keep a passkey that her phone has just made. Raises PasskeyNotAccepted."""
    # Loaded only here, as above.
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _answered(connection, credential, person.device_id, now)
    try:
        checked = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyNotAccepted from error
    kept = insert_once(connection, passkey, {
        "participant_id": person.id, "device_id": person.device_id,
        "credential_id": webauthn.helpers.bytes_to_base64url(checked.credential_id),
        "public_key": checked.credential_public_key, "sign_count": checked.sign_count,
        "created_at": now,
    })  # fmt: skip
    if not kept:
        raise PasskeyNotAccepted
    _note(connection, actor, "passkey.made", person, now)


def ask_who(
    connection: Connection, place: Place, keyring: Keyring, now: datetime, *, source: str
) -> dict[str, Any]:
    """The options for `navigator.credentials.get`; whoever answers says who she is.

    Raises SlowDown after many questions for one address.
    """
    # Loaded only here, as above.
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    _slow_down(connection, keyring, now, source)
    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        challenge=_new_challenge(connection, None, now),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return found


def sign_in(
    connection: Connection,
    actor: Actor,
    credential: Mapping[str, Any],
    place: Place,
    keyring: Keyring,
    now: datetime,
    phone: Phone,
) -> NewDevice:
    """Let a phone in with a passkey of its owner. Raises PasskeyNotAccepted, SlowDown."""
    # Loaded only here, as above.
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    _slow_down(connection, keyring, now, phone.source)
    challenge = _answered(connection, credential, None, now)
    known = _known(connection, credential)
    if known is None or exempt_today(connection, known, now):
        raise PasskeyNotAccepted
    try:
        checked = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyNotAccepted from error
    connection.execute(
        update(passkey)
        .where(passkey.c.id == known.id)
        .values(sign_count=checked.new_sign_count, last_used_at=now)
    )
    return let_in(connection, actor, known, phone, {"how": "passkey", "passkey": known.id}, now)


def count(connection: Connection, participant_id: int) -> int:
    """How many passkeys of hers work."""
    found: int = connection.execute(
        select(func.count()).select_from(passkey).where(*_live(participant_id))
    ).scalar_one()
    return found


def remove(connection: Connection, actor: Actor, person: ParticipantSession, now: datetime) -> None:
    """None of her passkeys works any more; by her own wish."""
    if revoke_all(connection, person.id, now):
        _note(connection, actor, "passkey.removed", person, now)


def revoke_all(connection: Connection, participant_id: int, now: datetime) -> int:
    """End every passkey of a participant; returns how many worked until now."""
    return connection.execute(
        update(passkey).where(*_live(participant_id)).values(revoked_at=now)
    ).rowcount


def _live(participant_id: int) -> tuple[Any, ...]:
    return passkey.c.participant_id == participant_id, passkey.c.revoked_at.is_(None)


def _known(connection: Connection, credential: Mapping[str, Any]) -> Row[Any] | None:
    return connection.execute(
        select(
            passkey, participant.c.id.label("person"), participant.c.site_id,
            participant.c.study_key, participant.c.zone,
        )
        .join(participant, participant.c.id == passkey.c.participant_id)
        .where(passkey.c.credential_id == str(credential.get("id")), passkey.c.revoked_at.is_(None))
        .with_for_update(of=passkey)
    ).one_or_none()  # fmt: skip


def _new_challenge(connection: Connection, device_id: int | None, now: datetime) -> bytes:
    """A fresh question, kept as a hash; old ones that nobody answered go at the same time."""
    connection.execute(delete(passkey_challenge).where(passkey_challenge.c.expires_at < now))
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(passkey_challenge).values(
            challenge_hash=token_hash(token), device_id=device_id, expires_at=now + CHALLENGE_LIFE
        )
    )
    return token.encode()


def _answered(
    connection: Connection, credential: Mapping[str, Any], device_id: int | None, now: datetime
) -> bytes:
    """The question that a credential answers, which thereby is used up.

    Raises PasskeyNotAccepted when it was never put, was put to another phone, or is too old.
    """
    # Loaded only here, as above.
    from webauthn.helpers import base64url_to_bytes

    try:
        said = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        challenge: bytes = base64url_to_bytes(said["challenge"])
        named = token_hash(challenge.decode("ascii"))
    except (ValueError, TypeError, KeyError) as error:
        raise PasskeyNotAccepted from error
    found = connection.execute(
        delete(passkey_challenge)
        .where(
            passkey_challenge.c.challenge_hash == named,
            passkey_challenge.c.expires_at > now,
            passkey_challenge.c.device_id.is_(None)
            if device_id is None
            else passkey_challenge.c.device_id == device_id,
        )
        .returning(passkey_challenge.c.challenge_hash)
    ).one_or_none()
    if found is None:
        raise PasskeyNotAccepted
    return challenge


def _slow_down(connection: Connection, keyring: Keyring, now: datetime, source: str) -> None:
    address = keyring.keyed_hash("address", source)
    if wait := limits.take(connection, limits.PASSKEYS_FROM_ADDRESS, address, now):
        raise SlowDown(wait)


def _note(
    connection: Connection, actor: Actor, what: str, person: ParticipantSession, now: datetime
) -> None:
    audit.record(
        connection, actor, what, f"participant/{person.id}", participant_id=person.id,
        site_id=person.site_id, now=now,
    )  # fmt: skip
