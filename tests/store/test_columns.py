"""Instants and documents come back from either engine as they went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, insert, select

from sayso.store.engine import transaction
from sayso.store.tables_messages import heartbeat


def kept(connection: Connection, at: datetime, facts: Any) -> tuple[datetime, Any]:
    connection.execute(insert(heartbeat).values(name="x", at=at, facts=facts))
    row = connection.execute(select(heartbeat.c.at, heartbeat.c.facts)).one()
    return row.at, row.facts


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 6, 15, 15, 0, 0, 1, tzinfo=UTC),
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 6, 15, 15, tzinfo=timezone(timedelta(hours=-4, minutes=-30))),
    ],
)
def test_an_instant_comes_back_in_utc(connection: Connection, moment: datetime) -> None:
    at, _facts = kept(connection, moment, {})

    assert at == moment
    assert at.tzinfo is UTC


def test_the_hour_that_passes_twice_is_two_instants(engine: Engine) -> None:
    """Python calls the two equal, as long as they are told in the zone that repeats the hour."""
    first, second = (
        datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"), fold=fold)
        for fold in (0, 1)
    )
    assert first == second

    with transaction(engine) as connection:
        times = [_written(connection, name, at) for name, at in (("a", first), ("b", second))]

    assert times[1] - times[0] == timedelta(hours=1)
    assert times[0] == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_a_moment_told_in_two_zones_is_one_instant(engine: Engine) -> None:
    noon = datetime(2026, 6, 15, 12, tzinfo=UTC)

    with transaction(engine) as connection:
        here = _written(connection, "a", noon)
        there = _written(connection, "b", noon.astimezone(ZoneInfo("Asia/Kolkata")))

    assert here == there == noon
    assert there.tzinfo is UTC


def _written(connection: Connection, name: str, at: datetime) -> datetime:
    connection.execute(insert(heartbeat).values(name=name, at=at, facts={}))
    found = select(heartbeat.c.at).where(heartbeat.c.name == name)
    written: datetime = connection.execute(found).scalar_one()
    return written


def test_an_instant_without_a_zone_is_a_mistake(connection: Connection) -> None:
    with pytest.raises(Exception, match="time zone"):
        kept(connection, datetime(2026, 6, 15), {})  # noqa: DTZ001


@pytest.mark.parametrize(
    "document",
    [
        {"b": 1, "a": [1.0, 1e-7, 1e22, 0.1], "z": None},
        {"text": "a\u0000b\u2028\U0001f600", "lone": "\ud800"},
        [],
        {"": {"": []}},
    ],
)
def test_a_document_comes_back_as_it_went_in(connection: Connection, document: Any) -> None:
    _at, facts = kept(connection, datetime(2026, 6, 15, tzinfo=UTC), document)

    assert facts == document
    assert repr(facts) == repr(document)


def test_time_order_is_text_order(connection: Connection) -> None:
    moments = [
        datetime(999, 1, 1, tzinfo=UTC),
        datetime(2026, 6, 15, 15, tzinfo=UTC),
        datetime(2026, 6, 15, 15, 0, 0, 1, tzinfo=UTC),
    ]
    for number, moment in enumerate(reversed(moments)):
        connection.execute(insert(heartbeat).values(name=str(number), at=moment, facts={}))

    found = connection.execute(select(heartbeat.c.at).order_by(heartbeat.c.at)).scalars().all()
    after = (
        connection.execute(select(heartbeat.c.name).where(heartbeat.c.at > moments[1]))
        .scalars()
        .all()
    )

    assert (found, after) == (moments, ["0"])
