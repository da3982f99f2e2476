"""Who of the staff has which role at which sites, and until when.

Administrators invite, change, suspend and resume; inspectors can read the list. Every act names the
state that the person at the screen has seen, so that two administrators cannot overwrite each
other. Role and sites are read at each request, so a change works from the next one on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from sayso.domain.audit import Actor, instant
from sayso.domain.errors import ChangedMeanwhile, NotFound, StaffExists
from sayso.domain.staff_errors import AccessEndRefused, LastAdministrator, NotOneself, SiteNeeded
from sayso.domain.walltime import end_of_day
from sayso.services import accounts, audit, sessions, sites
from sayso.services.accounts import Invited
from sayso.store.sealed import Keyring
from sayso.store.tables import session, site, staff, staff_site

INSPECTION_DAYS = 90


@dataclass(frozen=True, slots=True)
class Account:
    """One account as administrators see it; `sites` are "study/code", `etag` names this state.

    `state` is active, invited, suspended or ended (an inspector's time is over).
    """

    id: int
    email: str
    name: str | None
    role: str
    sites: tuple[str, ...]
    state: str
    created_at: datetime
    invited_until: datetime | None
    last_sign_in_at: datetime | None
    open_sessions: int
    access_ends_at: datetime | None
    oneself: bool
    etag: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an account should be: a role, sites as "study/code", for inspectors a last day (UTC)."""

    role: str
    sites: Sequence[str]
    until: date | None = None


def accounts_of(
    connection: Connection, actor: Actor, keyring: Keyring, now: datetime
) -> list[Account]:
    """Every account, those in use first, then by name."""
    names = _site_names(connection)
    granted: dict[int, list[str]] = {}
    for staff_id, site_id in connection.execute(
        select(staff_site.c.staff_id, staff_site.c.site_id)
    ):
        granted.setdefault(staff_id, []).append(names[site_id])
    signed_in = _sign_ins(connection, now)
    waiting = accounts.open_invitations(connection, now)
    found = [
        _account(row, granted.get(row.id, ()), signed_in.get(row.id), waiting.get(row.id), actor,
                 keyring, now)
        for row in connection.execute(select(staff))
    ]  # fmt: skip
    order = ("active", "invited", "suspended", "ended")
    return sorted(
        found, key=lambda one: (order.index(one.state), (one.name or one.email).casefold(), one.id)
    )


def account(
    connection: Connection, actor: Actor, keyring: Keyring, staff_id: int, now: datetime
) -> Account:
    """One account. Raises NotFound."""
    for found in accounts_of(connection, actor, keyring, now):
        if found.id == staff_id:
            return found
    raise NotFound(f"There is no account {staff_id}")


def site_choices(connection: Connection) -> list[dict[str, str]]:
    """Every site of every study, to choose from: its "study/code" and its name."""
    rows = connection.execute(select(site).order_by(site.c.study_key, site.c.code))
    return [{"site": f"{row.study_key}/{row.code}", "name": row.name} for row in rows]


def invite(
    connection: Connection,
    actor: Actor,
    email: str,
    wanted: Wanted,
    keyring: Keyring,
    now: datetime,
) -> Invited:
    """Invite somebody; the link works once and for 72 hours.

    Raises InvalidEmail, StaffExists, UnknownSite, SiteNeeded, AccessEndRefused.
    """
    ids = _wanted_sites(connection, wanted)
    ends_at = _end(wanted, now)
    made = accounts.invite(connection, actor, email, wanted.role, ids, keyring, now)
    _set_end(connection, made.staff_id, ends_at)
    return made


def renew_invitation(
    connection: Connection, actor: Actor, staff_id: int, keyring: Keyring, now: datetime
) -> Invited:
    """A new link for somebody who has not used theirs; the old one stops working.

    Raises NotFound, or StaffExists when the account has been opened or closed.
    """
    row = _held(connection, staff_id)
    if row.name_sealed is not None or row.disabled_at is not None:
        raise StaffExists("The account is not waiting for its owner any more")
    ids = connection.execute(
        select(staff_site.c.site_id).where(staff_site.c.staff_id == staff_id)
    ).scalars()
    email = keyring.open(row.email_sealed)
    return accounts.invite(connection, actor, email, row.role, list(ids), keyring, now)


def change(
    connection: Connection,
    actor: Actor,
    staff_id: int,
    wanted: Wanted,
    seen: str | None,
    now: datetime,
) -> None:
    """Give an account another role, other sites or another end.

    Raises NotFound, NotOneself, ChangedMeanwhile, UnknownSite, SiteNeeded, AccessEndRefused, and
    LastAdministrator.
    """
    row = _others(connection, actor, staff_id, seen)
    ids = _wanted_sites(connection, wanted)
    ends_at = _end(wanted, now)
    if wanted.role != "administrator":
        _keep_one_administrator(connection, row)
    before = _said(connection, row)
    connection.execute(
        update(staff)
        .where(staff.c.id == staff_id)
        .values(role=wanted.role, access_ends_at=ends_at)
    )  # fmt: skip
    connection.execute(delete(staff_site).where(staff_site.c.staff_id == staff_id))
    for site_id in ids:
        connection.execute(
            insert(staff_site).values(staff_id=staff_id, site_id=site_id, granted_at=now)
        )
    after = _said(connection, _held(connection, staff_id))
    audit.record(
        connection, actor, "staff.changed", f"staff/{staff_id}", before=before, after=after, now=now
    )


def suspend(
    connection: Connection,
    actor: Actor,
    staff_id: int,
    reason: str,
    seen: str | None,
    now: datetime,
) -> None:
    """Close an account for as long as nobody resumes it, and end its sessions.

    Raises NotFound, NotOneself, ChangedMeanwhile, LastAdministrator.
    """
    row = _others(connection, actor, staff_id, seen)
    _keep_one_administrator(connection, row)
    accounts.close(connection, actor, staff_id, now, reason)


def resume(
    connection: Connection, actor: Actor, staff_id: int, seen: str | None, now: datetime
) -> None:
    """Open a suspended account again, with the role and sites that it had.

    Raises NotFound, NotOneself, ChangedMeanwhile.
    """
    _others(connection, actor, staff_id, seen)
    connection.execute(update(staff).where(staff.c.id == staff_id).values(disabled_at=None))
    audit.record(connection, actor, "staff.enabled", f"staff/{staff_id}", now=now)


def end_sessions(connection: Connection, actor: Actor, staff_id: int, now: datetime) -> int:
    """Sign somebody out everywhere; returns how many sessions that ended. Raises NotFound."""
    _held(connection, staff_id)
    ended = sessions.revoke_staff(connection, staff_id, now)
    audit.record(
        connection, actor, "staff.sessions-ended", f"staff/{staff_id}", after={"ended": ended},
        now=now,
    )  # fmt: skip
    return ended


def _account(
    row: Row[Any],
    places: Iterable[str],
    signed_in: tuple[datetime, int] | None,
    invited_until: datetime | None,
    actor: Actor,
    keyring: Keyring,
    now: datetime,
) -> Account:
    last, live = signed_in or (None, 0)
    return Account(
        id=row.id,
        email=keyring.open(row.email_sealed),
        name=keyring.open(row.name_sealed) if row.name_sealed else None,
        role=row.role,
        sites=tuple(sorted(places)),
        state=_state(row, now),
        created_at=row.created_at,
        invited_until=None if row.name_sealed is not None else invited_until,
        last_sign_in_at=last,
        open_sessions=live,
        access_ends_at=row.access_ends_at,
        oneself=actor.kind == "staff" and actor.id == row.id,
        etag=_etag(row, places),
    )


def _state(row: Row[Any], now: datetime) -> str:
    if row.disabled_at is not None:
        return "suspended"
    if row.access_ends_at is not None and row.access_ends_at <= now:
        return "ended"
    return "active" if row.name_sealed is not None else "invited"


def _etag(row: Row[Any], places: Iterable[str]) -> str:
    """A name for what can be changed about an account: the same state has the same name."""
    ends = None if row.access_ends_at is None else instant(row.access_ends_at)
    state = [row.id, row.role, sorted(places), row.disabled_at is not None, ends]
    return f'"{hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]}"'


def _sign_ins(connection: Connection, now: datetime) -> dict[int, tuple[datetime, int]]:
    """By account: when it last signed in, and how many of its sessions can still be used."""
    live = (
        (session.c.revoked_at.is_(None))
        & (session.c.expires_at > now)
        & (session.c.last_seen_at > now - sessions.STAFF_IDLE)
    )
    rows = connection.execute(
        select(
            session.c.staff_id,
            func.max(session.c.created_at).label("last"),
            func.count().filter(live).label("live"),
        )
        .where(session.c.staff_id.is_not(None))
        .group_by(session.c.staff_id)
    )
    return {row.staff_id: (row.last, row.live) for row in rows}


def _site_names(connection: Connection) -> Mapping[int, str]:
    rows = connection.execute(select(site.c.id, site.c.study_key, site.c.code))
    return {row.id: f"{row.study_key}/{row.code}" for row in rows}


def _held(connection: Connection, staff_id: int) -> Row[Any]:
    row = connection.execute(
        select(staff).where(staff.c.id == staff_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no account {staff_id}")
    return row


def _others(connection: Connection, actor: Actor, staff_id: int, seen: str | None) -> Row[Any]:
    """Somebody else's account, locked, in the state that the asker has seen."""
    row = _held(connection, staff_id)
    if actor.kind == "staff" and actor.id == staff_id:
        raise NotOneself("Ask another administrator to change your own account")
    if seen is not None and seen != _etag(row, _places(connection, staff_id)):
        raise ChangedMeanwhile("Somebody has changed this account since you opened it")
    return row


def _places(connection: Connection, staff_id: int) -> list[str]:
    names = _site_names(connection)
    ids = connection.execute(
        select(staff_site.c.site_id).where(staff_site.c.staff_id == staff_id)
    ).scalars()
    return sorted(names[site_id] for site_id in ids)


def _said(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    return {
        "role": row.role, "sites": _places(connection, row.id), "until": row.access_ends_at,
    }  # fmt: skip


def _wanted_sites(connection: Connection, wanted: Wanted) -> list[int]:
    """The row ids of the sites. Raises UnknownSite, SiteNeeded."""
    if not wanted.sites and wanted.role != "administrator":
        raise SiteNeeded(f"Choose at least one site for a {wanted.role}")
    ids = []
    for place in dict.fromkeys(wanted.sites):
        study_key, _, code = place.partition("/")
        ids.append(int(sites.find(connection, study_key, code).id))
    return ids


def _end(wanted: Wanted, now: datetime) -> datetime | None:
    """When the access ends: with the end of an inspector's last day. Raises AccessEndRefused."""
    if wanted.role != "inspector":
        if wanted.until is not None:
            raise AccessEndRefused("Only the access of an inspector has a last day")
        return None
    last = now.date() + timedelta(days=INSPECTION_DAYS)
    if wanted.until is None or not now.date() <= wanted.until <= last:
        raise AccessEndRefused(
            f"Give an inspector a last day from today to {last.day} {last:%B %Y}"
        )
    return end_of_day(wanted.until, "UTC")


def _set_end(connection: Connection, staff_id: int, ends_at: datetime | None) -> None:
    connection.execute(update(staff).where(staff.c.id == staff_id).values(access_ends_at=ends_at))


def _keep_one_administrator(connection: Connection, leaving: Row[Any]) -> None:
    if leaving.role != "administrator" or leaving.disabled_at is not None:
        return
    others = connection.execute(
        select(func.count())
        .select_from(staff)
        .where(
            staff.c.role == "administrator", staff.c.disabled_at.is_(None),
            staff.c.name_sealed.is_not(None), staff.c.id != leaving.id,
        )
    ).scalar_one()  # fmt: skip
    if others == 0:
        raise LastAdministrator("Somebody has to be left who can invite and change staff")
