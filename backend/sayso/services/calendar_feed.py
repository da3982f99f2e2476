"""A participant's windows as a calendar that she subscribes to by a secret address.

The address holds 256 random bits and is all that is asked for: calendars cannot sign in. The table
keeps its hash, so it can be shown only when it is made; making another ends the one before. What
it shows is derived at each reading: a window that is done, closed or no longer expected is gone,
and who is exempt, has left or has died has an empty calendar.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, insert, select, update

from sayso.domain.audit import Actor
from sayso.domain.errors import NotFound
from sayso.domain.status import judge, standing
from sayso.formats import calendar_feed as file
from sayso.services import audit, publishing
from sayso.services.sessions import ParticipantSession, token_hash
from sayso.store import queries
from sayso.store.facts import facts_of_one
from sayso.store.sealed import Keyring
from sayso.store.tables import participant
from sayso.store.tables_access import calendar_feed

_SHOWN = frozenset({"open", "upcoming"})


def make(connection: Connection, actor: Actor, person: ParticipantSession, now: datetime) -> str:
    """Start a calendar and return its token, which is shown this once."""
    _end(connection, person.id, now)
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(calendar_feed).values(
            participant_id=person.id, token_hash=token_hash(token), created_at=now
        )
    )
    _note(connection, actor, "calendar.made", person, now)
    return token


def end(connection: Connection, actor: Actor, person: ParticipantSession, now: datetime) -> None:
    """Her calendar's address shows nothing any more."""
    if _end(connection, person.id, now):
        _note(connection, actor, "calendar.ended", person, now)


def since(connection: Connection, participant_id: int) -> datetime | None:
    """When her calendar was made; None when she has none."""
    made: datetime | None = connection.execute(
        select(calendar_feed.c.created_at).where(*_live(participant_id))
    ).scalar_one_or_none()
    return made


def read(
    connection: Connection, token: str, keyring: Keyring, public_url: str, now: datetime
) -> bytes:
    """The calendar behind an address, as a file. Raises NotFound for an unknown or ended one."""
    person = connection.execute(
        select(participant.c.id, participant.c.study_key, participant.c.zone)
        .join(calendar_feed, calendar_feed.c.participant_id == participant.c.id)
        .where(
            calendar_feed.c.token_hash == token_hash(token), calendar_feed.c.revoked_at.is_(None)
        )
    ).one_or_none()
    if person is None:
        raise NotFound("There is no calendar under this address")
    return file.render(_events(connection, person, keyring, now), person.zone, public_url)


def _events(
    connection: Connection, person: Any, keyring: Keyring, now: datetime
) -> list[file.Event]:
    """One event per window with a form that is open or still to come."""
    study = publishing.current(connection, person.study_key).study
    rules = standing(facts_of_one(connection, person.id), study.rules)
    own = [
        one.form
        for one in queries.own_forms(connection, person.id)
        if one.form.cancelled_at is None and judge(one.form, rules, now).status in _SHOWN
    ]
    own.sort(key=lambda form: (form.timepoint, form.opens))
    found = []
    for timepoint, group in groupby(own, key=lambda form: form.timepoint):
        forms = list(group)
        name = keyring.keyed_hash("calendar event", f"{person.id}/{timepoint}")[:32]
        found.append(
            file.Event(
                f"{name}@sayso", min(one.opens for one in forms), max(one.closes for one in forms),
                now,
            )
        )  # fmt: skip
    return sorted(found, key=lambda event: (event.first_day, event.uid))


def _live(participant_id: int) -> tuple[Any, ...]:
    return calendar_feed.c.participant_id == participant_id, calendar_feed.c.revoked_at.is_(None)


def _end(connection: Connection, participant_id: int, now: datetime) -> int:
    return connection.execute(
        update(calendar_feed).where(*_live(participant_id)).values(revoked_at=now)
    ).rowcount


def _note(
    connection: Connection, actor: Actor, what: str, person: ParticipantSession, now: datetime
) -> None:
    audit.record(
        connection, actor, what, f"participant/{person.id}", participant_id=person.id,
        site_id=person.site_id, now=now,
    )  # fmt: skip
