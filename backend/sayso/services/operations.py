"""How the sending of reminders stands: for the operator's page, for metrics and for monitors.

Everything is read from the rows and from the workers' signs of life at the moment of asking, so the
figures are the same whichever of many web processes is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select

from sayso.services import audit_watch, canary, heartbeats
from sayso.services.audit_watch import Trail
from sayso.services.canary import Round
from sayso.store.tables import participant, site
from sayso.store.tables_messages import delivery, push_subscription, reminder

FAILED_SINCE = timedelta(days=7)
_LONGEST_WAIT = timedelta(hours=7)
_MOST = 50


@dataclass(frozen=True, slots=True)
class WorkerSign:
    """One worker: last heard of at `at`; `counts` since it started; services it leaves alone."""

    name: str
    at: datetime
    lives: bool
    counts: Mapping[str, int]
    troubles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up; `participant` and `site` are codes, None for our own mail."""

    at: datetime
    participant: str | None
    site: str | None
    purpose: str
    channel: str
    attempts: int
    why: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts only: `due` waits to go out now, `retrying` was tried and will be tried again."""

    late_seconds: int
    due: int
    retrying: int
    failed: int
    workers: tuple[WorkerSign, ...]
    round_trip: Round | None
    phones_by_key: Mapping[str, int]
    trail: Trail | None


def figures(connection: Connection, now: datetime) -> Figures:
    """Everything that can be told without naming anybody."""
    return Figures(
        int(heartbeats.lag(connection, now).total_seconds()),
        _due(connection, now),
        _retrying(connection, now),
        _count(connection, delivery, _failed(now)),
        tuple(_worker(*sign, now) for sign in heartbeats.latest(connection)),
        canary.latest(connection, now),
        phones_by_key(connection),
        audit_watch.latest(connection),
    )


def dead_letters(
    connection: Connection, site_ids: Collection[int], now: datetime
) -> list[DeadLetter]:
    """Messages given up in the last seven days, latest first, as far as one may know of them."""
    owner = func.coalesce(participant.c.site_id, delivery.c.site_id)
    rows = connection.execute(
        select(
            delivery.c.settled_at, participant.c.code.label("participant"),
            site.c.code.label("site"), delivery.c.purpose, delivery.c.channel,
            delivery.c.attempts, delivery.c.why,
        )
        .select_from(delivery)
        .outerjoin(participant, participant.c.id == delivery.c.participant_id)
        .outerjoin(site, site.c.id == owner)
        .where(*_failed(now), or_(owner.is_(None), owner.in_(sorted(site_ids))))
        .order_by(delivery.c.settled_at.desc(), delivery.c.id.desc())
        .limit(_MOST)
    )  # fmt: skip
    return [DeadLetter(*row) for row in rows]


def _failed(now: datetime) -> tuple[Any, ...]:
    return (delivery.c.state == "failed", delivery.c.settled_at > now - FAILED_SINCE)


def _due(connection: Connection, now: datetime) -> int:
    messages = (delivery.c.state == "pending", delivery.c.next_at <= now)
    undecided = (reminder.c.decided_at.is_(None), reminder.c.next_at <= now)
    return _count(connection, delivery, messages) + _count(connection, reminder, undecided)


def _retrying(connection: Connection, now: datetime) -> int:
    # No wait between two tries is longer, so the index on the due time answers.
    soon = delivery.c.next_at <= now + _LONGEST_WAIT
    tried = (delivery.c.state == "pending", soon, delivery.c.attempts > 0)
    return _count(connection, delivery, tried)


def _count(connection: Connection, table: Any, which: tuple[Any, ...]) -> int:
    statement = select(func.count()).select_from(table).where(*which)
    return int(connection.execute(statement).scalar_one())


def phones_by_key(connection: Connection) -> dict[str, int]:
    """Live phones by the key that they subscribed with: what a rotation still waits for."""
    rows = connection.execute(
        select(push_subscription.c.vapid_key_id, func.count())
        .where(push_subscription.c.dead_at.is_(None))
        .group_by(push_subscription.c.vapid_key_id)
    )
    return {key: int(number) for key, number in rows}


def _worker(name: str, at: datetime, facts: Mapping[str, Any], now: datetime) -> WorkerSign:
    counts, troubles = facts.get("counts", {}), facts.get("troubles", {})
    return WorkerSign(name, at, now - at <= heartbeats.SILENT_AFTER, counts, troubles)
