"""Token buckets in a table: shared by all workers, and they survive a restart.

A bucket starts full, each try takes one token, tokens come back steadily. Nobody is ever locked
out: an empty bucket says how many seconds to wait. Buckets are per account, per address and over
all, with room for a whole ward behind one address.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from sayso.store.tables_messages import rate_bucket
from sayso.store.upsert import insert_once


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many tries at once, and how many seconds until one more is allowed."""

    name: str
    capacity: int
    seconds_per_token: float


@dataclass(frozen=True, slots=True)
class Growing:
    """A wait after each failure that doubles: `free` failures cost nothing, and none more than
    `most` seconds, so that one person's typing never stops a ward behind the same address for long.
    One failure is forgotten every `forgets` seconds.
    """

    name: str
    free: int
    most: int
    forgets: float


CODES_FROM_ADDRESS = Bucket("code-address", 40, 3.0)
CODES_OVERALL = Bucket("code-all", 300, 0.5)
PASSKEYS_FROM_ADDRESS = Bucket("passkey-address", 60, 3.0)
TRANSFERS_OF_PARTICIPANT = Bucket("transfer-participant", 5, 60.0)
SIGN_INS_FROM_ADDRESS = Bucket("sign-in-address", 60, 5.0)
SIGN_INS_TO_ACCOUNT = Bucket("sign-in-account", 10, 30.0)
INVITATIONS_FROM_ADDRESS = Bucket("invitation-address", 20, 30.0)
WRONG_TABLET_CODES = Growing("tablet-wrong", 3, 30, 60.0)
# The slowest bucket above fills up in ten minutes.
_FULL_AFTER = timedelta(hours=1)


def take(connection: Connection, bucket: Bucket, source: str, now: datetime) -> int:
    """Take one token; returns 0, or the whole seconds to wait when the bucket is empty.

    `source` must not identify anybody: pass a keyed hash of an address. Commit the transaction even
    when the try fails, or the try costs nothing.
    """
    key = f"{bucket.name}:{source}"
    row = _row(connection, key)
    if row is None:
        full = {"key": key, "tokens": bucket.capacity - 1.0, "updated_at": now}
        # Where two first tries meet, the second one finds the row that the first one made.
        return (
            0
            if insert_once(connection, rate_bucket, full)
            else take(connection, bucket, source, now)
        )
    back = max(0.0, (now - row.updated_at).total_seconds()) / bucket.seconds_per_token
    tokens = min(float(bucket.capacity), row.tokens + back)
    taken = tokens - 1.0 if tokens >= 1.0 else tokens
    connection.execute(
        update(rate_bucket).where(rate_bucket.c.key == key).values(tokens=taken, updated_at=now)
    )
    return 0 if tokens >= 1.0 else math.ceil((1.0 - tokens) * bucket.seconds_per_token)


def must_wait(connection: Connection, growing: Growing, source: str, now: datetime) -> int:
    """The whole seconds that are left of the wait after the last failure; 0 when there is none."""
    row = _row(connection, f"{growing.name}:{source}")
    if row is None:
        return 0
    paused = min(growing.most, 2.0 ** max(0.0, row.tokens - growing.free))
    over = (now - row.updated_at).total_seconds()
    return max(0, math.ceil(paused - over)) if row.tokens > growing.free else 0


def failed(connection: Connection, growing: Growing, source: str, now: datetime) -> None:
    """Count a failure, which makes the next wait longer. Commit it although the try failed."""
    key = f"{growing.name}:{source}"
    row = _row(connection, key)
    if row is None:
        first = {"key": key, "tokens": 1.0, "updated_at": now}
        if not insert_once(connection, rate_bucket, first):
            failed(connection, growing, source, now)
        return
    forgotten = max(0.0, (now - row.updated_at).total_seconds()) / growing.forgets
    failures = max(0.0, row.tokens - forgotten) + 1.0
    connection.execute(
        update(rate_bucket).where(rate_bucket.c.key == key).values(tokens=failures, updated_at=now)
    )


def _row(connection: Connection, key: str) -> Any:
    return connection.execute(
        select(rate_bucket.c.tokens, rate_bucket.c.updated_at)
        .where(rate_bucket.c.key == key)
        .with_for_update()
    ).one_or_none()


def forget_full(connection: Connection, now: datetime) -> int:
    """Remove buckets that have long been full again; returns how many.

    A full bucket says the same as none, and nothing that stands for an address is kept in vain.
    """
    old = rate_bucket.c.updated_at < now - _FULL_AFTER
    return connection.execute(delete(rate_bucket).where(old)).rowcount
