"""Staff accounts: invited by e-mail address, opened with a password of their own choosing.

There is no default password anywhere. Passwords are hashed with Argon2id at t=2, 19 MiB, p=1, which
costs about 40 ms of CPU; token buckets stand before it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from sayso.domain.audit import Actor
from sayso.domain.errors import (
    InvalidEmail,
    InvitationNotAccepted,
    NotFound,
    PasswordTooWeak,
    SlowDown,
    StaffExists,
)
from sayso.services import audit, limits, sessions
from sayso.services.passwords import COMMON
from sayso.store.sealed import Keyring
from sayso.store.tables import invitation, staff, staff_site

if TYPE_CHECKING:
    from argon2 import PasswordHasher

ROLES = ("coordinator", "investigator", "monitor", "administrator", "inspector")
INVITATION_LIFE = timedelta(hours=72)
SHORTEST = 15
LONGEST = 256
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,190}\.[^@\s.\x00-\x1f]{2,}")


@dataclass(frozen=True, slots=True)
class Invited:
    """A new account that waits for its owner; the token is shown once and works for 72 hours."""

    staff_id: int
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One account as lists show it."""

    id: int
    email: str
    name: str | None
    role: str
    site_ids: frozenset[int]
    has_password: bool
    disabled_at: datetime | None


def invite(
    connection: Connection,
    actor: Actor,
    email: str,
    role: str,
    site_ids: Sequence[int],
    keyring: Keyring,
    now: datetime,
) -> Invited:
    """Make an account and its invitation; inviting somebody who has not accepted yet renews it.

    Raises InvalidEmail, StaffExists.
    """
    if not _EMAIL.fullmatch(email):
        raise InvalidEmail("That is not an e-mail address")
    hashed = email_hash(keyring, email)
    known = connection.execute(select(staff).where(staff.c.email_hash == hashed)).one_or_none()
    if known is not None and (known.password_hash is not None or known.disabled_at is not None):
        raise StaffExists("There is an account for this e-mail address already")
    if known is None:
        staff_id = connection.execute(
            insert(staff)
            .values(
                email_hash=hashed, email_sealed=keyring.seal(email.strip()), role=role,
                created_at=now,
            )
            .returning(staff.c.id)
        ).scalar_one()  # fmt: skip
    else:
        staff_id = known.id
        connection.execute(update(staff).where(staff.c.id == staff_id).values(role=role))
        connection.execute(delete(staff_site).where(staff_site.c.staff_id == staff_id))
        connection.execute(
            update(invitation)
            .where(invitation.c.staff_id == staff_id, invitation.c.used_at.is_(None))
            .values(expires_at=now)
        )
    for site_id in dict.fromkeys(site_ids):
        connection.execute(
            insert(staff_site).values(staff_id=staff_id, site_id=site_id, granted_at=now)
        )
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(invitation).values(
            staff_id=staff_id, token_hash=sessions.token_hash(token), created_at=now,
            expires_at=now + INVITATION_LIFE,
        )
    )  # fmt: skip
    audit.record(
        connection, actor, "staff.invited", f"staff/{staff_id}",
        after={"role": role, "sites": list(site_ids)}, now=now,
    )  # fmt: skip
    return Invited(staff_id, token, now + INVITATION_LIFE)


def accept(
    connection: Connection,
    actor: Actor,
    token: str,
    name: str,
    password: str,
    keyring: Keyring,
    now: datetime,
) -> int:
    """Open the account with a name and a password; returns the row id.

    Raises InvitationNotAccepted, PasswordTooWeak.
    """
    row = connection.execute(
        select(invitation.c.id, invitation.c.staff_id, staff.c.email_sealed, staff.c.role)
        .join(staff, staff.c.id == invitation.c.staff_id)
        .where(
            invitation.c.token_hash == sessions.token_hash(token),
            invitation.c.used_at.is_(None),
            invitation.c.expires_at > now,
            staff.c.disabled_at.is_(None),
        )
        .with_for_update(of=invitation)
    ).one_or_none()
    if row is None:
        raise InvitationNotAccepted
    check_password(password, (name, keyring.open(row.email_sealed)))
    connection.execute(update(invitation).where(invitation.c.id == row.id).values(used_at=now))
    connection.execute(
        update(staff)
        .where(staff.c.id == row.staff_id)
        .values(name_sealed=keyring.seal(name), password_hash=_hasher().hash(password))
    )
    audit.record(
        connection, replace(actor, kind="staff", id=row.staff_id, role=row.role),
        "staff.joined", f"staff/{row.staff_id}", now=now,
    )  # fmt: skip
    return int(row.staff_id)


