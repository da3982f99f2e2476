"""Let a participant's phone in, by whichever way she proved that it is hers.

A code from the study team, a code from her other phone and a passkey all end here: one row per
phone, one session, one line in the audit trail that says how it came in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, literal, select, update

from sayso.domain.audit import Actor
from sayso.domain.walltime import local_date
from sayso.services import audit, publishing, sessions
from sayso.store.columns import Instant
from sayso.store.facts import facts_of_one
from sayso.store.tables import device, enrolment_code

PASSKEY = "passkey"
"""The way in that uses up no code."""


@dataclass(frozen=True, slots=True)
class Phone:
    """What a phone says of itself when it asks to come in.

    `source` is the address it asks from, used only through a keyed hash; `label` is what staff can
    tell it by.
    """

    source: str
    label: str
    app_build: str | None = None


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A phone that has just been let in, and the token its cookie will carry."""

    token: str
    participant_id: int
    device_id: int


def let_in(
    connection: Connection,
    actor: Actor,
    person: Row[Any],
    phone: Phone,
    how: Mapping[str, object],
    now: datetime,
) -> NewDevice:
    """Enrol a phone of the participant of a row with `person` and `site_id`, and sign it in."""
    device_id: int = connection.execute(
        insert(device)
        .values(
            participant_id=person.person, label=phone.label, enrolled_at=now, last_seen_at=now,
            app_build=phone.app_build,
        )
        .returning(device.c.id)
    ).scalar_one()  # fmt: skip
    token = sessions.open_for_device(connection, device_id, now)
    audit.record(
        connection, replace(actor, kind="participant", id=person.person, device=device_id),
        "device.enrolled", f"device/{device_id}", after={"app_build": phone.app_build, **how},
        participant_id=person.person, site_id=person.site_id, now=now,
    )  # fmt: skip
    return NewDevice(token, person.person, device_id)


def tell_unsent(connection: Connection, device_id: int, forms: int, now: datetime) -> None:
    """Keep how many finished forms a phone holds and cannot send, and since when it holds any."""
    since = None if forms == 0 else func.coalesce(device.c.unsent_since, literal(now, Instant()))
    connection.execute(
        update(device).where(device.c.id == device_id).values(unsent=forms, unsent_since=since)
    )


def ways_in(connection: Connection, participant_id: int) -> defaultdict[datetime, list[str]]:
    """The kinds of codes by the moment they were used, in the order they were made.

    A code is used up in the moment in which its phone is let in, so this says of each phone how it
    came in: the first kind of that moment, or where there is none, PASSKEY.
    """
    used: defaultdict[datetime, list[str]] = defaultdict(list)
    codes = (
        select(enrolment_code.c.used_at, enrolment_code.c.kind)
        .where(
            enrolment_code.c.participant_id == participant_id, enrolment_code.c.used_at.is_not(None)
        )
        .order_by(enrolment_code.c.id)
    )
    for code in connection.execute(codes):
        used[code.used_at].append(code.kind)
    return used


def exempt_today(connection: Connection, row: Any, now: datetime) -> bool:
    """Whether the participant of a row with `person`, `study_key` and `zone` is exempt today."""
    language = publishing.current(connection, row.study_key).study.rules.exemption_language
    known = facts_of_one(connection, row.person)
    return known.exempt_on(local_date(now, row.zone), language) is not None
