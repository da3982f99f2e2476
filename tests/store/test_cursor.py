"""The columns of an answer of PostgreSQL: named as the driver names them, at less cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text

from sayso.store.cursor import Cursor
from sayso.store.engine import make_engine, transaction
from sayso.store.tables import site


@pytest.fixture
def connection(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    """The driver's own connection, with no SQLAlchemy in between."""
    address = postgres_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(address) as made:
        yield made


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 AS one, 'x'::varchar AS word, now() AS moment, '{}'::json AS said",
        'SELECT 1 AS "Größe", 2 AS "two words", 3, 4',
        "SELECT code FROM site WHERE false",
        "VALUES (1, true, NULL)",
    ],
)
def test_names_and_types_are_the_drivers_own(
    connection: psycopg.Connection[Any], statement: str
) -> None:
    theirs = connection.execute(statement).description or []
    ours = Cursor(connection).execute(statement).description or []

    assert [column[:2] for column in ours] == [(one.name, one.type_code) for one in theirs]
    assert {len(column) for column in ours} == {7}


@pytest.mark.parametrize("statement", ["SET lock_timeout = '1s'", "DELETE FROM site WHERE false"])
def test_a_statement_without_rows_has_no_columns(
    connection: psycopg.Connection[Any], statement: str
) -> None:
    assert Cursor(connection).execute(statement).description is None
    assert Cursor(connection).description is None


def test_the_engine_reads_with_it(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with transaction(engine, read_only=True) as connection:
        found = connection.execute(text("SELECT 7 AS seven, ARRAY[1, 2] AS few")).mappings().one()
        none = connection.execute(select(site.c.code, site.c.name).where(site.c.id < 0)).all()
        raw: object = connection.connection.cursor()
    engine.dispose()

    assert dict(found) == {"seven": 7, "few": [1, 2]}
    assert none == []
    assert isinstance(raw, Cursor)
