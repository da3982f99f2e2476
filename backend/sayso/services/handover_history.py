"""What staff see of the clinic's tablets: to whom, by whom, since when, what came, how it ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from sayso.services.access import Participant, Reach
from sayso.services.handovers import GIVEN_BACK, IDLE, IDLE_TOO_LONG
from sayso.services.responses import receipt
from sayso.store.tables import device, participant, session
from sayso.store.tables_entries import handover
from sayso.store.tables_forms import response

RECENT = timedelta(hours=24)
STATES = ("waiting", "active", "finished", "given_back", "expired", "ended")


@dataclass(frozen=True, slots=True)
class Arrived:
    """One response that came from the tablet; `code` is the receipt that the participant saw."""

    code: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """One hand-over as staff see it.

    `state` is waiting (for the code to be typed), active, finished (everything answered),
    given_back, expired (code or session, by time) or ended (by staff). `over_at` is None while the
    code or the session works.
    """

    id: int
    participant: str
    site: str
    started_at: datetime
    started_by: int
    expires_at: datetime
    taken_at: datetime | None
    over_at: datetime | None
    state: str
    arrived: tuple[Arrived, ...]


def of(connection: Connection, person: Participant, now: datetime) -> list[Handover]:
    """Every hand-over of a participant, the latest first."""
    statement = _STATEMENT.where(handover.c.participant_id == person.id)
    return _read(connection, statement, {person.site.id: person.site.code}, now)


def recent(connection: Connection, within: Reach, now: datetime) -> list[Handover]:
    """The hand-overs of the last 24 hours within reach, the latest first."""
    statement = _STATEMENT.where(
        participant.c.study_key == within.study_key,
        participant.c.site_id.in_(within.sites),
        handover.c.started_at > now - RECENT,
    )
    sites = {one.id: one.code for one in within.sites.values()}
    return _read(connection, statement, sites, now)


_STATEMENT = (
    select(
        handover,
        participant.c.code.label("participant"),
        participant.c.site_id,
        device.c.enrolled_at.label("taken_at"),
        device.c.revoke_reason.label("how"),
        session.c.last_seen_at,
    )
    .join(participant, participant.c.id == handover.c.participant_id)
    .outerjoin(device, device.c.id == handover.c.device_id)
    .outerjoin(session, session.c.device_id == handover.c.device_id)
    .order_by(handover.c.id.desc())
)


def _read(
    connection: Connection, statement: Select[Any], sites: dict[int, str], now: datetime
) -> list[Handover]:
    rows = connection.execute(statement).all()
    arrived = _arrived(connection, rows)
    found = []
    for row in rows:
        state, over_at = _standing(row, now)
        came = tuple(arrived[row.device_id]) if row.device_id is not None else ()
        found.append(
            Handover(
                row.id, row.participant, sites[row.site_id], row.started_at, row.started_by,
                row.expires_at, row.taken_at, over_at, state, came,
            )
        )  # fmt: skip
    return found


def _arrived(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, list[Arrived]]:
    found: dict[int, list[Arrived]] = defaultdict(list)
    devices = [row.device_id for row in rows if row.device_id is not None]
    statement = select(
        response.c.id, response.c.device_id, response.c.received_at, response.c.disposition
    ).where(response.c.device_id.in_(devices))
    for row in connection.execute(statement.order_by(response.c.received_at, response.c.id)):
        code = receipt(row.id, row.received_at, row.disposition).code
        found[row.device_id].append(Arrived(code, row.received_at))
    return found


def _standing(row: Row[Any], now: datetime) -> tuple[str, datetime | None]:
    """The state of one hand-over, and when it was over."""
    if row.finished_at is not None:
        return "finished", row.finished_at
    if row.ended_at is not None:
        if row.device_id is None:
            return ("expired" if row.ended_at >= row.expires_at else "ended"), row.ended_at
        known = {GIVEN_BACK: "given_back", IDLE_TOO_LONG: "expired"}
        return known.get(row.how, "ended"), row.ended_at
    if row.device_id is None:
        return ("waiting", None) if now < row.expires_at else ("expired", row.expires_at)
    idle_at = row.last_seen_at + IDLE
    return ("active", None) if now < idle_at else ("expired", idle_at)


__all__ = ["RECENT", "STATES", "Arrived", "Handover", "of", "recent"]
