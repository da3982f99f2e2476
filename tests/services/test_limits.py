"""Token buckets slow tries down, forget, and never lock anybody out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from sayso.services import limits
from sayso.services.limits import Bucket, Growing
from sayso.store.tables_messages import rate_bucket

BUCKET = Bucket("test", 3, 60.0)
GROWING = Growing("wrong", 2, 20, 60.0)
BUCKETS = [one for one in vars(limits).values() if isinstance(one, Bucket)]


def kept(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(rate_bucket)).scalar_one()


def test_a_bucket_starts_full_and_then_says_how_long_to_wait(
    connection: Connection, now: datetime
) -> None:
    waits = [limits.take(connection, BUCKET, "x", now) for _ in range(5)]

    assert waits == [0, 0, 0, 60, 60]


def test_waiting_as_long_as_was_said_is_enough(connection: Connection, now: datetime) -> None:
    for _ in range(3):
        limits.take(connection, BUCKET, "x", now)
    wait = limits.take(connection, BUCKET, "x", now + timedelta(seconds=15))

    assert wait == 45
    assert limits.take(connection, BUCKET, "x", now + timedelta(seconds=15 + wait)) == 0


def test_a_refused_try_does_not_prolong_the_wait(connection: Connection, now: datetime) -> None:
    for _ in range(3):
        limits.take(connection, BUCKET, "x", now)

    refused = [
        limits.take(connection, BUCKET, "x", now + timedelta(seconds=second))
        for second in range(1, 59)
    ]

    assert all(refused)
    assert limits.take(connection, BUCKET, "x", now + timedelta(seconds=61)) == 0


def test_no_bucket_ever_holds_more_than_it_started_with(
    connection: Connection, now: datetime
) -> None:
    limits.take(connection, BUCKET, "x", now)
    later = now + timedelta(days=365)

    assert [limits.take(connection, BUCKET, "x", later) for _ in range(4)] == [0, 0, 0, 60]


def test_a_clock_that_was_set_back_costs_nothing_but_time(
    connection: Connection, now: datetime
) -> None:
    limits.take(connection, BUCKET, "x", now)

    assert limits.take(connection, BUCKET, "x", now - timedelta(hours=1)) == 0


def test_sources_and_purposes_do_not_share(connection: Connection, now: datetime) -> None:
    for _ in range(4):
        limits.take(connection, BUCKET, "x", now)

    assert limits.take(connection, BUCKET, "y", now) == 0
    assert limits.take(connection, Bucket("other", 3, 60.0), "x", now) == 0


@pytest.mark.parametrize("bucket", BUCKETS, ids=lambda bucket: bucket.name)
def test_forgetting_gives_nobody_a_try_more(
    bucket: Bucket, connection: Connection, now: datetime
) -> None:
    for _ in range(bucket.capacity):
        assert limits.take(connection, bucket, "x", now) == 0

    assert limits.forget_full(connection, now + timedelta(minutes=59)) == 0
    assert bucket.capacity * bucket.seconds_per_token <= timedelta(hours=1).total_seconds()
    assert limits.forget_full(connection, now + timedelta(minutes=61)) == 1
    assert kept(connection) == 0


def test_a_wait_doubles_with_each_failure_up_to_the_most(
    connection: Connection, now: datetime
) -> None:
    waits = []
    for _ in range(8):
        limits.failed(connection, GROWING, "x", now)
        waits.append(limits.must_wait(connection, GROWING, "x", now))

    assert waits == [0, 0, 2, 4, 8, 16, 20, 20]
    assert limits.must_wait(connection, GROWING, "y", now) == 0


def test_the_growing_wait_passes_and_failures_are_forgotten(
    connection: Connection, now: datetime
) -> None:
    for _ in range(5):
        limits.failed(connection, GROWING, "x", now)

    def wait(seconds: float) -> int:
        return limits.must_wait(connection, GROWING, "x", now + timedelta(seconds=seconds))

    assert [wait(0), wait(0.5), wait(7), wait(8), wait(3600)] == [8, 8, 1, 0, 0]
    # Four minutes later four of five are forgotten, so the next one costs nothing.
    limits.failed(connection, GROWING, "x", now + timedelta(minutes=4))
    assert wait(240) == 0
    # An hour later the row itself goes.
    assert limits.forget_full(connection, now + timedelta(hours=2)) == 1
    assert kept(connection) == 0