def sign_in(
    connection: Connection,
    actor: Actor,
    email: str,
    password: str,
    keyring: Keyring,
    now: datetime,
    *,
    source: str,
) -> str | None:
    """Check e-mail and password; the session's token, or None, which says nothing about why.

    Raises SlowDown. Commit the transaction also for None: the try counts and is on record.
    """
    hashed = email_hash(keyring, email)
    tries = (
        (limits.SIGN_INS_FROM_ADDRESS, keyring.keyed_hash("address", source)),
        (limits.SIGN_INS_TO_ACCOUNT, hashed),
    )
    for bucket, key in tries:
        if wait := limits.take(connection, bucket, key, now):
            raise SlowDown(wait)
    row = connection.execute(select(staff).where(staff.c.email_hash == hashed)).one_or_none()
    # An unknown address costs the same time as a wrong password, so that it cannot be told apart.
    kept = row.password_hash if row is not None and row.password_hash else _nobodys_hash()
    good = _matches(kept, password) and row is not None and row.password_hash is not None
    if row is None:
        return None
    who = replace(actor, kind="staff", id=row.id, role=row.role)
    over = row.access_ends_at is not None and row.access_ends_at <= now
    if not good or over or row.disabled_at is not None:
        audit.record(connection, who, "staff.sign-in-failed", f"staff/{row.id}", now=now)
        return None
    token = sessions.open_for_staff(connection, row.id, now)
    audit.record(connection, who, "staff.signed-in", f"staff/{row.id}", now=now)
    return token


def disable(
    connection: Connection, actor: Actor, email: str, keyring: Keyring, now: datetime
) -> int:
    """Close an account and end its sessions; returns the row id. Raises NotFound."""
    row = _by_email(connection, email, keyring)
    close(connection, actor, row.id, now)
    return int(row.id)


def close(
    connection: Connection, actor: Actor, staff_id: int, now: datetime, reason: str | None = None
) -> None:
    """Close an account by its row id and end its sessions."""
    connection.execute(
        update(staff)
        .where(staff.c.id == staff_id, staff.c.disabled_at.is_(None))
        .values(disabled_at=now)
    )
    sessions.revoke_staff(connection, staff_id, now)
    audit.record(connection, actor, "staff.disabled", f"staff/{staff_id}", reason=reason, now=now)


def open_invitations(connection: Connection, now: datetime) -> dict[int, datetime]:
    """By account: until when an invitation can still be accepted."""
    rows = connection.execute(
        select(invitation.c.staff_id, invitation.c.expires_at).where(
            invitation.c.used_at.is_(None), invitation.c.expires_at > now
        )
    )
    return {row.staff_id: row.expires_at for row in rows}


def members(connection: Connection, keyring: Keyring) -> list[Member]:
    """Every account, in the order in which they were made."""
    granted: dict[int, set[int]] = {}
    rows = connection.execute(select(staff_site.c.staff_id, staff_site.c.site_id))
    for staff_id, site_id in rows:
        granted.setdefault(staff_id, set()).add(site_id)
    return [
        Member(
            row.id, keyring.open(row.email_sealed),
            keyring.open(row.name_sealed) if row.name_sealed else None, row.role,
            frozenset(granted.get(row.id, ())), row.password_hash is not None, row.disabled_at,
        )
        for row in connection.execute(select(staff).order_by(staff.c.id))
    ]  # fmt: skip


def email_hash(keyring: Keyring, email: str) -> str:
    """What an e-mail address is found by: a keyed hash of it in lower case."""
    return keyring.keyed_hash("staff e-mail", email.strip().casefold())


def check_password(password: str, personal: Sequence[str] = ()) -> None:
    """Refuse a password that is too short, too long, common, or made of the person's own name.

    There is no rule of composition and no expiry. Raises PasswordTooWeak.
    """
    if len(password) < SHORTEST:
        raise PasswordTooWeak(f"Use at least {SHORTEST} characters; a few words in a row do well")
    if len(password) > LONGEST:
        raise PasswordTooWeak(f"Use at most {LONGEST} characters")
    plain = "".join(letter for letter in password.casefold() if letter.isalnum())
    known = {*COMMON, *("".join(c for c in word.casefold() if c.isalnum()) for word in personal)}
    rest = plain
    for word in sorted((word for word in known if len(word) >= 4), key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(set(plain)) < 5 or len(rest) < 5:
        raise PasswordTooWeak("This password is easy to guess; take a few unrelated words")


def _by_email(connection: Connection, email: str, keyring: Keyring) -> Row[Any]:
    row = connection.execute(
        select(staff).where(staff.c.email_hash == email_hash(keyring, email))
    ).one_or_none()
    if row is None:
        raise NotFound("There is no account for this e-mail address")
    return row


@cache
def _hasher() -> PasswordHasher:
    # Loaded at the first sign-in: a worker that only serves phones never needs it.
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def _matches(kept: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        return _hasher().verify(kept, password)
    except VerificationError:
        return False
