"""Insert or leave alone, insert or replace, insert many: where the SQL differs per engine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, TextClause, insert, text
from sqlalchemy.dialects import sqlite


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless it would break a unique constraint; says whether it was inserted."""
    # Without being asked, SQLAlchemy keeps the row count of an INSERT on SQLite only.
    counted = connection.execute(
        _once(connection.dialect.name, table),
        dict(values),
        execution_options={"preserve_rowcount": True},
    )
    return counted.rowcount == 1


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, leaving out those whose unique key is already there."""
    if rows:
        connection.execute(_once(connection.dialect.name, table), [dict(row) for row in rows])


def insert_or_replace(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or give the row with the same primary key these values."""
    keys = [column.name for column in table.primary_key.columns]
    statement = _insert(connection.dialect.name, table).values(**values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=keys,
            set_={name: statement.excluded[name] for name in values if name not in keys},
        )
    )


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same keys; their values are plain JSON, dates or instants.

    PostgreSQL gets them as one JSON document in one statement: a dozen small rows sent one by one
    cost it three times as much. Raises ValueError for a number that is none.
    """
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(insert(table), rows)
        return
    packed = json.dumps([dict(row) for row in rows], default=_plain, allow_nan=False)
    connection.execute(_many(table, tuple(rows[0])), {"rows": packed})


@cache
def _many(table: Table, names: tuple[str, ...]) -> TextClause:
    columns = ", ".join(names)
    # Names of our own tables and columns only; the values come as the one parameter.
    into = f"INSERT INTO {table.name} ({columns})"
    rows = f"json_populate_recordset(NULL::{table.name}, CAST(:rows AS json))"
    return text(f"{into} SELECT {columns} FROM {rows}")  # noqa: S608


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not fit into JSON")


@cache
def _once(dialect: str, table: Table) -> Any:
    # Built once per table: putting an INSERT together costs more than running it.
    return _insert(dialect, table).on_conflict_do_nothing()


def _insert(dialect: str, table: Table) -> Any:
    if dialect == "sqlite":
        return sqlite.insert(table)
    # Loaded with the engine where it is in use; a worker on SQLite has no use for it.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
