"""Deliveries on their way: taking them, and writing down what became of them.

Taking a delivery means writing a lease into `next_at`: should the worker die, the row is simply due
again, and nobody has to clean up. Settling checks the lease, so that a worker that comes back from
the dead changes nothing. Sending happens between the two, outside any transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
    update,
)

from sayso.domain.delivery import Settlement
from sayso.domain.fallback import HANDED_ON, next_way_at
from sayso.store.tables_messages import delivery, push_subscription
from sayso.store.upsert import insert_new

LEASE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that this worker holds.

    `until` is when it is too late for it, `patience` how long to wait for the phone's word.
    """

    id: int
    lease_token: str
    participant_id: int | None
    reminder_id: int | None
    purpose: str
    channel: str
    subscription_id: int | None
    attempts: int
    expires_at: datetime
    until: datetime
    has_email: bool = False
    patience: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Settled:
    """A delivery and what to write on it."""

    taken: Taken
    settlement: Settlement


def next_due(connection: Connection) -> datetime | None:
    """When the next pending delivery wants attention; one index lookup."""
    found: datetime | None = connection.execute(_NEXT).scalar_one()
    return found


_NEXT = select(func.min(delivery.c.next_at)).where(delivery.c.state == "pending")


def claim(
    connection: Connection, token: str, now: datetime, limit: int, lease: timedelta = LEASE
) -> list[int]:
    """Take up to `limit` due deliveries under the lease `token`; returns their row ids.

    The lease must outlast the sending of a batch: ten seconds of patience per message, a hundred
    at once, with room to spare.
    """
    asked = {"b_now": now, "b_limit": limit, "b_until": now + lease, "b_token": token}
    return list(connection.scalars(_CLAIM, asked).all())


