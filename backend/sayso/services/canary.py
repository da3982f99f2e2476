"""The daily test message from the server to itself, and whether it came back.

It is a delivery like every other, taken, sent and settled by the same code; that it came back is
its acknowledgement, written by the web process that received it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from sayso.domain import ack
from sayso.push import canary
from sayso.push.message import PushMessage, document, time_to_live, topic
from sayso.store.sealed import Keyring
from sayso.store.tables_messages import delivery
from sayso.store.upsert import insert_new

PATH = "/canary/"
_LASTS = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Round:
    """The last test message: when it left, when it came back, and what became of it in words."""

    asked_at: datetime
    came_back_at: datetime | None
    why: str


def plan(connection: Connection, now: datetime) -> None:
    """Queue the message of this day (UTC), once."""
    row = {
        "purpose": "canary",
        "channel": "push",
        "idempotency_key": _key(now),
        "state": "pending",
        "next_at": now,
        "expires_at": now + _LASTS,
        "attempts": 0,
        "created_at": now,
    }
    insert_new(connection, delivery, [row])


def _key(now: datetime) -> str:
    return f"canary:{now:%Y-%m-%d}"


def compose(
    row: Any, public_url: str, keyring: Keyring, vapid_key_id: str, now: datetime
) -> PushMessage:
    """The message of one queued row, to an address of our own."""
    keys = canary.keys_of(keyring.derived(canary.PURPOSE))
    token = ack.token(keyring.derived(ack.PURPOSE), row.id)
    tag = topic("canary")
    body = document(
        title="Round trip", text="From the server to itself.", navigate=f"{public_url}/", tag=tag,
        ack=token,
    )  # fmt: skip
    return PushMessage(
        f"{public_url}{PATH}{token}", keys.p256dh, keys.auth, vapid_key_id, body, tag, "normal",
        time_to_live(row.expires_at, now),
    )  # fmt: skip


def is_ours(body: bytes, keyring: Keyring, token: str) -> bool:
    """Whether a received body is the message that we sent under that token."""
    said = canary.opened(body, canary.keys_of(keyring.derived(canary.PURPOSE)))
    return said is not None and said.get("notification", {}).get("data") == {"ack": token}


def latest(connection: Connection, now: datetime) -> Round | None:
    """The last test message of the past week, None when there is none."""
    # Named one by one, so that the unique index answers whatever else the table holds.
    keys = [_key(now - timedelta(days=days)) for days in range(7)]
    newest = select(delivery).where(delivery.c.idempotency_key.in_(keys))
    row = connection.execute(newest.order_by(delivery.c.created_at.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    if row.acked_at is not None:
        return Round(row.created_at, row.acked_at, "The test message came back.")
    said = row.why or "It has not been sent yet."
    return Round(row.created_at, None, f"The test message has not come back. {said}")
