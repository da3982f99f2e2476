"""Token buckets slow down and never lock out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, select

from sayso.services import limits
from sayso.services.limits import Bucket, take
from sayso.store.engine import transaction
from sayso.store.tables_messages import rate_bucket

SMALL = Bucket("small", 3, 10.0)
NOON = datetime.fromisoformat("2026-06-15T12:00:00+00:00")


def test_a_full_bucket_gives_as_many_as_it_holds(connection: Connection, now: datetime) -> None:
    assert [take(connection, SMALL, "x", now) for _ in range(5)] == [0, 0, 0, 10, 10]


def test_tokens_come_back_one_by_one(connection: Connection, now: datetime) -> None:
    for _ in range(3):
        take(connection, SMALL, "x", now)

    assert take(connection, SMALL, "x", now + timedelta(seconds=4)) == 6
    assert take(connection, SMALL, "x", now + timedelta(seconds=10)) == 0
    assert take(connection, SMALL, "x", now + timedelta(seconds=10)) == 10


def test_no_more_come_back_than_it_holds(connection: Connection, now: datetime) -> None:
    take(connection, SMALL, "x", now)
    later = now + timedelta(days=30)

    assert [take(connection, SMALL, "x", later) for _ in range(4)] == [0, 0, 0, 10]


def test_sources_and_buckets_do_not_share(connection: Connection, now: datetime) -> None:
    for _ in range(3):
        take(connection, SMALL, "x", now)

    assert take(connection, SMALL, "y", now) == 0
    assert take(connection, Bucket("other", 3, 10.0), "x", now) == 0


def test_a_clock_that_goes_back_gives_nothing_away(connection: Connection, now: datetime) -> None:
    for _ in range(3):
        take(connection, SMALL, "x", now)

    assert take(connection, SMALL, "x", now - timedelta(hours=1)) == 10


def test_buckets_that_nobody_touches_are_forgotten(connection: Connection, now: datetime) -> None:
    take(connection, SMALL, "old", now - timedelta(days=2))
    take(connection, SMALL, "new", now)

    assert limits.forget_full(connection, now - timedelta(days=1)) == 1
    assert connection.execute(select(rate_bucket.c.key)).scalars().all() == ["small:new"]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 40), min_size=1, max_size=25))
def test_over_any_stretch_no_more_pass_than_the_bucket_allows(
    engine: Engine, pauses: list[int]
) -> None:
    moment, passed = NOON, 0
    with transaction(engine) as connection:
        connection.execute(delete(rate_bucket))
        for pause in pauses:
            moment += timedelta(seconds=pause)
            wait = take(connection, SMALL, "x", moment)
            passed += wait == 0
            assert 0 <= wait <= SMALL.seconds_per_token

    assert passed <= SMALL.capacity + sum(pauses) / SMALL.seconds_per_token


@pytest.mark.parametrize(
    "bucket",
    [
        limits.CODES_FROM_ADDRESS,
        limits.CODES_OVERALL,
        limits.SIGN_INS_FROM_ADDRESS,
        limits.SIGN_INS_TO_ACCOUNT,
        limits.INVITATIONS_FROM_ADDRESS,
    ],
)
def test_nobody_ever_waits_longer_than_half_a_minute(bucket: Bucket) -> None:
    assert bucket.seconds_per_token <= 30


def test_guessing_a_code_is_hopeless() -> None:
    """At the overall limit, a year of guessing while 100 codes are valid: odds below one in 100."""
    tries = 365 * 24 * 3600 / limits.CODES_OVERALL.seconds_per_token

    assert tries * 100 / 32**8 < 0.01