_DUE = (
    select(delivery.c.id)
    .where(
        delivery.c.state == "pending",
        delivery.c.next_at <= bindparam("b_now", type_=delivery.c.next_at.type),
    )
    .order_by(delivery.c.next_at, delivery.c.id)
    .limit(bindparam("b_limit", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(delivery)
    .where(delivery.c.id.in_(select(_DUE.c.id)))
    .values(
        next_at=bindparam("b_until"),
        attempts=delivery.c.attempts + 1,
        lease_token=bindparam("b_token"),
    )
    .returning(delivery.c.id)
)


def settle(connection: Connection, settled: Sequence[Settled], now: datetime) -> None:
    """Write outcomes, and what follows: dead phones, and the next way to reach the person."""
    if not settled:
        return
    alike: dict[tuple[str, Settlement], list[int]] = defaultdict(list)
    for one in settled:
        alike[one.taken.lease_token, one.settlement].append(one.taken.id)
    # Most messages of a batch end alike, and one statement writes all of them.
    for (token, settlement), row_ids in alike.items():
        connection.execute(_WRITE, _written(token, settlement, row_ids, now))
    _remember_phones(connection, settled, now)
    _next_ways(connection, settled, now)


_WRITE = (
    update(delivery)
    .where(
        delivery.c.id.in_(bindparam("b_ids", expanding=True)),
        delivery.c.lease_token == bindparam("token"),
        delivery.c.state == "pending",
    )
    .values(
        state=bindparam("b_state"),
        outcome=bindparam("b_outcome"),
        why=bindparam("b_why"),
        last_status=bindparam("b_status"),
        next_at=func.coalesce(bindparam("b_next_at", type_=delivery.c.next_at.type),
                              delivery.c.next_at),
        attempts=delivery.c.attempts - bindparam("given_back"),
        sent_at=func.coalesce(bindparam("b_sent_at", type_=delivery.c.sent_at.type),
                              delivery.c.sent_at),
        settled_at=bindparam("b_settled_at"),
        lease_token=None,
    )
)  # fmt: skip


def _written(token: str, to: Settlement, row_ids: Sequence[int], now: datetime) -> dict[str, Any]:
    return {
        "b_ids": sorted(row_ids),
        "token": token,
        "b_state": to.state,
        "b_outcome": to.outcome,
        "b_why": to.why,
        "b_status": to.status,
        "b_next_at": to.next_at,
        "given_back": 0 if to.counts else 1,
        "b_sent_at": now if to.state == "sent" else None,
        "b_settled_at": None if to.state == "pending" else now,
    }


def _remember_phones(connection: Connection, settled: Sequence[Settled], now: datetime) -> None:
    """Keep on each subscription when it last worked, how often it failed, and that it is gone."""
    ok: list[int] = []
    bad, gone = [], []
    for one in settled:
        phone, state = one.taken.subscription_id, one.settlement.state
        if phone is None or not (one.settlement.status or one.settlement.outcome == "gone"):
            continue
        if state == "sent":
            ok.append(phone)
        elif one.settlement.outcome == "gone":
            gone.append({"phone": phone, "b_now": now, "b_reason": one.settlement.why})
        else:
            bad.append({"phone": phone})
    if ok:
        connection.execute(_WORKED, {"b_phones": sorted(ok), "b_now": now})
    # One phone may have failed twice in a batch, so these go one by one.
    for statement, rows in ((_FAILED, bad), (_GONE, gone)):
        if rows:
            connection.execute(statement, rows)


_PHONE = update(push_subscription).where(push_subscription.c.id == bindparam("phone"))
_THEN = bindparam("b_now", type_=push_subscription.c.last_ok_at.type)
_WORKED = (
    update(push_subscription)
    .where(push_subscription.c.id.in_(bindparam("b_phones", expanding=True)))
    .values(last_ok_at=_THEN, failures=0)
)
_FAILED = _PHONE.values(failures=push_subscription.c.failures + 1)
_GONE = _PHONE.where(push_subscription.c.dead_at.is_(None)).values(
    dead_at=_THEN, dead_reason=bindparam("b_reason")
)


def _next_ways(connection: Connection, settled: Sequence[Settled], now: datetime) -> None:
    """Plan the way that is tried next: after patience for a sent push, at once for a dead end."""
    rows = []
    for one in settled:
        taken, state = one.taken, one.settlement.state
        if taken.reminder_id is None or taken.channel == "staff":
            continue
        if taken.channel == "push" and state == "sent":
            rows.append(_fallback(taken, next_way_at(now, taken.patience, taken.until), now))
        elif _reached_nobody(one.settlement) and _is_dead_end(connection, taken):
            rows.append(_fallback(taken, now, now))
    insert_new(connection, delivery, rows)


def _reached_nobody(settlement: Settlement) -> bool:
    """Whether this way is over and the next one's turn has come."""
    return settlement.state in {"dead", "failed"} or settlement.outcome in HANDED_ON


def _fallback(taken: Taken, at: datetime, now: datetime) -> dict[str, Any]:
    """E-mail after push, the site's call list after e-mail or where there is no address."""
    channel = "email" if taken.channel == "push" and taken.has_email else "staff"
    return {
        "reminder_id": taken.reminder_id,
        "participant_id": taken.participant_id,
        "purpose": "fallback",
        "channel": channel,
        "idempotency_key": f"r{taken.reminder_id}:{channel}",
        "state": "pending",
        "next_at": at,
        "expires_at": taken.expires_at,
        "attempts": 0,
        "created_at": now,
    }


def _is_dead_end(connection: Connection, taken: Taken) -> bool:
    """Whether no other phone has this reminder or is still being tried."""
    if taken.channel != "push":
        return True
    other = exists().where(
        and_(
            delivery.c.reminder_id == taken.reminder_id,
            delivery.c.channel == "push",
            delivery.c.state.in_(("pending", "sent")),
            delivery.c.id != taken.id,
        )
    )
    return not connection.execute(select(literal(1)).where(other)).first()
